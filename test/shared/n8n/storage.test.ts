import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { INodeParameters } from 'n8n-workflow';
import { makeWav } from '../../support/files';
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
	expect([result.items.map(pairedTo), result.errorItems.map(pairedTo)]).toEqual([[0], [1]]);
	expect(String(result.errorItems[0]?.json.error)).toMatch(/no space left/);
});
