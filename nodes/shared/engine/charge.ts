import { addCosts } from './bill';

/** A request that is on its way, or a job that goes on, and what is set aside for it. */
export interface Reservation {
	readonly usd: number;
	/** USD that it costs at most, where that is known. */
	readonly estimate?: number;
	readonly isKnown: boolean;
}

/** What one request costs as its answers tell it: at once, or later, when its job is looked at. */
export class Charge {
	/** USD that its answers say so far. */
	told: number | undefined;
	/** USD that it is thought to have cost, once it is over and nobody has said. */
	assumed: number | undefined;
	/** What stays set aside for it, since it was answered and nobody has said yet what it costs. */
	held: Reservation | undefined;

	/** @param assume USD that it is thought to have cost where no answer says so */
	constructor(readonly assume: () => number | undefined = () => undefined) {}
}

/** What a result costs: a charge for each request that it takes. */
export class Charges {
	private readonly all: Charge[] = [];

	constructor(private readonly meter: { close(charge: Charge): void }) {}

	/** The charge of a request; who only looks how far a job is adds to that of the job. */
	of(isLook: boolean, assume: () => number | undefined): Charge {
		const last = this.all.at(-1);
		if (last && isLook) return last;
		this.close();
		const charge = new Charge(assume);
		this.all.push(charge);
		return charge;
	}

	/** Nothing more is said of what was asked so far. */
	close(): void {
		const last = this.all.at(-1);
		if (last) this.meter.close(last);
	}

	/** USD that the service says it bills. */
	get billed(): number {
		return addCosts(this.all.map(({ told }) => told ?? 0));
	}

	/** USD beside it, for what no answer told. */
	get estimated(): number | undefined {
		const assumed = this.all.flatMap((charge) => charge.assumed ?? []);
		return assumed.length > 0 ? addCosts(assumed) : undefined;
	}
}
