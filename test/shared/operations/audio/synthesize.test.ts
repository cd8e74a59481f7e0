import type { INodeParameters } from 'n8n-workflow';
import { joinSounds, readMpeg, readWave, soundLength } from '../../../../nodes/shared/media/sound';
import { synthesize } from '../../../../nodes/shared/operations/audio/synthesize';
import { makeSound, wrapWav } from '../../../emulator/media/audio';
import { makeMp3 } from '../../../emulator/media/encoders';
import { dataUrl, makeWav, sha256 } from '../../../support/files';
import { testOperation } from '../../../support/operation/suite';
import { asked } from '../../../support/parameters';
import { expectNoMedia, hintsOf, itemsOf, jsonOf, onlyItem, stored } from '../../../support/results';
import { jsonReply, notFound } from '../../../support/service';
import { openWorld, type World } from '../../../support/world';

const voice = (value: string) => ({ __rl: true, mode: 'id', value });

testOperation(synthesize, {
	model: 'hexgrad/Kokoro-82M',
	tasks: ['text-to-speech'],
	parameters: { text: 'Good morning' },
	required: 'text',
	// as long as its text is
	textOf: (index) => `case ${index}.`,
	request: {
		options: { voice: voice('af_heart'), outputFormat: 'wav', speed: 2, timestamps: true },
		body: {
			text: 'Good morning',
			preset_voice: ['af_heart'],
			output_format: 'wav',
			speed: 2,
			return_timestamps: true,
		},
		estimate: 0.00000744,
	},
	answer: {
		audio: dataUrl(makeWav(0.2), 'audio/wav'),
		input_character_length: 12,
		words: [{ text: 'Good', start: 0, end: 0.1 }],
	},
	fields: { characters: 12 },
	apart: { timestamps: true },
	names: {
		parameters: 'text outputDataFieldName',
		options: 'outputFormat speed timestamps voice',
	},
	values: { outputFormat: { of: ['flac', 'mp3', 'opus', 'pcm', 'wav'], preset: 'mp3' } },
});

