import { isDict } from '../core/answer';
import type { Dict } from '../core/operation';

/** Letters of one answer to an agent, which reads, and pays for, all of it again in every turn that follows. */
export const LONGEST_BRIEF = 1500;

/** Below it an entry of a list says too little to be cut further. */
const LEAST_ENTRIES = 3;

/** What is not cut: a link that lacks its end leads nowhere. */
const WHOLE = ['files', 'error'];

const sizeOf = (value: unknown): number => JSON.stringify(value)?.length ?? 0;

/** What an agent is told, and how many results are left out. */
export interface Brief {
	readonly kept: readonly Dict[];
	readonly left: number;
}

/**
 * Results as an agent reads them: no vectors, no bytes, no usage but the cost, and together not longer than `most`
 * letters of JSON. Texts and lists are cut where they have to be, the longest first, and say so.
 * @param brief what the operation itself says about a result in short
 */
export function briefResults(results: readonly Dict[], most = LONGEST_BRIEF, brief = (json: Dict) => json): Brief {
	const light = results.map((json) => lighten(brief(json)));
	if (sizeOf(light) <= most) return { kept: light, left: 0 };
	const room = most - 2 - (light.length > 1 ? sizeOf(noteOn(light.length)) + 1 : 0);
	const fitting = countFitting(light, room);
	const count = Math.max(fitting, Math.min(LEAST_ENTRIES, light.length));
	const kept: Dict[] = [];
	let used = 0;
	for (const [index, json] of light.slice(0, count).entries()) {
		const share = Math.floor((room - used) / (count - index)) - 1;
		const fitted = fitDict(json, share);
		if (used + sizeOf(fitted) + 1 > room && kept.length > 0) break;
		used += sizeOf(fitted) + 1;
		kept.push(fitted);
	}
	return { kept, left: light.length - kept.length };
}

/** What stands for the results that an agent does not get. */
export const noteOn = (left: number): Dict => ({ note: `${left} more are left out. Ask for something more precise.` });

function countFitting(list: readonly unknown[], room: number): number {
	let used = 0;
	const count = list.findIndex((entry) => (used += sizeOf(entry) + 1) > room);
	return count < 0 ? list.length : count;
}

const isVector = (value: readonly unknown[]): boolean => value.length > 8 && value.every(Number.isFinite);

/** Base64, as it is or in a data URL: what no reader gets anything out of. */
const isData = (value: string): boolean =>
	/^(\S{0,150}base64,|data:[^,]{0,100},)?[A-Za-z0-9+/=_-]{200,}\s*$/i.test(value);

function lighten(value: Dict): Dict {
	return Object.fromEntries(
		Object.entries(value).map(([name, entry]) => [name, name === 'usage' ? costsOf(entry) : lightenAny(entry)]),
	);
}

function lightenAny(value: unknown): unknown {
	if (typeof value === 'string') return isData(value) ? `(${value.length} letters of data)` : value;
	if (Array.isArray(value)) return isVector(value) ? `(${value.length} numbers)` : value.map(lightenAny);
	return isDict(value) ? lighten(value) : value;
}

const costsOf = (usage: unknown): unknown =>
	isDict(usage) && 'model' in usage
		? {
				costUsd: usage.costUsd,
				estimatedCostUsd: usage.estimatedCostUsd,
				costUnknown: usage.costUnknown,
				droppedParameters: usage.droppedParameters,
			}
		: usage;

function fit(value: unknown, room: number): unknown {
	if (sizeOf(value) <= room) return value;
	if (typeof value === 'string') return fitText(value, room);
	if (Array.isArray(value)) return fitList(value, room);
	return isDict(value) && room > 10 ? fitDict(value, room) : undefined;
}

/** Small entries stay as they are; the larger ones share what is left. */
function fitDict(value: Dict, room: number): Dict {
	const fixed = Object.entries(value).filter(([name]) => WHOLE.includes(name));
	let left = room - 2 - fixed.reduce((sum, entry) => sum + sizeOfEntry(entry), 0);
	const others = Object.entries(value)
		.filter(([name, entry]) => !WHOLE.includes(name) && entry !== undefined)
		.sort((a, b) => sizeOfEntry(a) - sizeOfEntry(b));
	const fitted = new Map<string, unknown>(fixed);
	for (const [index, [name, entry]] of others.entries()) {
		const share = Math.floor(left / (others.length - index));
		const cut = fit(entry, share - sizeOf(name) - 2);
		if (cut === undefined) continue;
		fitted.set(name, cut);
		left -= sizeOfEntry([name, cut]);
	}
	return Object.fromEntries(Object.keys(value).flatMap((name) => (fitted.has(name) ? [[name, fitted.get(name)]] : [])));
}

/** With its colon and comma. */
const sizeOfEntry = ([name, entry]: [string, unknown]): number => sizeOf(name) + 2 + sizeOf(entry);

function fitText(value: string, room: number): string | undefined {
	const cutAt = (length: number) => {
		// Half a sign is none.
		const start = value.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
		return `${start}… (${value.length - start.length} more letters)`;
	};
	let length = Math.min(value.length, room);
	while (length > 0 && sizeOf(cutAt(length)) > room)
		length -= Math.max(1, Math.floor((sizeOf(cutAt(length)) - room) / 6));
	return length > 0 ? cutAt(length) : undefined;
}

function fitList(value: readonly unknown[], room: number): unknown {
	const told = (kept: readonly unknown[]) => [...kept, `(${value.length - kept.length} more)`];
	const inside = room - 2 - sizeOf(`(${value.length} more)`);
	if (inside < 0) return undefined;
	const kept = value.slice(0, countFitting(value, inside));
	if (kept.length > 0) return told(kept);
	const first = fit(value[0], inside - 1);
	return told(first === undefined ? [] : [first]);
}
