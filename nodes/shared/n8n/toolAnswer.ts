import type { INodeExecutionData } from 'n8n-workflow';
import { isDict, number } from '../core/answer';
import type { AnyOperation } from '../core/operation';
import { briefResults, LONGEST_BRIEF, noteOn } from '../engine/brief';
import { isTool, type NodeContext } from './context';
import { toJson } from './json';

/** The items of a run as whoever asked for them takes them: an agent gets them in short, each other node as they are. */
export function itemsFor(
	context: NodeContext,
	{ briefly }: Pick<AnyOperation, 'briefly'>,
	items: INodeExecutionData[],
): INodeExecutionData[] {
	if (!isTool(context)) return items;
	// An agent that gets no word at all does not know whether its tool has run.
	if (items.length === 0) return [{ json: { note: 'There is nothing.' }, pairedItem: { item: 0 } }];
	const options: unknown = context.getNodeParameter('options', 0, {});
	const most = number(isDict(options) ? options.longestToolAnswer : undefined) ?? LONGEST_BRIEF;
	const { kept, left } = briefResults(
		items.map(({ json }) => json),
		most,
		briefly,
	);
	const shown = kept.map((json, index): INodeExecutionData => ({ ...items[index], json: toJson(json) }));
	return left === 0 ? shown : [...shown, noteItem(items.slice(kept.length), left)];
}

/** The files of what is left out were paid for: they stay, under names of their own. */
function noteItem(items: readonly INodeExecutionData[], left: number): INodeExecutionData {
	const files = items.flatMap(({ binary = {} }) => Object.entries(binary));
	const binary = Object.fromEntries(
		files.map(([name, file], index) => [index === 0 ? name : `${name}_${index}`, file]),
	);
	return {
		json: toJson(noteOn(left)),
		pairedItem: { item: 0 },
		...(files.length > 0 ? { binary } : {}),
	};
}
