import type { EmulatorOptions, Fault } from './types';

type Outage = NonNullable<EmulatorOptions['outage']>;

/** Knows when the outage that a test asked for began, and when it is over. */
export class Outages {
	private current: Outage | undefined;
	private since = 0;
	private seen = 0;

	/** What spoils a request now. */
	fault(outage: Outage | undefined): Fault | undefined {
		if (outage !== this.current) {
			this.current = outage;
			this.since = Date.now();
			this.seen = 0;
		}
		if (!outage) return undefined;
		const { fault, untilMs = Infinity, requests = Infinity } = outage;
		return this.seen++ < requests && Date.now() - this.since < untilMs ? fault : undefined;
	}
}
