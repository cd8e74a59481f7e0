import type { Asker, Dict, GatheredLine, GatherOf } from '../core/operation';
import { InputError } from '../core/problem';

/** A line with its length in bytes. */
export interface MeasuredLine extends GatheredLine {
	readonly bytes: number;
}

/** Lines that go into one file. */
export interface Pack {
	readonly lines: readonly MeasuredLine[];
	readonly bytes: number;
}

/** Spreads lines over as few files as their limits allow, in their order. */
export function packLines(lines: readonly MeasuredLine[], most: GatherOf<Dict>['most']): Pack[] {
	const packs: Array<{ lines: MeasuredLine[]; bytes: number }> = [];
	for (const line of lines) {
		const last = packs.at(-1);
		if (last && last.lines.length < most.lines && last.bytes + line.bytes <= most.bytes) {
			last.lines.push(line);
			last.bytes += line.bytes;
		} else packs.push({ lines: [line], bytes: line.bytes });
	}
	return packs;
}

/** What is wrong with names of which each must be the only one, by the position of the asker; the first of a name is right. */
export function findTwins(askers: ReadonlyArray<Pick<Asker<Dict>, 'item' | 'name'>>): Map<number, InputError> {
	const first = new Map<string, number>();
	const twins = new Map<number, InputError>();
	askers.forEach(({ item, name }, position) => {
		const other = first.get(name);
		if (other === undefined) first.set(name, item);
		else
			twins.set(
				position,
				new InputError(
					`'Custom ID' is '${name}', as is that of item ${other}`,
					'Give each item an ID of its own, or leave the field empty: then it is the number of the item. Nothing was sent for this item.',
				),
			);
	});
	return twins;
}
