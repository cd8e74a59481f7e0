/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, no-console */
import { Agent } from 'node:http';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { makePng } from '../support/files';
import { createEngine, type Engine, type RunOptions } from '../support/engine/engine';
import { askBare, timeBarePiece } from './bare';
import { answer, readMessage } from './children';
import { median } from './figures';
import { writeHelperPackage } from './helper-package';
import { WARM_UP, type Job, type Measure } from './jobs';
import { withCosts } from './costs';
import { writeOpenAiPackage } from './openAiPackage';
import { storeLongRecording } from './storedFile';

const textsFor = (count: number) =>
	Array.from({ length: count }, (_, index) => `Case ${index}: shares rose after the announcement`);
const itemsFor = (count: number): INodeExecutionData[] => textsFor(count).map((text) => ({ json: { text } }));
const model = (value: string) => ({ __rl: true, mode: 'id', value });

const classify = {
	resource: 'text',
	operation: 'classify',
	model: model('ProsusAI/finbert'),
	text: '={{ $json.text }}',
};

const CHAT_MODEL = 'meta-llama/Llama-3.3-70B-Instruct-Turbo';
const QUESTION = 'Tell me about a long river, please';
const chat = { resource: 'chat', operation: 'complete', model: model(CHAT_MODEL) };
const chatBody = (content: string) => ({ model: CHAT_MODEL, messages: [{ role: 'user', content }] });
const chatBodies = (count: number) => textsFor(count).map(chatBody);
const bodiesOf = (count: number) => textsFor(count).map((input) => ({ input }));

async function runNode(engine: Engine, options: RunOptions): Promise<Pick<Measure, 'milliseconds' | 'answered'>> {
	const { items, errorItems, error, durationMs } = await engine.run(options);
	if (error || errorItems.length > 0) throw new Error(`${errorItems.length} failed: ${error?.message}`);
	return { milliseconds: durationMs, answered: items.length };
}

/** Warms up, then measures. */
async function measureRuns(engine: Engine, warmUp: RunOptions, options: RunOptions): Promise<Measure> {
	await runNode(engine, warmUp);
	const { value, ...costs } = await withCosts(async () => await runNode(engine, options));
	await engine.close();
	return { ...value, ...costs };
}

/** A run that stores one file of so many bytes. */
async function measureFile(engine: Engine, bytes: number, parameters: INodeParameters): Promise<Measure> {
	const { value, ...costs } = await withCosts(async () => {
		const { items, error, durationMs } = await engine.run({ parameters });
		const stored = Number(items[0]?.binary?.data?.bytes ?? 0);
		if (stored !== bytes) throw new Error(`${stored} of ${bytes} bytes are stored: ${error?.message}`);
		return { milliseconds: durationMs, answered: items.length };
	});
	await engine.close();
	return { ...value, ...costs };
}

async function measureBare(
	url: string,
	route: string,
	bodies: readonly object[],
	concurrency: number,
): Promise<Measure> {
	await askBare(url, route, bodies.slice(0, WARM_UP), WARM_UP);
	const { value, ...costs } = await withCosts(async () => {
		const startedAt = performance.now();
		const answered = (await askBare(url, route, bodies, concurrency)).length;
		return { milliseconds: performance.now() - startedAt, answered };
	});
	return { ...value, ...costs };
}

/** The usual time of several that are taken one after the other; the first ones only warm up. */
async function measurePieces(count: number, time: () => Promise<number>): Promise<Measure> {
	for (let round = 0; round < 5; round++) await time();
	const { value, ...costs } = await withCosts(async () => {
		const times: number[] = [];
		while (times.length < count) times.push(await time());
		return { milliseconds: median(times), answered: times.length };
	});
	return { ...value, ...costs };
}

async function timePiece(engine: Engine): Promise<number> {
	const began = performance.now();
	let took: number | undefined;
	const parameters = { ...chat, messages: { values: [{ role: 'user', content: QUESTION }] } };
	await runNode(engine, {
		parameters,
		onChunk: ({ type }) => {
			if (type === 'item') took ??= performance.now() - began;
		},
	});
	if (took === undefined) throw new Error('Nothing was streamed');
	return took;
}

