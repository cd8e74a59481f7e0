import type { IExecuteFunctions } from 'n8n-workflow';
import { number } from '../core/answer';
import { clock, ENDED } from './http/clock';
import { trimEnd } from '../core/trim';

/** Milliseconds between two lines of a long run. */
const EVERY = 10_000;

/** Tells n8n's log, and in a manual run the editor's console, how a run is going. Never fails a run. */
export class Progress {
	private readonly end = new AbortController();

	/** @param what the operation, such as "text: classify" */
	constructor(
		private readonly context: Pick<IExecuteFunctions, 'logger' | 'getMode' | 'sendMessageToUI' | 'getNode'>,
		private readonly what: string,
	) {}

	/** @param line what to tell every ten seconds from now on */
	start(first: string, line: () => string): void {
		this.say(first);
		void this.repeat(line);
	}

	/** Nothing more every ten seconds. */
	close(): void {
		this.end.abort(ENDED);
	}

	stop(last: string): void {
		this.close();
		this.say(last);
	}

	/** For those who look for the reason of a slow run: a request that is sent again, another model that answers. */
	detail(line: string): void {
		quietly(() => this.context.logger.debug(`DeepInfra ${this.what}: ${line}`));
	}

	private say(line: string): void {
		quietly(() => {
			const text = `DeepInfra ${this.what}: ${line}`;
			this.context.logger.info(text);
			if (this.context.getMode() === 'manual') this.context.sendMessageToUI(text);
		});
	}

	private async repeat(line: () => string): Promise<void> {
		for (;;) {
			await clock.sleep(EVERY, this.end.signal);
			if (this.end.signal.aborted) return;
			this.say(line());
		}
	}
}

/** What this run adds to the execution's own data, by which n8n's list of executions can be searched. */
export function tagExecution(
	context: object,
	{ costUsd, failed, model }: { readonly costUsd?: number; readonly failed: number; readonly model: string },
): void {
	quietly(() => {
		const data = customDataOf(context);
		if (!data) return;
		const before = (key: string) => number(data.get(key)) ?? 0;
		if (costUsd !== undefined) data.set('deepInfraCostUsd', exact(before('deepInfraCostUsd') + costUsd));
		data.set('deepInfraFailed', String(before('deepInfraFailed') + failed));
		const models = new Set(
			String(data.get('deepInfraModel') ?? '')
				.split(', ')
				.filter(Boolean),
		);
		if (model) models.add(model);
		if (models.size > 0) data.set('deepInfraModel', [...models].join(', ').slice(0, LONGEST_VALUE));
	});
}

/** n8n takes a longer one for an error, which it logs (docs/n8n.md#items). */
const LONGEST_VALUE = 255;

/** To the nano-dollar, without an exponent. */
const exact = (usd: number): string => trimEnd(trimEnd(usd.toFixed(9), /0/), /\./);

interface CustomData {
	get(key: string): unknown;
	set(key: string, value: string): void;
}

function customDataOf(context: object): CustomData | undefined {
	const data: unknown = 'customData' in context ? context.customData : undefined;
	return isCustomData(data) ? data : undefined;
}

const isCustomData = (data: unknown): data is CustomData =>
	typeof data === 'object' && data !== null && 'get' in data && 'set' in data;

/** What only tells must not fail what it tells about. */
function quietly(tell: () => void): void {
	try {
		tell();
	} catch {
		// There is nobody left to tell.
	}
}
