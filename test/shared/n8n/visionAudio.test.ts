import type { INodeExecutionData } from 'n8n-workflow';
import { withOptions } from '../../support/parameters';
import { itemsOf, onlyItem, stored } from '../../support/results';
import { answerWith, envelope, inferenceRequests } from '../../support/service';
import { type World, openWorld } from '../../support/world';
import { answerOf, caseOf } from '../../support/cases';
import { makePng, makeWav } from '../../support/files';
import { sentForm } from '../../support/multipart';

let bench: World;
let image: INodeExecutionData;
let audio: INodeExecutionData;

beforeAll(async () => {
	bench = await openWorld({ binaryMode: 'default', asks: 'service' });
	image = { json: {}, binary: { data: await bench.engine.binary(makePng(9, 9), 'photo.png', 'image/png') } };
	audio = { json: {}, binary: { data: await bench.engine.binary(makeWav(0.5), 'speech.wav', 'audio/wav') } };
});
afterAll(async () => await bench.close());

describe('image: detectObjects', () => {
	const operation = caseOf('image: detectObjects');

	it('gives an item per object on demand', async () => {
		answerWith(bench.service, answerOf(operation));
		const parameters = withOptions(operation.parameters, { outputMode: 'perObject' });
		const items = itemsOf(await bench.engine.run({ parameters, items: [image, image] }));
		const expected = {
			label: 'cat',
			score: 0.98,
			box: { xmin: 12, ymin: 54, xmax: 319, ymax: 470 },
			index: 0,
			count: 2,
		};
		expect(stored(items[0]?.json)).toMatchObject(expected);
		expect(Object.keys(stored(items[0]?.json)).sort()).toEqual([...Object.keys(expected), 'usage'].sort());
		expect(items.map(({ json, pairedItem }) => [json.label, json.index, pairedItem])).toEqual([
			['cat', 0, { item: 0 }],
			['remote', 1, { item: 0 }],
			['cat', 0, { item: 1 }],
			['remote', 1, { item: 1 }],
		]);
	});

	it('counts the cost of a request once', async () => {
		answerWith(bench.service, answerOf(operation));
		const parameters = withOptions(operation.parameters, { outputMode: 'perObject' });
		const items = itemsOf(await bench.engine.run({ parameters, items: [image] }));
		const costs = items.map(({ json }) => {
			const { usage } = stored(json);
			return typeof usage === 'object' && usage !== null && 'costUsd' in usage ? Number(usage.costUsd) : 0;
		});
		expect(costs.reduce((sum, cost) => sum + cost, 0)).toBeCloseTo(envelope.inference_status.cost, 9);
	});

	it('an image without objects is an answer', async () => {
		answerWith(bench.service, { results: [], ...envelope });
		const { json } = onlyItem(await bench.engine.run({ parameters: operation.parameters, items: [image] }));
		expect(json).toMatchObject({ objects: [], count: 0 });
	});
});

describe('audio: transcribe', () => {
	const operation = caseOf('audio: transcribe');
	const word = (text: string, start: number, end: number) => ({ text, start, end });

	it('gives words when asked for', async () => {
		const words = [word('Hello.', 0, 0.8), word('Bye.', 1.1, 2.4)];
		answerWith(bench.service, { ...answerOf(operation), words });
		const parameters = withOptions(operation.parameters, { chunkLevel: 'word' });
		const { json } = onlyItem(await bench.engine.run({ parameters, items: [audio] }));
		expect(stored(json).words).toEqual(words);
		expect(sentForm(inferenceRequests(bench.service)[0]).texts).toMatchObject({ chunk_level: 'word' });
	});

	it('finds words inside segments, as older models give them', async () => {
		const segments = [{ text: 'Hi.', start: 0, end: 1, words: [{ ...word('Hi.', 0, 0.9), confidence: 0.9 }] }];
		answerWith(bench.service, { text: 'Hi.', segments, ...envelope });
		const parameters = withOptions(operation.parameters, { chunkLevel: 'word' });
		const { json } = onlyItem(await bench.engine.run({ parameters, items: [audio] }));
		expect(stored(json).words).toMatchObject([word('Hi.', 0, 0.9)]);
	});

	it('lives with segments that lack times or text, and with none', async () => {
		for (const segments of [[{ text: 'x' }, { start: 1, end: 2 }, {}], null, undefined, []]) {
			answerWith(bench.service, { text: 'x', segments, ...envelope });
			const { json } = onlyItem(await bench.engine.run({ parameters: operation.parameters, items: [audio] }));
			expect(json.text).toBe('x');
			expect(Array.isArray(json.segments)).toBe(true);
		}
	});

	it('adds subtitles as files', async () => {
		answerWith(bench.service, answerOf(operation));
		const parameters = withOptions(operation.parameters, { subtitles: ['srt', 'vtt'] });
		const item = onlyItem(await bench.engine.run({ parameters, items: [audio] }));
		const files = Object.values(item.binary ?? {});
		const texts = await Promise.all(files.map(async (file) => (await bench.engine.read(file)).toString()));
		const [srt, vtt] = ['srt', 'vtt'].map((kind) => texts[files.findIndex(({ fileName }) => fileName?.endsWith(kind))]);
		expect(srt?.trim()).toBe('1\n00:00:00,000 --> 00:00:01,000\nHello.\n\n2\n00:00:01,000 --> 00:00:02,500\nBye.');
		expect(vtt?.trim()).toMatch(/^WEBVTT\n\n(1\n)?00:00:00\.000 --> 00:00:01\.000\nHello\.\n\n/);
	});

	it('a silent recording is an answer', async () => {
		answerWith(bench.service, { text: '', segments: [], language: 'en', input_length_ms: 500, ...envelope });
		const { json } = onlyItem(await bench.engine.run({ parameters: operation.parameters, items: [audio] }));
		expect(json).toMatchObject({ text: '', duration: 0.5, segments: [] });
	});
});
