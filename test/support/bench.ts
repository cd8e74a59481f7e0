import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { createEngine, type BinaryMode, type Engine, type RunResult } from './engine/engine';
import { jsonReply, notFound, startService, type Service } from './service';

export interface Bench {
	engine: Engine;
	service: Service;
	close(): Promise<void>;
}

/** The engine with a service that answers as a test says. */
export async function openBench(binaryMode: BinaryMode = 'default'): Promise<Bench> {
	const service = await startService();
	const engine = await createEngine({ binaryMode, baseUrl: service.url }).catch(async (error: unknown) => {
		await service.close();
		return await Promise.reject(error);
	});
	return {
		engine,
		service,
		async close() {
			await engine.close();
			await service.close();
		},
	};
}

/** Every inference request gets this answer; the catalogue knows each model's mask token only. */
export function answerWith(service: Service, answer: unknown, maskToken = '[MASK]'): void {
	replyWith(service, () => jsonReply(answer), maskToken);
}

/** As `answerWith`, with an answer that follows from the request. */
export function replyWith(service: Service, reply: Service['reply'], maskToken = '[MASK]'): void {
	service.requests.length = 0;
	service.reply = (request) => {
		const { method, path } = request;
		if (method === 'POST' && path.startsWith('/v1/inference/')) return reply(request);
		if (method === 'GET' && path.startsWith('/models/') && path !== '/models/list') {
			return jsonReply({ model_name: path.slice('/models/'.length), type: 'fill-mask', mask_token: maskToken });
		}
		return notFound;
	};
}

/** The inference requests alone: operations may also look into the catalogue. */
export const inferenceRequests = ({ requests }: Service) =>
	requests.filter(({ path }) => path.startsWith('/v1/inference/'));

export const modelId = (value: string) => ({ __rl: true, mode: 'id', value });

let models = 0;

/** A model that no test has asked the catalogue about: what it says is remembered for a while. */
export const freshModel = () => modelId(`emulator/model-${++models}`);

/** What every answer of the native API carries, and the usage that follows from it. */
export const envelope = {
	request_id: 'RfMWDrAKjbDDXzvTdGOQxgha',
	inference_status: {
		status: 'succeeded',
		runtime_ms: 228,
		cost: 0.000114,
		tokens_input: 11,
		tokens_generated: 7,
		output_length: 0,
	},
};

export const usageFor = (model: string): IDataObject => ({
	model,
	requestId: envelope.request_id,
	costUsd: 0.000114,
	runtimeMs: 228,
	inputTokens: 11,
	outputTokens: 7,
	attempts: 1,
});

export function itemsOf(result: RunResult): INodeExecutionData[] {
	expect(result.error).toBeUndefined();
	expect(result.status).toBe('success');
	return result.items;
}

export function onlyItem(result: RunResult): INodeExecutionData {
	const [item, ...more] = itemsOf(result);
	if (item === undefined || more.length > 0) throw new Error(`Expected one item, got ${result.items.length}`);
	return item;
}

/** Undefined entries count as absent, as they do once n8n has stored an execution. */
export const stored = (json: IDataObject | undefined): IDataObject => JSON.parse(JSON.stringify(json ?? {}));

const looksLikeFile = (text: string) =>
	text.startsWith('data:') || (text.length > 100 && /^[A-Za-z0-9+/_=-]+$/.test(text));

/** Nothing that is a file may stand in `json`. */
export function expectNoMedia(value: unknown): void {
	if (typeof value === 'string') expect(looksLikeFile(value) ? value.slice(0, 60) : '').toBe('');
	else if (typeof value === 'object' && value !== null) Object.values(value).forEach(expectNoMedia);
}

export const withOptions = (parameters: INodeParameters, options: INodeParameters): INodeParameters => ({
	...parameters,
	options,
});
