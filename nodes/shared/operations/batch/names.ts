/**
 * The IDs of a batch's lines, which come back with the results in any order: each says which items asked for it, where
 * they stood and what they are called, so that a run of another workflow can put the results in order.
 */

/** One of the items that a line answers. */
export interface Named {
	/** Its place among all items of the run. */
	readonly at: number;
	readonly name: string;
}

export interface LineId {
	readonly items: readonly [Named, ...Named[]];
	/** Whether its answer is JSON to be parsed. */
	readonly isJson: boolean;
}

/** Characters of an ID. DeepInfra names no limit (docs/api.md#files-and-batches); this is what OpenAI's other texts may have. */
const LONGEST = 512;

const JSON_MARK = 'j';
const ENTRY = /^(\d{1,9})(?::(.*))?$/s;

/** A name without what separates names. */
const escape = (name: string): string => name.replace(/[%,]/g, (letter) => (letter === '%' ? '%25' : '%2C'));
const unescape = (name: string): string => name.replace(/%(25|2C)/g, (_, code: string) => (code === '25' ? '%' : ','));

/** Characters that a name takes up in an ID. */
export const lengthInId = (name: string): number => escape(name).length;

const writeItem = ({ at, name }: Named): string => (name === String(at) ? name : `${at}:${escape(name)}`);

/** IDs for items that share an answer: one, where it can name all of them. Never empty for items that are not. */
export function writeIds<N extends Named>(items: readonly N[], isJson: boolean): Array<{ id: string; items: N[] }> {
	const ids: Array<{ id: string; items: N[] }> = [];
	for (const item of items) {
		const written = writeItem(item);
		const last = ids.at(-1);
		if (last && last.id.length + 1 + written.length <= LONGEST) {
			last.id += `,${written}`;
			last.items.push(item);
		} else ids.push({ id: `${isJson ? JSON_MARK : ''}${written}`, items: [item] });
	}
	return ids;
}

/** What an ID says; undefined for one that this node did not write. */
export function readLineId(id: string): LineId | undefined {
	const isJson = id.startsWith(JSON_MARK);
	const items = (isJson ? id.slice(JSON_MARK.length) : id).split(',').map(readItem);
	const known = items.filter((item) => item !== undefined);
	const [first, ...rest] = known;
	return first && known.length === items.length ? { items: [first, ...rest], isJson } : undefined;
}

function readItem(text: string): Named | undefined {
	const [, at, name] = ENTRY.exec(text) ?? [];
	return at === undefined ? undefined : { at: Number(at), name: name === undefined ? at : unescape(name) };
}
