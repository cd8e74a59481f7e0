import { startEmulator } from './index';
import { ask, bytesOfDataUrl, infer, inferForm, objectsIn } from './support';
import type { Emulator } from './types';

let emulator: Emulator;
beforeAll(async () => {
	emulator = await startEmulator({ seed: 7 });
});
afterAll(async () => {
	await emulator.close();
});

describe('audio and video', () => {
	async function speech(body: Record<string, unknown>): Promise<{ mimeType: string; bytes: Buffer }> {
		const { json } = await infer(emulator, 'hexgrad/Kokoro-82M', body);
		return bytesOfDataUrl(json.audio);
	}

	it('is spoken as long as the text is, and read back from the WAV header', async () => {
		const short = await speech({ text: 'Hello' });
		const long = await speech({ text: 'Hello there, this is a longer sentence.' });
		expect(short.mimeType).toBe('audio/wav');
		expect(long.bytes.length).toBeGreaterThan(short.bytes.length * 3);
		const slow = await speech({ text: 'Hello', speed: 0.5 });
		const heard = await inferForm(emulator, 'openai/whisper-large-v3', { audio: new File([slow.bytes], 'slow.wav') });
		expect(heard.json).toMatchObject({ input_length_ms: 500, language: 'en' });
		expect(heard.json.text).toBe(`A 0.5 second recording with the name slow.wav and ${slow.bytes.length} bytes.`);
	});

	it('has segments that tile it, and words when asked for', async () => {
		const { bytes } = await speech({ text: 'x'.repeat(100) });
		const parts = { audio: new File([bytes], 'a.wav'), chunk_level: 'word', chunk_length_s: '2', language: 'de' };
		const { json } = await inferForm(emulator, 'openai/whisper-large-v3', parts);
		const segments = objectsIn(json.segments);
		expect(segments.map(({ start, end }) => [start, end])).toEqual([
			[0, 1.67],
			[1.67, 3.33],
			[3.33, 5],
		]);
		expect(
			objectsIn(json.words)
				.map(({ text }) => text)
				.join(' '),
		).toBe(json.text);
		expect(json.language).toBe('de');
	});

	it('may have segments without times', async () => {
		const { bytes } = await speech({ text: 'Hello' });
		const { json } = await inferForm(emulator, 'mistralai/Voxtral-Small-24B-2507', {
			audio: new File([bytes], 'a.wav'),
		});
		expect(objectsIn(json.segments)[0]).toEqual({ id: 0, text: expect.any(String) });
	});

	it('is translated when asked', async () => {
		const { bytes } = await speech({ text: 'Hello' });
		const { json } = await inferForm(emulator, 'openai/whisper-large', {
			audio: new File([bytes], 'a.wav'),
			task: 'translate',
		});
		expect(json.text).toMatch(/^Translated into English/);
	});

	it('comes as MP3 that is taken again', async () => {
		const { mimeType, bytes } = await speech({ text: 'Hello there', output_format: 'mp3' });
		expect(mimeType).toBe('audio/mp3');
		const { json } = await inferForm(emulator, 'openai/whisper-large-v3', { audio: new File([bytes], 'a.mp3') });
		expect(Number(json.input_length_ms)).toBeGreaterThan(400);
	});

	it('streams as raw bytes', async () => {
		const { headers } = await infer(emulator, 'hexgrad/Kokoro-82M', { text: 'Hello', stream: true });
		expect(headers.get('content-type')).toBe('audio/wav');
	});

	it.each([
		['nothing', Buffer.alloc(0)],
		['text', Buffer.from('no audio at all')],
		['two bytes', Buffer.from('no')],
	])('is refused with 400 when it is %s', async (_name, bytes) => {
		const { status } = await inferForm(emulator, 'openai/whisper-large-v3', { audio: new File([bytes], 'a.wav') });
		expect(status).toBe(400);
	});

	it('is refused when the end is missing', async () => {
		const { bytes } = await speech({ text: 'Hello' });
		const { status, text } = await inferForm(emulator, 'openai/whisper-large-v3', {
			audio: new File([bytes.subarray(0, -100)], 'a.wav'),
		});
		expect(status).toBe(400);
		expect(text).toContain('the file ends early');
	});

	it('of a film is behind a relative, an absolute or a data link', async () => {
		const relative = await infer(emulator, 'Wan-AI/Wan2.1-T2V-1.3B', { prompt: 'waves', seed: 3 });
		expect(relative.json).toMatchObject({
			seed: '3',
			video_url: expect.stringMatching(/^\/model\/inference\/\d+\.mp4$/),
		});
		const file = await ask(emulator, String(relative.json.video_url), {}, null);
		expect(file.headers.get('content-type')).toBe('video/mp4');
		expect(file.text.slice(4, 8)).toBe('ftyp');
		const absolute = await infer(emulator, 'PrunaAI/p-video', { prompt: 'waves' });
		expect(absolute.json.video_url).toMatch(/^http/);
		const inline = await infer(emulator, 'ByteDance/Seedance-1.5-Pro', { prompt: 'waves' });
		expect(inline.json.video_url).toMatch(/^data:video\/mp4/);
	});

	it('of a large film streams', async () => {
		const { json } = await infer(emulator, 'Wan-AI/Wan2.1-T2V-1.3B', { prompt: 'long <<3000000 bytes>>' });
		const response = await fetch(new URL(String(json.video_url), emulator.url));
		expect(response.headers.get('content-length')).toBe('3000000');
		expect((await response.arrayBuffer()).byteLength).toBe(3_000_000);
	});

	it('is composed to the asked length', async () => {
		const { json } = await infer(emulator, 'emulator/melody-maker', { prompt: 'hum', duration: 3 });
		expect(bytesOfDataUrl(json.audio).bytes.length).toBeGreaterThan(3 * 15_000);
	});
});
