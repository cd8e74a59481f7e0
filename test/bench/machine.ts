/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { availableParallelism, cpus } from 'node:os';
import { chooseNode } from '../../scripts/host/node';

/** What a figure was measured on. */
export const machineWords = (n8nVersion: string): string =>
	`${availableParallelism()} CPUs (${cpus()[0]?.model.trim() ?? 'unknown'}), Node.js ${chooseNode().version}, n8n ${n8nVersion}`;

/** Ends when the bench is interrupted, so that the n8n that it has started is ended, too. */
export function interruption(): AbortSignal {
	const ended = new AbortController();
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => ended.abort());
	return ended.signal;
}