describe('of its own', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld()));
	afterAll(async () => await world.close());
	beforeEach(() => void (world.emulator.requests.length = 0));

	const speech = (model: string, text: string, options: INodeParameters = {}): INodeParameters =>
		asked('audio', 'synthesize', model, { text, options, includeOtherFields: false });

	async function speak(model: string, text: string, options: INodeParameters = {}) {
		const { json, binary } = onlyItem(await world.engine.run({ parameters: speech(model, text, options) }));
		if (!binary?.data) throw new Error('no sound');
		expectNoMedia(json);
		return { json: stored(json), file: binary.data, bytes: await world.engine.read(binary.data) };
	}

	const failure = async (model: string, text: string, options: INodeParameters = {}) => {
		const { error } = await world.engine.run({ parameters: speech(model, text, options) });
		return `${error?.message} ${error?.description}`;
	};

	/** Byte for byte, without the minutes that jest takes for it. */
	const expectSame = (bytes: Buffer, expected: Buffer) =>
		expect([bytes.length, sha256(bytes)]).toEqual([expected.length, sha256(expected)]);

	describe('speech', () => {
		// Every family's own field names, and every form of an answer.
		it.each<[string, object, string]>([
			[
				'hexgrad/Kokoro-82M',
				{ text: 'Good day', preset_voice: ['af_heart'], output_format: 'wav', speed: 2 },
				'af_heart',
			],
			['Qwen/Qwen3-TTS', { input: 'Good day', voice: 'Ryan', response_format: 'wav', speed: 2 }, 'Ryan'],
			[
				'Qwen/Qwen3-TTS-VoiceDesign',
				{ input: 'Good day', voice: 'an old sailor, tired', response_format: 'wav' },
				'an old sailor, tired',
			],
			['XiaomiMiMo/MiMo-V2.5-tts', { text: 'Good day', voice: 'mimo_default', output_format: 'wav' }, 'mimo_default'],
			[
				'emulator/short-breath',
				{ text: 'Good day', preset_voice: ['am_adam'], output_format: 'wav', speed: 2 },
				'am_adam',
			],
		])('of %s is a WAV as long as its text', async (model, body, name) => {
			const { json, file, bytes } = await speak(model, 'Good day', {
				voice: voice(name),
				outputFormat: 'wav',
				speed: 2,
			});
			expect(world.inference()).toMatchObject([{ path: `/v1/inference/${model}`, json: body }]);
			expect(file).toMatchObject({ mimeType: 'audio/wav', fileExtension: 'wav' });
			const isFast = 'speed' in body;
			expect(soundLength(bytes)).toBeCloseTo(isFast ? 0.2 : 0.4, 5);
			expect(json).toMatchObject({ characters: 8 });
			expect(json).not.toHaveProperty('words');
		});

		it('is asked for by the names of its family where the schema cannot be had', async () => {
			const { file } = await speak('ResembleAI/chatterbox-turbo', 'Good day', { outputFormat: 'mp3' });
			expect(file).toMatchObject({ mimeType: 'audio/mpeg', fileExtension: 'mp3' });
			expect(world.inference()).toMatchObject([{ json: { text: 'Good day', response_format: 'mp3' } }]);
		});

		it.each([
			['mp3', 'audio/mpeg'],
			['flac', 'audio/flac'],
			['opus', 'audio/ogg'],
			['wav', 'audio/wav'],
		])('comes as %s when that is asked', async (outputFormat, mimeType) => {
			const { file } = await speak('hexgrad/Kokoro-82M', 'Hello', { outputFormat });
			expect(file).toMatchObject({ mimeType, fileExtension: outputFormat });
		});

		it('in raw samples becomes a WAV where their rate is known, else stays as it is', async () => {
			const text = 'Hello there';
			const known = await speak('XiaomiMiMo/MiMo-V2.5-tts', text, { outputFormat: 'pcm' });
			expect(known.bytes).toEqual(wrapWav(makeSound(text, 0.05)));
			expect(known.file.mimeType).toBe('audio/wav');
			const given = await speak('hexgrad/Kokoro-82M', text, {
				outputFormat: 'pcm',
				extraFields: '{"sample_rate":8000}',
			});
			expect(given.bytes).toEqual(known.bytes);
			const raw = await speak('Qwen/Qwen3-TTS', text, { outputFormat: 'pcm' });
			expect(raw.bytes).toEqual(makeSound(text, 0.05));
			expect(raw.file).toMatchObject({ mimeType: 'audio/pcm', fileExtension: 'pcm' });
		});

		it('tells when each word is spoken, when that is asked', async () => {
			const { json } = await speak('hexgrad/Kokoro-82M', 'Hello you', { timestamps: true });
			expect(json.words).toEqual([
				{ text: 'Hello', start: 0, end: 0.25 },
				{ text: 'you', start: 0.3, end: 0.45 },
			]);
		});

		it('mixes voices, by commas', async () => {
			await speak('hexgrad/Kokoro-82M', 'Hello', { voice: voice('af_bella, am_adam') });
			expect(world.inference()[0]?.json).toMatchObject({ preset_voice: ['af_bella', 'am_adam'] });
		});

		it('leaves out what the model does not know, and says so', async () => {
			const parameters = speech('Qwen/Qwen3-TTS-VoiceDesign', 'Hello', {
				speed: 2,
				timestamps: true,
				voice: voice('calm'),
			});
			const result = await world.engine.run({ parameters });
			expect(onlyItem(result).json.usage).toMatchObject({ droppedParameters: ['speed', 'timestamps'] });
			expect(hintsOf(result).join()).toMatch(/'Speed' was left out/);
		});

		it('of a thousand items comes in their order, each paired', async () => {
			const items = Array.from({ length: 60 }, (_, index) => ({ json: { text: 'x'.repeat(index + 1) } }));
			const parameters = speech('Qwen/Qwen3-TTS', '={{ $json.text }}', { maxConcurrency: 20 });
			const output = itemsOf(await world.engine.run({ parameters, items }));
			expect(output.map(({ json, pairedItem }) => [json.characters, pairedItem])).toEqual(
				items.map((_, item) => [item + 1, { item }]),
			);
		});
	});

	describe('a long text', () => {
		const sentence = 'This is the sentence with the number of the day. ';

		it('is split at sentences and joined exactly, with the times of its words', async () => {
			// MiMo takes 600 characters at a time.
			const text = sentence.repeat(30).trim();
			const { json, bytes } = await speak('XiaomiMiMo/MiMo-V2.5-tts', text, { timestamps: true });
			const parts = world.inference().map(({ json: body }) => (body as { text: string }).text);
			expect(parts).toHaveLength(3);
			expect(parts.join(' ')).toBe(text);
			expect(parts.every((part) => part.length <= 600 && part.endsWith('.'))).toBe(true);
			expectSame(bytes, joinSounds(parts.map((part) => wrapWav(makeSound(part, 0.05)))));
			expect(json.characters).toBe(parts.join('').length);
			expect(json.usage).toMatchObject({ attempts: 1 });
		});

		it('is joined as MP3 frames', async () => {
			const { bytes, file } = await speak('XiaomiMiMo/MiMo-V2.5-tts', sentence.repeat(20), { outputFormat: 'mp3' });
			expect(world.inference()).toHaveLength(2);
			expect(file.mimeType).toBe('audio/mpeg');
			expect(bytes.length % 417).toBe(0);
			expect(readMpeg(bytes)?.seconds).toBeCloseTo(49 * 20 * 0.05, 0);
		});

		it('is joined as raw samples', async () => {
			const text = sentence.repeat(110);
			const { bytes } = await speak('Qwen/Qwen3-TTS', text, { outputFormat: 'pcm' });
			const parts = world.inference().map(({ json: body }) => (body as { input: string }).input);
			expect(parts).toHaveLength(2);
			expectSame(bytes, Buffer.concat(parts.map((part) => makeSound(part, 0.05))));
		});

		it('adds up its cost and has words with times that go on', async () => {
			const text = sentence.repeat(110).trim();
			const { json } = await speak('hexgrad/Kokoro-82M', text, { timestamps: true });
			const words = json.words as Array<{ start: number; text: string }>;
			expect(words).toHaveLength(text.split(' ').length);
			expect(words.every(({ start }, index) => index === 0 || start > (words[index - 1]?.start ?? 0))).toBe(true);
			const parts = world.inference().map(({ json: body }) => (body as { text: string }).text.length);
			expect((json.usage as { costUsd: number }).costUsd).toBeCloseTo(6.2e-7 * (parts[0]! + parts[1]!), 9);
		});

		it('is refused in a format that cannot be joined, with the limit', async () => {
			expect(await failure('ResembleAI/chatterbox', sentence.repeat(110), { outputFormat: 'mp3' })).toBe(
				'undefined undefined',
			);
			world.emulator.requests.length = 0;
			const words = await failure('XiaomiMiMo/MiMo-V2.5-tts', sentence.repeat(20), { outputFormat: 'opus' });
			expect(words).toMatch(/980 characters, but this model takes 600 at a time, and parts in Opus cannot be joined/);
			expect(world.inference()).toEqual([]);
		});
	});

	describe('one clear error', () => {
		it.each<[string, string, string, INodeParameters, RegExp]>([
			['an empty text', 'hexgrad/Kokoro-82M', '={{ "" }}', {}, /'Text' is empty/],
			['2 MB of text', 'hexgrad/Kokoro-82M', `={{ "word ".repeat(400000) }}`, {}, /2000000 characters.*at most 100000/],
			['a voice misspelt', 'hexgrad/Kokoro-82M', 'Hi', { voice: voice('af_bela') }, /no voice 'af_bela'.*af_bella/],
			['a voice misspelt beside clones', 'Qwen/Qwen3-TTS', 'Hi', { voice: voice('Vivan') }, /no voice.*Vivian/],
			['a voice that is no one', 'hexgrad/Kokoro-82M', 'Hi', { voice: voice('q') }, /Its voices: af_alloy/],
			[
				'a format that the model lacks',
				'Qwen/Qwen3-TTS',
				'Hi',
				{ outputFormat: 'flac' },
				/cannot give FLAC.*mp3, wav, pcm/,
			],
		])('for %s, and nothing is sent', async (_, model, text, options, words) => {
			expect(await failure(model, text, options)).toMatch(words);
			expect(world.inference()).toEqual([]);
		});

		it('for another format than was asked for: which came', async () => {
			const words = await failure('emulator/always-mp3', 'Hi', { outputFormat: 'wav' });
			expect(words).toMatch(/answered with MP3 although WAV was asked for.*Choose MP3/);
			expect((await speak('emulator/always-mp3', 'Hi')).file.mimeType).toBe('audio/mpeg');
		});

		it('for a voice of nobody: the words of the service', async () => {
			expect(await failure('ResembleAI/chatterbox', 'Hi', { voice: voice('v0123456789') })).toMatch(
				/v0123456789 not found/,
			);
		});

		it.each<[string, () => ReturnType<typeof jsonReply>, RegExp]>([
			['an empty body', () => ({ body: '', contentType: 'audio/wav' }), /empty answer instead of a sound/],
			['no sound', () => jsonReply({ audio: null }), /without a sound/],
			['text for a sound', () => jsonReply({ audio: 'sorry' }), /without a sound/],
		])('for %s', async (_, reply, words) => {
			world.service.reply = ({ method }) => (method === 'POST' ? reply() : notFound);
			const { error } = await world.engine.run({
				parameters: speech('emulator/odd-speaker', 'Hi'),
				credentials: { baseUrl: world.service.url },
			});
			expect(error?.message).toMatch(words);
		});
	});

	it('reads the bytes of an answer whatever its sender calls them', async () => {
		const mp3 = makeMp3(1);
		const forms = [
			{ body: mp3, contentType: 'application/octet-stream' },
			{ body: mp3, contentType: 'audio/x-whatever' },
			jsonReply({ audio: dataUrl(mp3, 'audio/wav') }),
			jsonReply({ audio: { url: dataUrl(mp3, 'audio/mpeg') } }),
		];
		for (const form of forms) {
			world.service.reply = ({ method }) => (method === 'POST' ? form : notFound);
			const parameters = speech('emulator/odd-speaker', 'Hi', { outputFormat: 'mp3' });
			const { binary } = onlyItem(await world.engine.run({ parameters, credentials: { baseUrl: world.service.url } }));
			if (!binary?.data) throw new Error('no sound');
			expect(binary.data).toMatchObject({ mimeType: 'audio/mpeg', fileExtension: 'mp3' });
			expect(await world.engine.read(binary.data)).toEqual(mp3);
		}
	});

	it("gives the API's own answer when Simplify is off, its sound taken out", async () => {
		for (const model of ['hexgrad/Kokoro-82M', 'Qwen/Qwen3-TTS']) {
			const parameters = { ...speech(model, 'Good day'), simplify: false };
			const { json, binary } = onlyItem(await world.engine.run({ parameters }));
			expectNoMedia(json);
			expect(Object.values(json)).toContain('data');
			expect(binary).toMatchObject({ data: { mimeType: 'audio/wav' } });
		}
	});

	it('shows in a dry run each part of a long text, and what it would cost', async () => {
		const text = 'This is the sentence with the number of the day. '.repeat(30).trim();
		const preview = await world.engine.run({ parameters: speech('emulator/measured-voice', text, { dryRun: true }) });
		expect(world.inference()).toEqual([]);
		const shown = itemsOf(preview).map(({ json }) => stored(json));
		await speak('emulator/measured-voice', text);
		expect(shown.map(({ request }) => Object(request).body)).toEqual(world.inference().map(({ json }) => json));
		expect(shown).toHaveLength(3);
		// $10 a million characters
		for (const { request, estimatedCostUsd } of shown) {
			expect(estimatedCostUsd).toBeCloseTo(String(Object(request).body.text).length * 1e-5, 9);
		}
		expect(hintsOf(preview).join()).toMatch(/Dry run: 3 requests would be sent, for about \$0\.01467 together/);
	});

	it.each<[string, INodeParameters]>([
		['2 MB of text', {}],
		['a format whose parts cannot be joined', { outputFormat: 'opus' }],
	])('refuses in a dry run what a run would refuse: %s', async (what, options) => {
		const text = what.startsWith('2 MB') ? '={{ "word ".repeat(400000) }}' : 'One sentence. '.repeat(60);
		expect(await failure('emulator/measured-voice', text, { ...options, dryRun: true })).toMatch(/'Text' has \d+ char/);
	});

	it('tells what it would cost by the character', async () => {
		const json = jsonOf(
			await world.engine.run({ parameters: speech('hexgrad/Kokoro-82M', 'x'.repeat(1000), { dryRun: true }) }),
		);
		expect(json).toMatchObject({ estimatedCostUsd: 0.00062, request: { body: { text: 'x'.repeat(1000) } } });
		expect(world.inference()).toEqual([]);
	});

	describe('the list of voices', () => {
		const search = async (model: string, filter?: string) =>
			(await world.engine.search('searchVoices', asked('audio', 'synthesize', model), filter)).results;

		it("has the model's own, by what is typed", async () => {
			expect((await search('hexgrad/Kokoro-82M')).length).toBe(10);
			expect(await search('hexgrad/Kokoro-82M', ' BELL')).toEqual([{ name: 'af_bella', value: 'af_bella' }]);
			expect(await search('ResembleAI/chatterbox')).toEqual([]);
		});

		it('has those of the account where the model can use them', async () => {
			world.emulator.requests.length = 0;
			const recording = { data: await world.engine.binary(wrapWav(makeSound('me', 0.5)), 'me.wav', 'audio/wav') };
			const parameters = { resource: 'voice', operation: 'create', name: 'Ada', description: 'calm' };
			const made = jsonOf(await world.engine.run({ parameters, items: [{ json: {}, binary: recording }] }));
			expect((await search('Qwen/Qwen3-TTS'))[0]).toEqual({ name: 'Ada · your voice', value: made.voiceId });
			expect(await search('hexgrad/Kokoro-82M', 'ada')).toEqual([{ name: 'am_adam', value: 'am_adam' }]);
			const { bytes } = await speak('Qwen/Qwen3-TTS', 'Hello', { voice: voice(String(made.voiceId)) });
			expect(readWave(bytes)).toBeDefined();
			expect(world.inference()[0]?.json).toMatchObject({ voice_id: made.voiceId });
		});

		it('has those of the account where any voice can be named, and none where a voice is described', async () => {
			const [ada] = await search('Qwen/Qwen3-TTS', 'ada');
			expect(ada).toMatchObject({ name: 'Ada · your voice' });
			expect(await search('emulator/measured-voice')).toEqual([ada]);
			expect(await search('Qwen/Qwen3-TTS-VoiceDesign')).toEqual([]);
			await speak('emulator/measured-voice', 'Hello', { voice: voice(String(ada?.value)) });
			expect(world.inference()[0]?.json).toMatchObject({ voice: ada?.value });
		});
	});
});
