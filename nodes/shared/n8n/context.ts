import type { IExecuteFunctions, ISupplyDataFunctions } from 'n8n-workflow';

/** What requests, files and errors need of n8n: a node that runs, or one that serves an agent. */
export type NodeContext = IExecuteFunctions | ISupplyDataFunctions;
