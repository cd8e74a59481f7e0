import { defineModel, LONG_AGO, type Model, type ModelDraft } from './model';
import { perFrameUnit, perImage, perInputToken, perOutputSecond } from './pricing';
import { choice, flag, imageFile, inputSchema, integer, listOf, number, orNull, outputSchema, text } from './schemas';

const WAN = inputSchema('TextToVideoIn', ['prompt'], {
	prompt: text('Prompt', 'text prompt'),
	negative_prompt: orNull(text('Negative Prompt', 'what to avoid')),
	guidance_scale: number('Guidance Scale', 'how closely to follow the prompt', { default: 5, minimum: 0, maximum: 20 }),
	seed: integer('Seed', 'random seed', { minimum: 0 }),
});

const FAST = inputSchema('FastVideoIn', ['prompt'], {
	prompt: text('Prompt', 'text prompt', { minLength: 1 }),
	seconds: integer('Seconds', 'length of the clip', { default: 5, minimum: 1, maximum: 10 }),
	resolution: choice('Resolution', 'size of the clip', ['480p', '720p'], { default: '480p' }),
	orientation: choice('Orientation', 'shape of the clip', ['landscape', 'portrait'], { default: 'landscape' }),
});

const SEEDANCE = inputSchema('SeedanceIn', ['prompt'], {
	prompt: text('Prompt', 'text prompt'),
	duration: integer('Duration', 'seconds, -1 lets the model decide', { default: 5, minimum: -1, maximum: 12 }),
	resolution: choice('Resolution', 'size of the clip', ['480p', '720p', '1080p'], { default: '720p' }),
	aspect_ratio: choice('Aspect Ratio', 'shape of the clip', ['16:9', '4:3', '1:1', '9:16'], { default: '16:9' }),
	generate_audio: flag('Generate Audio', 'with sound', false),
	first_frame_image: imageFile('first frame'),
	reference_images: listOf('Reference Images', 'URLs of images', { type: 'string', format: 'uri' }),
	seed: orNull(integer('Seed', 'random seed')),
});

const VIDEO_OUT = outputSchema('TextToVideoOut', {
	video_url: text('Video Url', 'where the clip is'),
	seed: text('Seed', 'seed that was used'),
});

function director(draft: Omit<ModelDraft, 'type'>): Model {
	return defineModel({ type: 'text-to-video', schemaOut: VIDEO_OUT, ...draft });
}

export const DIRECTORS: Model[] = [
	director({
		name: 'Wan-AI/Wan2.1-T2V-1.3B',
		schema: WAN,
		pricing: perOutputSecond(2, { short: '$0.02 / second' }),
		tags: ['featured'],
	}),
	director({
		name: 'FastVideo/FastWan-QAD-FP8-1.3B',
		schema: FAST,
		pricing: perOutputSecond(0.25, { short: '$0.0025 / second (480p)' }),
		envelope: 'noRequestId',
	}),
	director({
		name: 'ByteDance/Seedance-1.5-Pro',
		schema: SEEDANCE,
		isPartner: true,
		hasJobs: true,
		pricing: perInputToken(0.00012, { full: '$1.2/M without sound, $2.4/M with sound' }),
	}),
	director({
		name: 'PrunaAI/p-video',
		schema: SEEDANCE,
		isPartner: true,
		hasJobs: true,
		// Number and words disagree, as in a recorded row of the real catalogue.
		pricing: perOutputSecond(2.25, {
			short: '$0.025 / second',
			full: '$0.025 / second for 720P, $0.045 / second for 1080P',
		}),
	}),
	director({
		name: 'emulator/world-sim',
		schema: FAST,
		reportedType: 'world-model',
		hasJobs: true,
		pricing: perFrameUnit(0.20833, { short: '$0.0500 / second (720p)' }),
	}),
	director({
		name: 'emulator/tabled-video',
		schema: SEEDANCE,
		isPartner: true,
		pricing: perOutputSecond(20, {
			short: '$0.20 / second',
			full: '$0.20 / second for 1080P,\n  $0.05 / second for 480P',
			table: {
				columns: ['resolution', '$ cost per second'],
				rows: [
					['480P', '$0.05'],
					['1080P', '$0.20'],
				],
			},
		}),
	}),
	director({
		name: 'emulator/old-video-14b',
		schema: WAN,
		deprecated: LONG_AGO,
		replacedBy: 'Wan-AI/Wan2.1-T2V-1.3B',
		pricing: perImage(40, 0, 0),
	}),
];
