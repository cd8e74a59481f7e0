import type { Fault } from '../../emulator';
import type { FaultKind } from './kinds';

/** The fault of the so-manieth try for an item; the same in every run. */
export type Plan = (item: number, attempt: number) => Fault | undefined;

/** A number from 0 to 1 that follows from an item and a try. */
export function chance(item: number, attempt: number, salt = 0): number {
	let mixed = Math.imul(item + 1, 0x9e3779b1) ^ Math.imul(attempt + 1, 0x85ebca6b) ^ Math.imul(salt + 1, 0xc2b2ae35);
	mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
	mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
	return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296;
}

function take<T>(all: readonly T[], share: number): T {
	const taken = all[Math.floor(share * all.length)];
	if (taken === undefined) throw new RangeError('Nothing to take from');
	return taken;
}

/** Spoils a share of all tries with faults of these kinds. */
export function planOf(kinds: readonly FaultKind[], rate: number) {
	return ofKinds(kinds, (item, attempt) => (chance(item, attempt) < rate ? chance(item, attempt, 1) : undefined));
}

/** Items of which the first in a row has no fault. */
const ROW = 4;

/** Whether an item has a fault, where three of four have: the so-manieth that has, from 0. */
export const faultAt = (item: number): number | undefined =>
	item % ROW ? item - 1 - Math.floor(item / ROW) : undefined;

/** Items of which so many have a fault. */
export const itemsFor = (faults: number): number => Math.ceil((faults * ROW) / (ROW - 1));

/**
 * Spoils half of all later tries, or what share of them is said; the first tries of three items of four with each of
 * these kinds in turn.
 */
export function planInTurn(kinds: readonly FaultKind[], later = 0.5) {
	const choose = (item: number, attempt: number) => {
		if (attempt > 1) return chance(item, attempt) < later ? chance(item, attempt, 1) : undefined;
		const at = faultAt(item);
		return at === undefined ? undefined : ((at % kinds.length) + 0.5) / kinds.length;
	};
	return ofKinds(kinds, choose);
}

/** Takes the faults from these kinds: which one, a number from 0 to 1 says. */
function ofKinds(kinds: readonly FaultKind[], choose: (item: number, attempt: number) => number | undefined) {
	const owners = new Map(kinds.flatMap((kind) => kind.faults.map((fault) => [fault, kind] as const)));
	const plan: Plan = (item, attempt) => {
		const share = choose(item, attempt);
		return share === undefined ? undefined : take(take(kinds, share).faults, chance(item, attempt, 2));
	};
	const kindOf = (fault: Fault): FaultKind => {
		const kind = owners.get(fault);
		if (!kind) throw new Error(`A fault of no kind: ${fault.kind}`);
		return kind;
	};
	return { plan, kindOf };
}

/** How often an item is sent by the rules of retrying, and the fault that ends it, if any. */
export function expectedOf(
	item: number,
	plan: Plan,
	kindOf: (fault: Fault) => FaultKind,
	maxRetries: number,
): { attempts: number; end?: FaultKind } {
	for (let attempts = 1; ; attempts++) {
		const fault = plan(item, attempts);
		const kind = fault && kindOf(fault);
		if (!kind || kind.isHarmless) return { attempts };
		if (!kind.isRetried || attempts > maxRetries) return { attempts, end: kind };
	}
}
