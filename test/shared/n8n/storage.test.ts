/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { INodeParameters } from 'n8n-workflow';
import { Readable } from 'node:stream';
import { makePng, makeWav } from '../../support/files';
import { asked } from '../../support/parameters';
import { errorOf, hintsOf, pairedTo } from '../../support/results';
import { openWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
afterEach(() => void jest.restoreAllMocks());

/** n8n's storage fails as its disk does, for the files whose turn it is. */
function failStorage(code: string, turns: readonly number[]): () => number {
	const service = Container.get(BinaryDataService);
	const store = service.store.bind(service);
	let stored = 0;
	jest.spyOn(service, 'store').mockImplementation(async (...given) => {
		if (!turns.includes(stored++)) return await store(...given);
		throw Object.assign(new Error(`${code}: write '/data/storage/0b7c'`), { code, syscall: 'write' });
	});
	return () => stored;
}

const CASES: ReadonlyArray<[string, INodeParameters]> = [
	[
		'a picture within the answer',
		asked('image', 'generate', 'black-forest-labs/FLUX-1-schnell', { prompt: '={{ $json.text }}' }),
	],
	['speech', asked('audio', 'synthesize', 'hexgrad/Kokoro-82M', { text: '={{ $json.text }}' })],
	['a video that is downloaded', asked('video', 'generate', 'Wan-AI/Wan2.1-T2V-1.3B', { prompt: '={{ $json.text }}' })],
];

describe.each([
	['ENOSPC', /no space left/],
	['EDQUOT', /no space left/],
	['EACCES', /may not write/],
])('storage that fails with %s', (code, words) => {
	it.each(CASES)('costs %s its own item only, which tells what was paid', async (_what, parameters) => {
		const items = ['one', 'two', 'three'].map((text) => ({ json: { text } }));
		world.emulator.requests.length = 0;
		const tries = failStorage(code, [1]);
		const result = await world.engine.run({
			parameters: { ...parameters, options: { maxConcurrency: 1 } },
			items,
			onError: 'continueErrorOutput',
		});
		expect(result.status).toBe('success');
		expect(result.items.map(pairedTo)).toEqual([0, 2]);
		expect(result.errorItems.map(pairedTo)).toEqual([1]);
		const message = String(result.errorItems[0]?.json.error);
		expect(message).toMatch(words);
		expect(message).toMatch(/n8n/);
		expect(message).not.toMatch(/storage\/0b7c|network|connection/);
		// Neither asked for nor fetched again.
		expect(tries()).toBe(3);
		expect(world.inference().filter(({ status }) => status === 200)).toHaveLength(3);
	});
});

const coded = (code: string, words: string) => Object.assign(new Error(`${code}: ${words} '/data/0b7c'`), { code });
/** A file whose reading breaks off. */
const broken = (error: Error) => async () =>
	await Promise.resolve(
		Readable.from(
			(function* () {
				yield makePng(60, 60).subarray(0, 3000);
				throw error;
			})(),
			{ objectMode: false },
		),
	);
const SEES = 'Qwen/Qwen3-VL-30B-A3B-Instruct';

describe.each<[string, INodeParameters]>([
	['a part', asked('image', 'classify', 'google/vit-base-patch16-224')],
	['text within JSON', asked('image', 'analyze', SEES, { prompt: 'x' })],
	['a document', asked('document', 'extractText', SEES)],
])('an input file, sent as %s, that n8n cannot read', (_as, parameters) => {
	it.each<
		[string, 'getMetadata' | 'getAsStream', () => Promise<never> | ReturnType<ReturnType<typeof broken>>, RegExp]
	>([
		[
			'is gone',
			'getMetadata',
			async () => await Promise.reject(coded('ENOENT', 'no such file, open')),
			/not there any more/,
		],
		['is lost', 'getAsStream', async () => await Promise.reject(new Error('File not found')), /not there any more/],
		['is forbidden', 'getAsStream', async () => await Promise.reject(coded('EACCES', 'denied, open')), /may not read/],
		['breaks off', 'getAsStream', broken(coded('EIO', 'i/o error, read')), /the disk does not work \(EIO\)/],
		['lies elsewhere', 'getAsStream', async () => await Promise.reject(new Error('S3 is down')), /S3 is down/],
	])('since it %s is not blamed on the service or the network, and sent once', async (_what, method, fail, words) => {
		const picture = async (seed: number) => ({
			json: {},
			binary: { data: await world.engine.binary(makePng(60, 60, seed), `photo ${seed}.png`, 'image/png') },
		});
		const items = [await picture(1)];
		world.emulator.requests.length = 0;
		jest.spyOn(Container.get(BinaryDataService), method).mockImplementation(fail as never);
		const result = await world.engine.run({ parameters, items, onError: 'continueErrorOutput' });
		const [text = ''] = result.errorItems.map((item) => errorOf(item).text);
		expect(text).toMatch(/n8n cannot read the file 'photo 1\.png' from its storage/);
		expect(text).toMatch(words);
		expect(text).toMatch(/did not get the whole request, so nothing was billed/);
		expect(text).not.toMatch(/data\/0b7c|network|connection|Base URL/);
		expect(world.emulator.requests.filter(({ method: how, aborted }) => how === 'POST' && !aborted)).toEqual([]);
	});
});

it.each<[string, INodeParameters, string]>([
	['subtitles', asked('audio', 'transcribe', 'openai/whisper-large-v3', { options: { subtitles: ['srt'] } }), 'text'],
	['lines', asked('audio', 'transcribe', 'openai/whisper-large-v3', { options: { subtitles: ['txt'] } }), 'text'],
	['boxes', asked('image', 'detectObjects', 'hustvl/yolos-small', { options: { annotatedImage: 'boxes' } }), 'objects'],
])('what was found is good although its %s cannot be kept', async (_what, parameters, field) => {
	const isSound = parameters.resource === 'audio';
	const data = await (isSound
		? world.engine.binary(makeWav(0.4), 'memo.wav', 'audio/wav')
		: world.engine.binary(makePng(40, 40), 'photo.png', 'image/png'));
	failStorage('ENOSPC', [0]);
	const result = await world.engine.run({
		parameters,
		items: [{ json: {}, binary: { data } }],
		onError: 'continueErrorOutput',
	});
	expect(result.items.map(({ json }) => json[field])).toEqual([expect.anything()]);
	expect(result.errorItems.map((item) => errorOf(item).text)).toEqual([expect.stringMatching(/no space left/)]);
	// The cost stands with the item that is good, and nowhere else.
	expect(errorOf(result.errorItems[0] ?? { json: {} }).text).not.toMatch(/billed \$/);
});

it('that is full for good fails every item and no run, and is told once at the end', async () => {
	failStorage('ENOSPC', [...Array(20).keys()]);
	const result = await world.engine.run({
		parameters: asked('image', 'generate', 'black-forest-labs/FLUX-1-schnell', { prompt: '={{ $json.text }}' }),
		items: ['a', 'b', 'c', 'd'].map((text) => ({ json: { text } })),
		onError: 'continueRegularOutput',
	});
	expect(result.items).toHaveLength(4);
	for (const item of result.items) expect(errorOf(item).text).toMatch(/no space left/);
	expect(hintsOf(result).join(' ')).toMatch(/4 failed \(4: .*n8n could not keep its file/);
});

it('subtitles that cannot be kept cost no other item anything', async () => {
	const items = await Promise.all(
		[0.3, 0.6].map(async (seconds) => ({
			json: {},
			binary: { data: await world.engine.binary(makeWav(seconds), `${seconds}.wav`, 'audio/wav') },
		})),
	);
	failStorage('ENOSPC', [1]);
	const parameters = asked('audio', 'transcribe', 'openai/whisper-large-v3', {
		options: { subtitles: ['srt'], maxConcurrency: 1 },
	});
	const result = await world.engine.run({ parameters, items, onError: 'continueErrorOutput' });
	// The transcript is good all the same.
	expect([result.items.map(pairedTo), result.errorItems.map(pairedTo)]).toEqual([[0, 1], [1]]);
	expect(result.items.map(({ binary }) => [binary?.srt !== undefined])).toEqual([[true], [false]]);
	expect(String(result.errorItems[0]?.json.error)).toMatch(/no space left/);
});
