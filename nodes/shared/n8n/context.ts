import type { IExecuteFunctions, ISupplyDataFunctions } from 'n8n-workflow';

/** What requests, files and errors need of n8n: a node that runs, or one that serves an agent. */
export type NodeContext = IExecuteFunctions | ISupplyDataFunctions;

/** Whether an agent, or a client over MCP, runs the node as one of its tools (docs/n8n.md#tools). */
export function isTool(context: NodeContext): boolean {
	// Newer agents run their tools as nodes of a type that n8n makes of ours, older ones as a call.
	return context.getNode().type.endsWith('Tool') || ('isToolExecution' in context && context.isToolExecution());
}
