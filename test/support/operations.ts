/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { createContext, Script } from 'node:vm';
import type { Clock } from '../../nodes/shared/engine/gate';
import { isDict } from '../../nodes/shared/core/answer';
import { isShown, readValue } from '../../nodes/shared/engine/input';
import type { AnyOperation, ApiRequest, Dict, ModelFacts, Output } from '../../nodes/shared/core/operation';
import { operations } from '../../nodes/shared/operations';

export function operationOf(resource: string, value: string): AnyOperation {
	const found = operations.find((each) => each.resource === resource && each.value === value);
	if (!found) throw new Error(`no operation ${resource}: ${value}`);
	return found;
}

/** The input that an operation gets for an item: what is given, else the field's own default. */
export function inputFor(operation: AnyOperation, given: Dict = {}): Dict {
	const input: Dict = {};
	for (const field of operation.fields) {
		if (!isShown(field, input)) continue;
		const raw: unknown = field.name in given ? given[field.name] : field.default;
		const value = isDict(raw) && field.type === 'resourceLocator' ? raw.value : raw;
		const isFile = field.typeOptions?.binaryDataProperty;
		input[field.name] = isFile ? { file: 'binary', item: 0, value } : readValue(field, value);
	}
	return input;
}

export const requestFor = (operation: AnyOperation, given: Dict, facts: ModelFacts = {}): ApiRequest =>
	operation.request([inputFor(operation, given)], facts);

export const outputsFor = (operation: AnyOperation, given: Dict, answer: Dict): Output[] =>
	operation.items(answer, [inputFor(operation, given)]);

/** What a function throws. */
export function thrownBy(work: () => unknown): Error {
	try {
		work();
	} catch (error) {
		if (error instanceof Error) return error;
	}
	throw new Error('nothing was thrown');
}

/** Runs synchronous work, and ends it with an error when it takes longer: a regex that runs wild, too. */
export function within<T>(milliseconds: number, work: () => T): T {
	const place: { work: () => void; result?: T } = {
		work: () => {
			place.result = work();
		},
	};
	new Script('work()').runInContext(createContext(place), { timeout: milliseconds });
	if (!('result' in place)) throw new Error('no result');
	return place.result as T;
}

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

	now(): number {
		return this.time;
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
			this.time = first;
			this.ring(({ at }) => at <= first);
		}
	}
}
