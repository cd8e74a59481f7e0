/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './answer';
import type { Body } from './body';
import type { Bill } from './ledger';
import type { Store } from './store';
import type { EmulatorOptions } from './types';
import type { WebhookSender } from './webhooks';

/** What a route gets to see. */
export interface Context {
	headers: IncomingHttpHeaders;
	query: Record<string, string>;
	body: Body;
	/** Parts of the path that the route left open; a model name keeps its slash. */
	rest: string;
	baseUrl: string;
	random: () => number;
	webhooks: WebhookSender;
	store: Store;
	/** How a streamed chat comes. */
	chatStream: NonNullable<EmulatorOptions['chatStream']>;
	busyModels: readonly string[];
	/** What was billed so far. */
	ledger: readonly Bill[];
	/** How long a video job takes, milliseconds. */
	videoMs: number;
	batches: NonNullable<EmulatorOptions['batches']>;
}

export type Route = (context: Context) => Answer;