async function measureOpenAi(url: string, items: number): Promise<Measure> {
	const { location, remove } = writeOpenAiPackage();
	const engine = await createEngine({ binaryMode: 'filesystem', baseUrl: url, package: location });
	const parameters = {
		resource: 'text',
		operation: 'message',
		modelId: model(CHAT_MODEL),
		messages: { values: [{ role: 'user', content: '={{ $json.text }}' }] },
	};
	const credentials = { url: `${url}/v1/openai` };
	try {
		const warmUp = { parameters, credentials, items: itemsFor(2) };
		return await measureRuns(engine, warmUp, { parameters, credentials, items: itemsFor(items) });
	} finally {
		remove();
	}
}

type HelperJob = Extract<Job, { kind: 'helper' }>;

async function measureHelper(url: string, { items, concurrency, reads = false }: HelperJob): Promise<Measure> {
	const { location, remove } = writeHelperPackage();
	const engine = await createEngine({ binaryMode: 'filesystem', baseUrl: url, package: location });
	const parameters = { concurrency: WARM_UP, reads, text: '={{ $json.text }}' };
	try {
		return await measureRuns(
			engine,
			{ parameters, items: itemsFor(WARM_UP) },
			{ parameters: { ...parameters, concurrency }, items: itemsFor(items) },
		);
	} finally {
		remove();
	}
}

/** Noise, which no packing makes smaller: about 20 kB. */
const picture = makePng(82, 82);

async function picturedItems(engine: Engine, count: number): Promise<INodeExecutionData[]> {
	const data = await engine.binary(picture, 'photo.png', 'image/png');
	return itemsFor(count).map((item) => ({ ...item, binary: { data: { ...data } } }));
}

async function measureNothing(url: string, count: number): Promise<Measure> {
	const { location, remove } = writeHelperPackage();
	const engine = await createEngine({ binaryMode: 'filesystem', baseUrl: url, package: location });
	const parameters = { concurrency: 0, text: '={{ $json.text }}' };
	try {
		const [few, items] = [await picturedItems(engine, WARM_UP), await picturedItems(engine, count)];
		return await measureRuns(engine, { parameters, items: few }, { parameters, items });
	} finally {
		remove();
	}
}

