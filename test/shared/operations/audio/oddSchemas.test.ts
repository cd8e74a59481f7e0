import { isDict } from '../../../../nodes/shared/core/answer';
import type { Dict } from '../../../../nodes/shared/core/operation';
import { readWave } from '../../../../nodes/shared/media/sound';
import { synthesize } from '../../../../nodes/shared/operations/audio/synthesize';
import { readJob } from '../../../../nodes/shared/operations/video/job';
import { readSchema } from '../../../../nodes/shared/schema/read';
import { makeSound } from '../../../emulator/media/audio';
import { outputsOf } from '../../../support/operations';

type Input = Parameters<typeof synthesize.request>[0][0];

/** Speech models that no catalogue has yet: what they call things is read from their schemas. */
function ask(properties: object, required: string[], options: Input['options']) {
	const input: Input = {
		model: 'new/voice-1',
		text: 'Good day',
		outputDataFieldName: 'data',
		simplify: true,
		options,
	};
	const schema = readSchema({ schema_in: { type: 'object', properties, required } });
	const request = synthesize.request([input], { schema });
	return { input, request, body: isDict(request.json) ? defined(request.json) : {} };
}

const defined = (body: Dict): Dict =>
	Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));

const string = { type: 'string' };
const choice = (...values: string[]) => ({ type: 'string', enum: values });

describe('a speech model with names of its own', () => {
	it.each<[string, object, string[], Dict]>([
		['the one text that it needs', { sentence: string, mood: string }, ['sentence'], { sentence: 'Good day' }],
		[
			'a text beside a choice',
			{ script: string, lang: choice('en', 'de') },
			['script', 'lang'],
			{ script: 'Good day' },
		],
		['the usual name, where it has it', { prompt: string, style_note: string }, ['style_note'], { prompt: 'Good day' }],
	])('gets %s', (_, properties, required, body) => {
		expect(ask(properties, required, {}).body).toEqual(body);
	});

	it.each<[string, string[], 'mp3' | 'pcm' | 'wav', string]>([
		['in capitals', ['MP3', 'WAV'], 'wav', 'WAV'],
		['with rate and bits', ['pcm_24000', 'mp3_22050_32', 'mp3_44100_128'], 'mp3', 'mp3_22050_32'],
		['as it is, where it is there', ['mp3-hd', 'mp3'], 'mp3', 'mp3'],
	])('is asked for a format %s', (_, values, outputFormat, sent) => {
		expect(ask({ text: string, format: choice(...values) }, ['text'], { outputFormat }).body.format).toBe(sent);
	});

	it('is not asked for a format that is called alike', () => {
		expect(() => ask({ text: string, format: choice('wave', 'mp3x') }, ['text'], { outputFormat: 'mp3' })).toThrow(
			/cannot give MP3/,
		);
	});
});

it.each([0, -1, NaN])('a text of at most %p characters is no limit: the text goes whole', (maxLength) => {
	const { input } = ask({ text: string }, ['text'], {});
	const schema = readSchema({ schema_in: { type: 'object', properties: { text: { ...string, maxLength } } } });
	expect(synthesize.split?.(input, { schema })).toEqual([input]);
});

describe('raw samples', () => {
	const samples = makeSound('Good day', 0.05);
	const rates: Array<[string, object, Dict]> = [
		['the schema, under another name', { sampling_rate: { type: 'integer', default: 16_000 } }, {}],
		['the name of the format', { format: choice('mp3_44100', 'pcm_16000') }, {}],
		['the answer', {}, { sample_rate: 16_000 }],
		['the type of the answer', {}, { mimeType: 'audio/L16; rate=16000' }],
	];
	it.each(rates)('have a header with the rate of %s', (_, properties, more) => {
		const { input, request } = ask({ text: string, ...properties }, ['text'], { outputFormat: 'pcm' });
		const [output] = outputsOf(synthesize, { audio: samples.toString('base64'), ...more }, [input], request);
		const file = output?.file;
		const wav = file && 'compose' in file ? file.compose([samples]) : Buffer.alloc(0);
		expect(readWave(wav)?.format.readUInt32LE(4)).toBe(16_000);
		expect(readWave(wav)?.data).toEqual(samples);
	});
});

it('a video job that says nothing of its state keeps its ID', () => {
	const job = { id: 'videos_7', object: 'video.generation.job' };
	expect(readJob({ ...job, status: null })).toMatchObject({ id: 'videos_7', state: 'unknown' });
	expect(readJob({ ...job, status: '' })).toMatchObject({ id: 'videos_7', state: 'unknown' });
	expect(readJob({ id: 'x', video_url: 'https://example.com/a.mp4' })).toBeUndefined();
});
