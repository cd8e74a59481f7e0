/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { PNG } from 'pngjs';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmulator } from './index';
import { ask, bytesOfDataUrl, infer, inferForm, KEY, objectsIn, type Reply } from './support';
import type { Emulator } from './types';

let emulator: Emulator;
beforeAll(async () => {
	emulator = await startEmulator({ seed: 7, videoMs: 90 });
});
afterAll(async () => {
	await emulator.close();
});

const post = async (path: string, body: unknown): Promise<Reply> =>
	await ask(emulator, path, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});

const form = (parts: Array<[string, string | File]>): FormData => {
	const body = new FormData();
	for (const [name, value] of parts) body.append(name, value);
	return body;
};

function png(width: number, height: number, colorType: 2 | 6 = 2): File {
	const picture = new PNG({ width, height });
	for (let at = 0; at < picture.data.length; at += 4) picture.data.set([200, 30, 30, 255], at);
	return new File([PNG.sync.write(picture, { colorType })], 'picture.png', { type: 'image/png' });
}

describe('speech', () => {
	it.each([
		['wav', 'RIFF'],
		['mp3', 'ID3'],
		['flac', 'fLaC'],
		['opus', 'OggS'],
	])('comes as %s', async (format, signature) => {
		const { json } = await infer(emulator, 'hexgrad/Kokoro-82M', { text: 'Hello there', output_format: format });
		const { bytes } = bytesOfDataUrl(json.audio);
		expect(bytes.toString('latin1').startsWith(signature)).toBe(true);
		const heard = await inferForm(emulator, 'openai/whisper-large-v3', { audio: new File([bytes], `a.${format}`) });
		expect(heard.status).toBe(200);
	});

	it('comes in each form that is known of the models', async () => {
		const bare = await infer(emulator, 'ResembleAI/chatterbox-turbo', { text: 'Hello' });
		expect(Buffer.from(String(bare.json.audio), 'base64').toString('latin1', 0, 4)).toBe('RIFF');
		const named = await infer(emulator, 'XiaomiMiMo/MiMo-V2.5-tts', { text: 'Hello' });
		expect(Buffer.from(String(named.json.audio_b64), 'base64').toString('latin1', 0, 4)).toBe('RIFF');
		const raw = await infer(emulator, 'Qwen/Qwen3-TTS', { input: 'Hello', response_format: 'mp3' });
		expect(raw.headers.get('content-type')).toBe('audio/mpeg');
		const link = await infer(emulator, 'Qwen/Qwen3-TTS-VoiceDesign', { input: 'Hello', voice: 'an old sailor' });
		expect((await fetch(String(link.json.audio))).headers.get('content-type')).toBe('audio/wav');
		const music = await infer(emulator, 'ACE-Step/acestep-v15-xl-sft', { prompt: 'a waltz' });
		expect(bytesOfDataUrl(objectsIn(music.json.results)[0]?.audio).mimeType).toBe('audio/wav');
		const other = await infer(emulator, 'emulator/always-mp3', { input: 'Hello', response_format: 'wav' });
		expect(bytesOfDataUrl(other.json.audio).mimeType).toBe('audio/mp3');
	});

	it('is refused without text, with too much of it, in a voice or format that the model lacks', async () => {
		expect((await infer(emulator, 'hexgrad/Kokoro-82M', { text: ' ' })).status).toBe(400);
		expect((await infer(emulator, 'emulator/short-breath', { text: 'x'.repeat(301) })).text).toContain('exceeds');
		expect((await infer(emulator, 'Qwen/Qwen3-TTS', { input: 'x', voice: 'Nobody' })).status).toBe(422);
		expect((await infer(emulator, 'Qwen/Qwen3-TTS', { input: 'x', response_format: 'flac' })).status).toBe(422);
		expect((await infer(emulator, 'Qwen/Qwen3-TTS', { input: 'x', voice_id: 'nobody' })).status).toBe(404);
	});
});

