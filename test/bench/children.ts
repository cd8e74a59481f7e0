/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import type { ChildProcess } from 'node:child_process';
import { chooseNode } from '../../scripts/host/node';
import { forkFile } from './fork';
import type { Job, Measure, ServiceCount, ServiceOrder } from './jobs';

/** What a child says next. Rejects when it dies without a word. */
async function nextMessage<T>(child: ChildProcess): Promise<T> {
	return await new Promise((resolve, reject) => {
		const end = (code: number | null) => reject(new Error(`A process of the bench ended with code ${code}`));
		child.once('exit', end);
		child.once('message', (message) => {
			child.off('exit', end);
			const { value }: { value: T } = JSON.parse(String(message));
			resolve(value);
		});
	});
}

const say = (child: ChildProcess, value: unknown) => child.send(JSON.stringify({ value }));

/** On the Node that n8n runs on, which may be newer than this machine's. */
const start = (file: string, nodeOptions: readonly string[] = []) =>
	forkFile(file, ['--expose-gc', ...nodeOptions], chooseNode().program);

/** Does a job in a process of its own, so that memory, garbage and compiled code are its own, too. */
export async function measure(job: Job, url: string, nodeOptions: readonly string[] = []): Promise<Measure> {
	const child = start('client.ts', nodeOptions);
	const exited = new Promise((resolve) => child.once('exit', resolve));
	say(child, { job, url });
	const result = await nextMessage<Measure>(child);
	await exited;
	return result;
}

export interface Service {
	readonly url: string;
	/** Its address over TLS, at a distance; undefined where this machine can make no certificate. */
	readonly far?: string;
	order(order: ServiceOrder): Promise<void>;
	count(): Promise<ServiceCount>;
	close(): void;
}

export async function startService(): Promise<Service> {
	const child = start('service.ts');
	const { url, far } = await nextMessage<Pick<Service, 'url' | 'far'>>(child);
	return {
		url,
		far,
		async order(order) {
			say(child, order);
			await nextMessage(child);
		},
		async count() {
			say(child, 'count');
			return await nextMessage<ServiceCount>(child);
		},
		close: () => child.disconnect(),
	};
}

/** In a child: reads what the parent said. */
export function readMessage<T>(message: unknown): T {
	const { value }: { value: T } = JSON.parse(String(message));
	return value;
}

/** In a child: answers the parent. */
export function answer(value: unknown): void {
	process.send?.(JSON.stringify({ value }));
}
