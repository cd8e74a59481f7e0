import type { IExecuteFunctions, IPollFunctions, ISupplyDataFunctions, IWebhookFunctions } from 'n8n-workflow';

/** What requests, files and errors need of n8n: a node that runs, or one that serves an agent. */
export type NodeContext = IExecuteFunctions | ISupplyDataFunctions;

/** What requests and their results need of n8n: also a trigger, which has no items. */
export type ServiceContext = NodeContext | IPollFunctions | IWebhookFunctions;

export const hasItems = (context: ServiceContext): context is NodeContext => 'getInputData' in context;

/** n8n copies the whole node for each look at it, so that each context is looked at once. */
const tools = new WeakMap<ServiceContext, boolean>();

/** Whether an agent, or a client over MCP, runs the node as one of its tools (docs/n8n.md#tools). */
export function isTool(context: ServiceContext): boolean {
	const known = tools.get(context);
	if (known !== undefined) return known;
	// Newer agents run their tools as nodes of a type that n8n makes of ours, older ones as a call.
	const found = context.getNode().type.endsWith('Tool') || ('isToolExecution' in context && context.isToolExecution());
	tools.set(context, found);
	return found;
}
