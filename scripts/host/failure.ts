/** Something that the user can mend. `message`: what is wrong; `advice`: what to do; `details`: a program's own words. */
export class Failure extends Error {
	override readonly name = 'Failure';

	constructor(
		message: string,
		readonly advice: string,
		readonly details: string = '',
	) {
		super(message);
	}
}

/** The user pressed Ctrl-C, or the process was asked to end. */
export class Interruption extends Error {
	override readonly name = 'Interruption';

	constructor() {
		super('Interrupted');
	}
}

/** What is printed when a run ends early. */
export function failureText(error: unknown): string {
	if (error instanceof Interruption) return 'Stopped.';
	if (error instanceof Failure) {
		const details = error.details.trim() && `\n\n${error.details.trim().replace(/^/gm, '    ')}`;
		return `\nThis did not work: ${error.message}${details}\n\nWhat to do: ${error.advice}`;
	}
	const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return `\nThis did not work, for a reason that is not foreseen here:\n\n${said}`;
}