describe('voices', () => {
	const recording = async (name = 'me.wav') => {
		const { json } = await infer(emulator, 'hexgrad/Kokoro-82M', { text: 'This is my voice' });
		return new File([bytesOfDataUrl(json.audio).bytes], name, { type: 'audio/wav' });
	};
	const add = async (parts: Array<[string, string | File]>) =>
		await ask(emulator, '/v1/voices/add', { method: 'POST', body: form(parts) });

	it('stay until they are deleted, and speak meanwhile', async () => {
		const files: Array<[string, File]> = [
			['files', await recording()],
			['files', await recording('again.wav')],
		];
		const { json: made } = await add([['name', 'Ada'], ['description', 'calm'], ...files]);
		expect(made).toMatchObject({ name: 'Ada', description: 'calm', voice_id: expect.any(String) });
		const path = `/v1/voices/${String(made.voice_id)}`;
		expect(objectsIn((await ask(emulator, '/v1/voices')).json.voices)).toMatchObject([{ name: 'Ada' }]);
		const edited = await ask(emulator, `${path}/edit`, {
			method: 'POST',
			body: form([
				['name', 'Ada L.'],
				['description', ''],
			]),
		});
		expect(edited.json.name).toBe('Ada L.');
		expect((await infer(emulator, 'Qwen/Qwen3-TTS', { input: 'x', voice_id: made.voice_id })).status).toBe(200);
		expect((await ask(emulator, path, { method: 'DELETE' })).status).toBe(200);
		expect((await ask(emulator, path, { method: 'DELETE' })).json.error).toBe('Voice not found');
		expect(objectsIn((await ask(emulator, '/v1/voices')).json.voices)).toEqual([]);
	});

	it('are refused without a key, a name or a recording that is one', async () => {
		expect((await ask(emulator, '/v1/voices', {}, null)).status).toBe(401);
		expect(
			(
				await add([
					['description', ''],
					['files', await recording()],
				])
			).status,
		).toBe(422);
		expect(
			(
				await add([
					['name', 'x'],
					['description', ''],
					['audio', await recording()],
				])
			).text,
		).toContain('files');
		const silence = new File([], 'nothing.wav');
		expect(
			(
				await add([
					['name', 'x'],
					['description', ''],
					['files', silence],
				])
			).status,
		).toBe(400);
	});
});

describe('video jobs', () => {
	const start = async (prompt: string, more = {}) =>
		await post('/v1/videos', { model: 'PrunaAI/p-video', prompt, ...more });
	const wait = async (id: unknown) => {
		for (;;) {
			const { json } = await ask(emulator, `/v1/videos/${String(id)}`);
			if (json.status !== 'queued' && json.status !== 'processing') return json;
			await delay(5);
		}
	};

	it('take their time and end in a clip of the asked length', async () => {
		const started = await start('waves', { seconds: 7, seed: 3 });
		expect(started.json).toMatchObject({ status: 'queued', object: 'video.generation.job', data: null, error: null });
		const early = await ask(emulator, `/v1/videos/${String(started.json.id)}/content`);
		expect(early.status).toBe(404);
		const ended = await wait(started.json.id);
		expect(ended.status).toBe('succeeded');
		const [{ url } = {}] = objectsIn(ended.data);
		const bytes = Buffer.from(await (await fetch(String(url))).arrayBuffer());
		expect(bytes.toString('latin1', 4, 8)).toBe('ftyp');
		// The movie's length in milliseconds.
		expect(bytes.readUInt32BE(bytes.indexOf('mvhd') + 20)).toBe(7000);
		expect((await ask(emulator, `/v1/openai/videos/${String(started.json.id)}/content?variant=video`)).status).toBe(
			200,
		);
	});

	it('end as their prompt says', async () => {
		const end = async (prompt: string) => await wait((await start(prompt)).json.id);
		expect(await end('<<fails>>')).toMatchObject({ status: 'failed', error: expect.stringContaining('memory') });
		expect(await end('<<expires>>')).toMatchObject({ status: 'expired', error: null, data: null });
		expect(await end('<<state resting>>')).toMatchObject({ status: 'resting' });
		expect(objectsIn((await end('<<3 results>> <<relative>>')).data)).toHaveLength(3);
		expect(objectsIn((await end('<<data>>')).data)[0]?.url).toMatch(/^data:video\/mp4;base64,/);
	});

	it('are refused to models without them, and for what is no input', async () => {
		const without = await post('/v1/videos', { model: 'FastVideo/FastWan-QAD-FP8-1.3B', prompt: 'x' });
		expect(without.status).toBe(400);
		expect(without.text).toContain('does not support asynchronous video jobs');
		expect((await post('/v1/videos', { model: 'nobody/nothing', prompt: 'x' })).status).toBe(404);
		expect((await post('/v1/videos', { model: 'openai/whisper-large-v3', prompt: 'x' })).status).toBe(400);
		expect((await start('x', { seconds: 2.5 })).status).toBe(422);
		expect((await start('x', { image_url: 'data:image/png;base64,aGVsbG8=' })).status).toBe(400);
		expect((await start('x', { image_url: 'file.png' })).status).toBe(400);
		expect((await ask(emulator, '/v1/videos/videos_none')).status).toBe(404);
	});
});

