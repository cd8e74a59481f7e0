import type { Dict } from '../core/operation';
import { addCosts } from './bill';

/** A request that is on its way, or a job that goes on, and what is set aside for it. */
export interface Reservation {
	readonly usd: number;
	/** USD that it costs at most, where that is known. */
	readonly estimate?: number;
	readonly isKnown: boolean;
}

/** @param answer the last that the request got */
export type Assume = (answer: Dict | undefined) => number | undefined;

/** What one request costs as its answers tell it: at once, or later, when its job is looked at. */
export class Charge {
	/** USD that its answers say so far. */
	told: number | undefined;
	/** Whether the last one says that it costs nothing, which is no bill as long as a job goes on. */
	isFree = false;
	/** USD that it is thought to have cost, once it is over and nobody has said. */
	assumed: number | undefined;
	/** What stays set aside for it, since it was answered and nobody has said yet what it costs. */
	held: Reservation | undefined;

	/** The last one. */
	answer: Dict | undefined;
	/** Whether it is over, should have said what it cost, and neither has nor can be reckoned. */
	isUnknown = false;

	/**
	 * @param assume USD that it is thought to have cost where no answer says so
	 * @param isDue whether an answer should say so
	 */
	constructor(
		readonly assume: Assume = () => undefined,
		readonly isDue = false,
	) {}
}

/** What a result costs: a charge for each request that it takes. */
export class Charges {
	private readonly all: Charge[] = [];

	constructor(private readonly meter: { close(charge: Charge): void }) {}

	/** The charge of a request; who only looks how far a job is adds to that of the job. */
	of(isLook: boolean, assume: Assume, isDue = false): Charge {
		const last = this.all.at(-1);
		if (last && isLook) return last;
		this.close();
		const charge = new Charge(assume, isDue);
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

	/** Whether nobody knows what all of it cost. */
	get isUnknown(): boolean {
		return this.all.some(({ isUnknown }) => isUnknown);
	}
}