async function run(job: Job, url: string): Promise<Measure> {
	if (job.kind === 'bare')
		return await measureBare(url, '/v1/inference/ProsusAI/finbert', bodiesOf(job.items), job.concurrency);
	if (job.kind === 'bareChat')
		return await measureBare(url, '/v1/chat/completions', chatBodies(job.items), job.concurrency);
	if (job.kind === 'openAi') return await measureOpenAi(url, job.items);
	if (job.kind === 'barePiece') {
		const agent = new Agent({ keepAlive: true });
		const body = { ...chatBody(QUESTION), stream: true };
		return await measurePieces(job.items, async () => await timeBarePiece(url, agent, body));
	}
	if (job.kind === 'helper') return await measureHelper(url, job);
	if (job.kind === 'nothing') return await measureNothing(url, job.items);
	const engine = await createEngine({ binaryMode: 'filesystem', baseUrl: url });
	const warmUp = { parameters: classify, items: itemsFor(WARM_UP) };
	switch (job.kind) {
		case 'classify': {
			const options = job.concurrency === undefined ? {} : { maxConcurrency: job.concurrency };
			return await measureRuns(engine, warmUp, { parameters: { ...classify, options }, items: itemsFor(job.items) });
		}
		case 'alone': {
			const items = textsFor(job.items).map((_, index) => ({ json: { text: `Case ${index % job.distinct}` } }));
			const credentials = job.apiKey === undefined ? undefined : { apiKey: job.apiKey };
			const { value, ...costs } = await withCosts(
				async () => await engine.run({ parameters: classify, items, credentials, onError: 'continueErrorOutput' }),
			);
			await engine.close();
			return { milliseconds: value.durationMs, answered: value.items.length, ...costs };
		}
		case 'wide': {
			const wide = (index: number) =>
				Array.from({ length: job.fields }, (_, field) => [`field ${field}`, `value ${index} of ${field}`]);
			const items = itemsFor(job.items).map(({ json }, index) => ({
				json: { ...Object.fromEntries(wide(index)), ...json },
			}));
			const parameters = { ...classify, includeOtherFields: job.keeps, options: { maxConcurrency: 200 } };
			const before = process.memoryUsage.rss();
			const measured = await measureRuns(engine, warmUp, { parameters, items });
			return { ...measured, peakBytes: Math.max(before, process.resourceUsage().maxRSS * 1024) };
		}
		case 'piece': {
			const measured = await measurePieces(job.items, async () => await timePiece(engine));
			await engine.close();
			return measured;
		}
		case 'embed': {
			const parameters = { ...classify, resource: 'embedding', operation: 'create', model: model('BAAI/bge-m3') };
			return await measureRuns(engine, warmUp, { parameters, items: itemsFor(job.items) });
		}
		case 'speak': {
			const parameters = {
				resource: 'audio',
				operation: 'synthesize',
				model: model('hexgrad/Kokoro-82M'),
				text: '=Case {{ $itemIndex }}',
			};
			return await measureRuns(engine, warmUp, { parameters, items: itemsFor(job.items) });
		}
		case 'rerank': {
			const parameters = {
				resource: 'text',
				operation: 'rerank',
				model: model('Qwen/Qwen3-Reranker-0.6B'),
				query: 'shares',
				document: '={{ $json.text }}',
			};
			return await measureRuns(engine, warmUp, { parameters, items: itemsFor(job.items) });
		}
		case 'batch': {
			const parameters = {
				resource: 'batch',
				operation: 'create',
				model: model('Qwen/Qwen3-VL-30B-A3B-Instruct'),
				messages: { values: [{ role: 'user', content: '={{ $json.text }}' }] },
				options: job.pictured ? { binaryFields: 'data' } : {},
			};
			const make = async (count: number) => (job.pictured ? await picturedItems(engine, count) : itemsFor(count));
			const [few, items] = [await make(WARM_UP), await make(job.items)];
			const measured = await measureRuns(engine, { parameters, items: few }, { parameters, items });
			return { ...measured, pictureBytes: picture.length };
		}
		case 'chat': {
			const parameters = {
				...chat,
				messages: { values: [{ role: 'user', content: '={{ $json.text }}' }] },
				options: { maxConcurrency: job.concurrency },
			};
			return await measureRuns(
				engine,
				{ parameters, items: itemsFor(WARM_UP) },
				{ parameters, items: itemsFor(job.items) },
			);
		}
		case 'results': {
			const parameters = { resource: 'batch', operation: 'getResults', batchId: 'batch_bench' };
			const items = Array.from({ length: job.batches }, () => ({ json: {} }));
			return await measureRuns(engine, warmUp, { parameters, items });
		}
		case 'film':
			return await measureFile(engine, job.bytes, {
				resource: 'video',
				operation: 'generate',
				model: model('PrunaAI/p-video'),
				prompt: `a long clip <<${job.bytes} bytes>>`,
			});
		case 'upload': {
			const parameters = { resource: 'audio', operation: 'transcribe', model: model('openai/whisper-large-v3') };
			const short = { json: {}, binary: { data: await storeLongRecording(engine, 1_000_000) } };
			const long = { json: {}, binary: { data: await storeLongRecording(engine, job.bytes) } };
			return await measureRuns(engine, { parameters, items: [short] }, { parameters, items: [long] });
		}
		case 'download':
			return await measureFile(engine, job.bytes, {
				resource: 'image',
				operation: 'generate',
				model: model('stabilityai/stable-diffusion-2-1'),
				prompt: 'a large picture',
			});
	}
}

process.once('message', (message) => {
	const { job, url } = readMessage<{ job: Job; url: string }>(message);
	run(job, url)
		.then(answer)
		.catch((error: unknown) => {
			console.error(error);
			process.exitCode = 1;
		})
		.finally(() => process.disconnect());
});