describe('image edits', () => {
	const edit = async (parts: Array<[string, string | File]>, model = 'black-forest-labs/FLUX.1-Kontext-dev') =>
		await ask(emulator, '/v1/images/edits', {
			method: 'POST',
			body: form([['model', model], ...parts]),
			headers: { authorization: `Bearer ${KEY}` },
		});

	it('answer with pictures in base64, of the size of the first that came in', async () => {
		const { json } = await edit([
			['prompt', 'a hat'],
			['image', png(40, 30)],
			['image', png(20, 20)],
			['mask', png(40, 30, 6)],
			['n', '2'],
		]);
		const pictures = objectsIn(json.data).map(({ b64_json: data }) =>
			PNG.sync.read(Buffer.from(String(data), 'base64')),
		);
		expect(pictures).toMatchObject([
			{ width: 40, height: 30 },
			{ width: 40, height: 30 },
		]);
	});

	it('are refused where the API would refuse them', async () => {
		const image: [string, File] = ['image', png(8, 8)];
		expect((await edit([['prompt', 'x'], image], 'Qwen/Qwen-Image-Edit')).status).toBe(405);
		expect((await edit([['prompt', 'x'], image], 'nobody/nothing')).status).toBe(404);
		expect(
			(
				await edit([
					['prompt', 'x'],
					['image[]', png(8, 8)],
				])
			).status,
		).toBe(422);
		expect((await edit([image])).status).toBe(422);
		expect((await edit([['prompt', 'x'], image, ['n', '5']])).status).toBe(422);
		expect(
			(
				await edit([
					['prompt', 'x'],
					['image', png(8, 8, 6)],
				])
			).text,
		).toContain('alpha channel');
		expect((await edit([['prompt', 'x'], image, ['mask', png(9, 8, 6)]])).text).toContain('same dimensions');
		expect(
			(
				await edit([
					['prompt', 'x'],
					['image', new File(['text'], 'a.png')],
				])
			).status,
		).toBe(400);
	});
});

it('ranks with one query for all documents where the model wants it so', async () => {
	const documents = ['a red apple', 'a grey stone'];
	const { json } = await infer(emulator, 'cross-encoder/ms-marco-MiniLM-L-12-v2', { query: 'red apple', documents });
	const [first, second] = Array.isArray(json.scores) ? json.scores.map(Number) : [];
	expect(first).toBeGreaterThan(second ?? 1);
	const wrong = await infer(emulator, 'cross-encoder/ms-marco-MiniLM-L-12-v2', { queries: ['a', 'b'], documents });
	expect(wrong.status).toBe(422);
});
