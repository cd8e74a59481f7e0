import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';
import { isDict } from '../../core/answer';
import type { Dict } from '../../core/operation';
import { isTool, type NodeContext } from '../context';

/**
 * The file of the item that an agent works on. n8n gives a tool the fields of that item and where it came from, but
 * not its files (docs/n8n.md#tools). Undefined where there is none, or where it cannot be told which item it is.
 */
export function agentFile(context: NodeContext, field: string): IBinaryData | undefined {
	if (!isTool(context)) return undefined;
	const [input] = context.getInputData();
	const source = input && sourceOf(input);
	if (!input || source === undefined) return undefined;
	const items = itemsOf(context, source);
	const [item, ...others] = items.length === 1 ? items : items.filter(({ json }) => isWithin(json, input.json));
	return others.length === 0 ? item?.binary?.[field] : undefined;
}

function sourceOf({ pairedItem }: INodeExecutionData): string | undefined {
	const [paired] = [pairedItem].flat();
	return typeof paired === 'object' ? paired.sourceOverwrite?.previousNode : undefined;
}

/** What the node before the agent gave. */
function itemsOf(context: NodeContext, name: string): INodeExecutionData[] {
	try {
		const { $: select }: Dict = context.getWorkflowDataProxy(0);
		const node: unknown = typeof select === 'function' ? Reflect.apply(select, undefined, [name]) : undefined;
		const all: unknown = isDict(node) && typeof node.all === 'function' ? Reflect.apply(node.all, node, []) : [];
		return Array.isArray(all) ? all.filter(isItem) : [];
	} catch {
		// It has not run, or is no longer there.
		return [];
	}
}

const isItem = (value: unknown): value is INodeExecutionData => isDict(value) && isDict(value.json);

/** Whether an item has all of the fields, besides what the model filled in. */
const isWithin = (json: Dict, all: Dict): boolean =>
	Object.entries(json).every(([name, value]) => JSON.stringify(all[name]) === JSON.stringify(value));
