/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import type { Clock } from '../../nodes/shared/engine/gate';

const turnOfTheLoop = async () => await new Promise<void>((resolve) => setImmediate(resolve));

interface Timer {
	readonly at: number;
	readonly signal: AbortSignal;
	readonly ring: () => void;
}

/** A clock that goes from one timer to the next as soon as nothing else is left to do. */
export class FakeClock implements Clock {
	private time = 0;
	private timers: Timer[] = [];
	private readonly signals = new Set<AbortSignal>();

	/** @param lag a busy machine: what is due within so many milliseconds is only seen together, at their end */
	constructor(private readonly lag = 1) {}

	now(): number {
		return this.time;
	}

	/** How many sleep. */
	get asleep(): number {
		return this.timers.length;
	}

	async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
		if (signal.aborted) return;
		// One listener for each signal, however many sleep on it.
		if (!this.signals.has(signal)) {
			this.signals.add(signal);
			signal.addEventListener('abort', () => this.ring((timer) => timer.signal === signal));
		}
		await new Promise<void>((ring) => this.timers.push({ at: this.time + milliseconds, signal, ring }));
	}

	private ring(isDue: (timer: Timer) => boolean): void {
		const due = this.timers.filter(isDue);
		this.timers = this.timers.filter((timer) => !isDue(timer));
		for (const { ring } of due) ring();
	}

	/** @throws when something waits for what never comes */
	async run<T>(work: Promise<T>): Promise<T> {
		let isOver = false;
		const end = () => (isOver = true);
		work.then(end, end);
		for (;;) {
			await turnOfTheLoop();
			if (isOver) return await work;
			const first = this.timers.reduce((least, { at }) => Math.min(least, at), Infinity);
			if (first === Infinity) throw new Error('deadlock: nothing is left that could end this');
			const seen = Math.max(first, Math.ceil(first / this.lag) * this.lag);
			this.time = this.lag > 1 ? seen : first;
			this.ring(({ at }) => at <= this.time);
		}
	}
}
