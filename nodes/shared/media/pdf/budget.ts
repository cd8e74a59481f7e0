/** The bytes are no PDF that can be read. What it says ends a sentence that begins with the file. */
export class Damaged extends Error {
	override readonly name = 'Damaged';

	/** @param isTooMuch whether reading was given up, so that another way of reading is none */
	constructor(
		message: string,
		readonly isTooMuch = false,
	) {
		super(message);
	}
}

/**
 * How much work a file is worth, in bytes that are looked at or unpacked: a small file cannot ask for hours by naming
 * the same bytes again and again.
 */
export class Budget {
	private spent = 0;

	constructor(private readonly most: number) {}

	/** @throws Damaged once all of it is spent */
	spend(bytes: number): void {
		this.spent += bytes;
		if (this.spent > this.most) throw new Damaged('it takes far more work to read than its size allows', true);
	}
}

/** What `read` gives; undefined where it comes upon damage. */
export function unlessDamaged<T>(read: () => T): T | undefined {
	let failure: unknown;
	try {
		return read();
	} catch (error) {
		failure = error;
	}
	if (failure instanceof Damaged) return undefined;
	throw failure;
}
