/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { places } from '../../../scripts/host/places';
import { startEmulator, type Emulator, type Fault } from '../../emulator';
import { modelId, withOptions } from '../../support/parameters';
import { expectNoMedia, itemsOf, onlyItem, stored } from '../../support/results';
import { caseOf, operationCases, type OperationCase } from '../../support/cases';
import { images, makePng, makeWav, sha256 } from '../../support/files';
import { createEngine, type BinaryMode, type Engine, type RunResult } from '../../support/engine/engine';

// Limits in time: what else a busy machine does may cost a second try, and says so.
jest.retryTimes(2, { logErrorsBeforeRetry: true });

let emulator: Emulator;
let engine: Engine;

async function open(binaryMode: BinaryMode) {
	emulator = await startEmulator({});
	engine = await createEngine({ binaryMode, baseUrl: emulator.url });
}

async function close() {
	await engine.close();
	await emulator.close();
}

afterEach(() => {
	emulator.options.faults = undefined;
	emulator.options.latencyMs = undefined;
	emulator.requests.length = 0;
});

const sent = () => emulator.requests.filter(({ path: route }) => route.startsWith('/v1/inference/'));

/** Three inputs of an operation that must not be mixed up. */
async function threeItems({ media, required }: OperationCase): Promise<INodeExecutionData[]> {
	if (media === 'audio') {
		const sounds = [0.5, 1, 1.5].map((seconds) => makeWav(seconds));
		const binaries = sounds.map(async (bytes, index) => await engine.binary(bytes, `take-${index}.wav`, 'audio/wav'));
		return (await Promise.all(binaries)).map((data) => ({ json: {}, binary: { data } }));
	}
	if (media === 'image') {
		const pictures = [makePng(40, 20, 5), makePng(20, 40, 6), makePng(30, 30, 7)];
		const binaries = pictures.map(
			async (bytes, index) => await engine.binary(bytes, `photo-${index}.png`, 'image/png'),
		);
		return (await Promise.all(binaries)).map((data) => ({
			json: { [required ?? '']: 'grey, red, black' },
			binary: { data },
		}));
	}
	const texts = ['A great win for [MASK] in Paris', 'Angela lost her [MASK] in Berlin', 'Nothing to [MASK] here'];
	return texts.map((value) => ({ json: { [required ?? '']: value } }));
}

function parametersOf({ parameters, required, name }: OperationCase): INodeParameters {
	const byItem = required === undefined ? parameters : { ...parameters, [required]: `={{ $json.${required} }}` };
	// a seed makes images repeatable
	return name === 'image: generate' ? withOptions(byItem, { seed: 7, width: 128, height: 256 }) : byItem;
}

/** Output without what differs from request to request. */
function comparable({ json }: INodeExecutionData): IDataObject {
	return Object.fromEntries(Object.entries(stored(json)).filter(([name]) => name !== 'usage'));
}

async function readAll(items: INodeExecutionData[]): Promise<string[]> {
	const files = items.flatMap(({ binary }) => Object.values(binary ?? {}));
	return await Promise.all(files.map(async (file) => sha256(await engine.read(file))));
}

const cases = operationCases.map((operation) => [operation.name, operation] as const);

describe.each(['default', 'filesystem', 'database'] as const)('binary mode %s', (mode) => {
	beforeAll(async () => await open(mode));
	afterAll(close);

	it.each(cases)('%s gives three items together what it gives each alone', async (_name, operation) => {
		const parameters = parametersOf(operation);
		const items = await threeItems(operation);
		const together = itemsOf(await engine.run({ parameters, items }));
		const alone: INodeExecutionData[] = [];
		for (const item of items) alone.push(onlyItem(await engine.run({ parameters, items: [item] })));
		expect(together.map(comparable)).toEqual(alone.map(comparable));
		expect(new Set(together.map((item) => JSON.stringify(comparable(item)))).size).toBe(3);
		expect(together.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(await readAll(together)).toEqual(await readAll(alone));
		for (const { json } of together) {
			expectNoMedia(json);
			expect(stored(json).usage).toMatchObject({ attempts: 1, costUsd: expect.any(Number) });
		}
		expect(
			sent().every(({ status, headers }) => status === 200 && headers.authorization === 'Bearer emulator-key'),
		).toBe(true);
	});

	it('transcribes the recording that came, under its name', async () => {
		const speech = readFileSync(path.join(places.fixtures, 'speech.wav'));
		const data = await engine.binary(speech, 'speech.wav', 'audio/wav');
		const { parameters } = caseOf('audio: transcribe');
		const { json } = onlyItem(await engine.run({ parameters, items: [{ json: {}, binary: { data } }] }));
		const seconds = (speech.length - 44) / speech.readUInt32LE(28);
		expect(json.text).toContain(`speech.wav and ${speech.length} bytes`);
		expect(Number(json.duration)).toBeCloseTo(seconds, 1);
		expect(sent()[0]?.form).toEqual([
			{ name: 'audio', filename: 'speech.wav', mimeType: 'audio/wav', size: speech.length, sha256: sha256(speech) },
		]);
	});

	it('generates images of the size that was asked for', async () => {
		const parameters = withOptions(caseOf('image: generate').parameters, {
			width: 256,
			height: 128,
			numImages: 3,
			seed: 5,
		});
		const items = itemsOf(await engine.run({ parameters }));
		expect(items.map(({ json }) => json.index)).toEqual([0, 1, 2]);
		for (const { binary } of items) {
			if (binary?.data === undefined) throw new Error('no image');
			expect(binary.data).toMatchObject({ mimeType: 'image/png', fileExtension: 'png' });
			expect(PNG.sync.read(await engine.read(binary.data))).toMatchObject({ width: 256, height: 128 });
		}
		expect(new Set(await readAll(items)).size).toBe(3);
	});

	it.each([
		['black-forest-labs/FLUX-1-schnell', images.png],
		['emulator/photo-jpeg', images.jpeg],
		['emulator/photo-webp', images.webp],
		['emulator/photo-mislabelled', images.jpeg],
		['black-forest-labs/FLUX-1.1-pro', images.png],
		['Bria/Bria-3.2', images.png],
		['emulator/url-list', images.png],
		['emulator/relative-links', images.png],
		['emulator/bare-list', images.png],
	])('takes the image of %s out of its answer', async (model, { mimeType, extension }) => {
		const parameters = { ...caseOf('image: generate').parameters, model: modelId(model) };
		const item = onlyItem(await engine.run({ parameters: withOptions(parameters, { width: 128, height: 128 }) }));
		expect(item.binary?.data).toMatchObject({ mimeType, fileExtension: expect.stringMatching(extension) });
		expectNoMedia(item.json);
		if (mimeType !== 'image/png' || item.binary?.data === undefined) return;
		expect(PNG.sync.read(await engine.read(item.binary.data))).toMatchObject({ width: 128, height: 128 });
	});
});

describe('the service misbehaves', () => {
	beforeAll(async () => await open('filesystem'));
	afterAll(close);

	const faults: Array<[string, Fault, RegExp]> = [
		['failedStatus', { kind: 'failedStatus', detail: 'out of memory' }, /failed|out of memory/i],
		['status error', { kind: 'statusField', status: 'error', detail: 'no such voice' }, /no such voice/],
		['status cancelled', { kind: 'statusField', status: 'cancelled' }, /cancel/i],
		['status request_moderated', { kind: 'statusField', status: 'request_moderated' }, /moderat|safety/i],
		['truncatedJson', { kind: 'truncatedJson' }, /JSON|cut|incomplete/i],
		['html', { kind: 'html', status: 200 }, /JSON|HTML|page/i],
		['html with status 502', { kind: 'html' }, /502/],
		['empty', { kind: 'empty' }, /empty/i],
		['array', { kind: 'wrongShape', shape: 'array' }, /DeepInfra/],
		['null', { kind: 'wrongShape', shape: 'null' }, /DeepInfra/],
		['string', { kind: 'wrongShape', shape: 'string' }, /DeepInfra/],
		['missingFields', { kind: 'wrongShape', shape: 'missingFields' }, /DeepInfra/],
		['resetMidBody', { kind: 'resetMidBody' }, /connection|cut|aborted/i],
		['gzipCutShort', { kind: 'gzipCutShort' }, /DeepInfra|connection|unexpected end/i],
		['status 402', { kind: 'status', status: 402 }, /billing|payment|balance/i],
		['status 404', { kind: 'status', status: 404 }, /model|not found/i],
	];

	describe.each(cases)('%s', (_name, operation) => {
		it.each(faults)('%s on the second of three items fails that item alone', async (_fault, fault, words) => {
			const parameters = withOptions(parametersOf(operation), { maxRetries: 0, maxConcurrency: 1 });
			const items = await threeItems(operation);
			// embeddings travel together unless something sets them apart
			const apart = { ...parameters, model: { ...modelId('x'), value: '={{ $json.model }}' } };
			const models = [
				operation.model,
				operation.name === 'embedding: create' ? 'intfloat/e5-large-v2' : operation.model,
			];
			for (const [index, item] of items.entries()) item.json.model = models[index % 2];
			let seen = 0;
			emulator.options.faults = ({ path: route }) =>
				route.startsWith('/v1/inference/') && seen++ === 1 ? fault : undefined;
			const result = await engine.run({ parameters: apart, items, onError: 'continueErrorOutput' });
			expect(result.status).toBe('success');
			expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
			expect(result.errorItems).toMatchObject([{ pairedItem: { item: 1 } }]);
			expect(String(result.errorItems[0]?.json.error)).toMatch(words);
			expect(String(result.errorItems[0]?.json.error)).not.toMatch(/undefined|TypeError|Cannot read/);
		});
	});
});

describe('stopping', () => {
	beforeAll(async () => await open('filesystem'));
	afterAll(close);

	async function stop(operation: OperationCase, cancelAfterMs: number): Promise<RunResult> {
		const [first] = await threeItems(operation);
		if (first === undefined) throw new Error('no item');
		const items = Array.from({ length: 40 }, () => first);
		const onError = 'continueErrorOutput';
		return await engine.run({ parameters: parametersOf(operation), items, onError, cancelAfterMs });
	}

	it.each(cases)('%s ends at once, its requests with it', async (_name, operation) => {
		emulator.options.latencyMs = 5000;
		const result = await stop(operation, 300);
		expect(result.status).toBe('canceled');
		expect(result.durationMs).toBeLessThan(2500);
		const before = emulator.requests.length;
		expect(before).toBeGreaterThan(0);
		await new Promise((resolve) => setTimeout(resolve, 300));
		expect(emulator.requests).toHaveLength(before); // nothing starts afterwards
		expect(emulator.requests.every(({ aborted }) => aborted)).toBe(true);
	});

	it('ends a wait between two tries', async () => {
		emulator.options.faults = () => ({ kind: 'status', status: 503, retryAfter: 60 });
		const result = await stop(caseOf('text: classify'), 400);
		expect(result.status).toBe('canceled');
		expect(result.durationMs).toBeLessThan(2500);
	});
});

describe('the API key', () => {
	beforeAll(async () => await open('default'));
	afterAll(close);

	it.each(['status', 'success'] as const)('stays hidden when the service echoes it: %s', async (kind) => {
		emulator.options.faults = () => ({ kind: 'echoKey', as: kind === 'status' ? 'error' : 'success' });
		const { parameters } = caseOf('text: classify');
		const result = await engine.run({ parameters: withOptions(parameters, { maxRetries: 0 }) });
		expect(JSON.stringify(result)).not.toContain('emulator-key');
	});

	it('is refused when it is wrong, with one request', async () => {
		const { parameters } = caseOf('text: classify');
		const result = await engine.run({ parameters, credentials: { apiKey: 'wrong-key' } });
		expect(result).toMatchObject({ status: 'error', error: { httpCode: '401', itemIndex: 0 } });
		expect(sent()).toHaveLength(1);
		expect(JSON.stringify(result)).not.toContain('wrong-key');
	});
});
