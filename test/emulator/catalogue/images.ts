import type { JsonObject } from '../json';
import { defineModel, type ImageShape, LONG_AGO, type Model } from './model';
import { perImage, perInputToken, perSecond, type Pricing } from './pricing';
import { choice, flag, imageFile, inputSchema, integer, listOf, number, orNull, outputSchema, text } from './schemas';

const EDGES = [128, 256, 384, 448, 512, 576, 640, 704, 768, 832, 896, 960, 1024];
const PROMPT = text('Prompt', 'text prompt', { example: 'A photo of an astronaut riding a horse on Mars.' });
const COUNT = integer('Num Images', 'number of images to generate', { default: 1, minimum: 1, maximum: 4 });
const SEED = integer('Seed', 'random seed, empty means random', { minimum: 0, exclusiveMaximum: 18446744073709552000 });

const DIFFUSERS = inputSchema('TextToImageIn', ['prompt'], {
	prompt: PROMPT,
	negative_prompt: text('Negative Prompt', 'negative text prompt', { default: '' }),
	image: imageFile('start image'),
	num_images: COUNT,
	num_inference_steps: integer('Num Inference Steps', 'number of denoising steps', {
		default: 25,
		minimum: 1,
		maximum: 512,
	}),
	guidance_scale: number('Guidance Scale', 'classifier-free guidance', { default: 7.5, minimum: 1, maximum: 20 }),
	strength: number('Strength', 'how much to change the start image', { default: 0.8, minimum: 0, maximum: 1 }),
	width: choice('Width', 'image width in px', EDGES, { default: 512 }),
	height: choice('Height', 'image height in px', EDGES, { default: 512 }),
	seed: SEED,
});

const FLUX = inputSchema('FluxTextToImageIn', ['prompt'], {
	prompt: PROMPT,
	num_images: COUNT,
	num_inference_steps: integer('Num Inference Steps', 'number of denoising steps', {
		default: 1,
		minimum: 1,
		maximum: 50,
	}),
	width: integer('Width', 'image width in px', { default: 1024, minimum: 128, maximum: 2048 }),
	height: integer('Height', 'image height in px', { default: 1024, minimum: 128, maximum: 2048 }),
	seed: SEED,
});

const PARTNER = inputSchema('PartnerImageIn', ['prompt'], {
	prompt: PROMPT,
	width: integer('Width', 'image width in px', { default: 1024, minimum: 128, maximum: 2048 }),
	height: integer('Height', 'image height in px', { default: 768, minimum: 128, maximum: 2048 }),
	output_format: choice('Output Format', 'file format', ['jpeg', 'png'], { default: 'png' }),
	prompt_upsampling: flag('Prompt Upsampling', 'let the model improve the prompt', false),
	safety_tolerance: integer('Safety Tolerance', '0 is strict', { default: 2, minimum: 0, maximum: 6 }),
	seed: orNull(SEED),
});

const PARTNER_LIST = inputSchema('PartnerImagesIn', ['prompt'], { ...propertiesOf(PARTNER), num_images: COUNT });

const EDIT = inputSchema('ImageEditIn', ['prompt', 'image'], {
	prompt: PROMPT,
	image: imageFile('image to edit'),
	negative_prompt: orNull(text('Negative Prompt', 'what to avoid')),
	seed: orNull(SEED),
});

const EDIT_MANY = inputSchema('ImageEditManyIn', ['prompt'], {
	prompt: PROMPT,
	input_image_1: imageFile('first image'),
	input_image_2: imageFile('second image'),
	input_image_3: imageFile('third image'),
	width: integer('Width', 'image width in px', { default: 1024, minimum: 128, maximum: 2048 }),
	height: integer('Height', 'image height in px', { default: 1024, minimum: 128, maximum: 2048 }),
	seed: orNull(SEED),
});

const EDIT_LIST = inputSchema('ImageEditListIn', ['prompt', 'images'], {
	prompt: PROMPT,
	images: listOf('Images', 'images to edit, as URLs or data URLs', { type: 'string' }, { minItems: 1, maxItems: 3 }),
	seed: orNull(SEED),
});

const BACKGROUND = inputSchema('BlurBackgroundIn', ['image'], {
	image: imageFile('image to work on'),
	scale: integer('Scale', 'strength of the blur', { default: 5, minimum: 1, maximum: 5 }),
});

const LORA_SCALE = number('Lora Scale', 'weight of the LoRA', { default: 0.8, minimum: 0, maximum: 1 });

const SDXL = inputSchema(
	'CogSdxlIn',
	['input'],
	{
		input: { allOf: [{ $ref: '#/definitions/SdxlInput' }], title: 'Input', description: 'what the model takes' },
		webhook_events_filter: listOf('Webhook Events Filter', 'events to send', {
			type: 'string',
			enum: ['start', 'output', 'logs', 'completed'],
		}),
	},
	{
		Scheduler: {
			title: 'Scheduler',
			type: 'string',
			enum: ['DDIM', 'K_EULER', 'K_EULER_ANCESTRAL', 'PNDM'],
			default: 'K_EULER',
		},
		SdxlInput: {
			title: 'SdxlInput',
			type: 'object',
			required: ['prompt'],
			properties: {
				prompt: PROMPT,
				num_outputs: integer('Num Outputs', 'number of images', { default: 1, minimum: 1, maximum: 4 }),
				width: integer('Width', 'image width in px', { default: 512, minimum: 64, maximum: 2048 }),
				height: integer('Height', 'image height in px', { default: 512, minimum: 64, maximum: 2048 }),
				scheduler: { allOf: [{ $ref: '#/definitions/Scheduler' }], default: 'K_EULER', description: 'sampler' },
				seed: orNull(SEED),
			},
		},
	},
);

const IMAGES_OUT = outputSchema('TextToImageOut', {
	images: listOf('Images', 'generated images', { type: 'string', format: 'uri' }),
	nsfw_content_detected: listOf('Nsfw Content Detected', 'one for each image', { type: 'boolean' }),
	seed: integer('Seed', 'seed that was used'),
});

function painter(
	name: string,
	schema: JsonObject,
	image: ImageShape,
	pricing: Pricing,
	more: Partial<Model> = {},
): Model {
	return defineModel({
		name,
		type: 'text-to-image',
		schema,
		schemaOut: IMAGES_OUT,
		image,
		pricing,
		tags: ['openai'],
		...more,
	});
}

export const PAINTERS: Model[] = [
	painter('black-forest-labs/FLUX-1-schnell', FLUX, 'images-data', perImage(0.05, 1024, 1), {
		tags: ['openai', 'lora-base', 'featured', 'no-free-anon'],
	}),
	painter('black-forest-labs/FLUX-1-dev', FLUX, 'images-data', perImage(0.9, 1024, 25)),
	painter('stabilityai/sdxl-turbo', DIFFUSERS, 'images-data', perImage(0.02, 1024, 5)),
	painter('stabilityai/stable-diffusion-2-1', DIFFUSERS, 'images-data', perSecond(0.05), {
		tags: [],
		deprecated: LONG_AGO,
		replacedBy: 'stabilityai/sdxl-turbo',
	}),
	painter('run-diffusion/Juggernaut-Flux', FLUX, 'images-data', perImage(0.9, 1024, 25), {
		deprecated: LONG_AGO,
		replacedBy: 'black-forest-labs/FLUX-1-dev',
	}),
	painter('emulator/photo-jpeg', FLUX, 'images-data-jpeg', perImage(0.1, 1024, 4)),
	painter('emulator/photo-webp', FLUX, 'images-data-webp', perImage(0.1, 1024, 4)),
	painter('emulator/photo-mislabelled', FLUX, 'images-data-mislabelled', perImage(0.1, 1024, 4)),
	painter(
		'black-forest-labs/FLUX-1.1-pro',
		PARTNER,
		'image_url',
		perImage(4, 0, 0, { default_price_cents: 4, usage_from_cost: true }),
		{
			isPartner: true,
			envelope: 'noRequestId',
		},
	),
	painter('Bria/Bria-3.2', PARTNER_LIST, 'images-url', perImage(4, 0, 0), {
		isPartner: true,
		envelope: 'statusSuccess',
	}),
	painter('Bria/blur_background', BACKGROUND, 'images-url', perImage(4, 0, 0), {
		isPartner: true,
		reportedType: 'custom',
	}),
	painter('briaai/RMBG-2.0', BACKGROUND, 'image-base64', perImage(0, 0, 0), { isPartner: true }),
	painter('emulator/url-list', PARTNER_LIST, 'image_urls', perImage(3, 0, 0), { isPartner: true }),
	painter('emulator/relative-links', PARTNER_LIST, 'images-relative', perImage(1.4, 1024, 0)),
	painter('emulator/bare-list', PARTNER_LIST, 'images-base64', perImage(0.02, 512, 4), { envelope: 'costText' }),
	painter('black-forest-labs/FLUX.1-Kontext-dev', EDIT, 'images-data', perImage(1, 0, 0), {
		edits: true,
		takesAlpha: false,
	}),
	painter('black-forest-labs/FLUX-2-klein-9b', EDIT_MANY, 'images-data', perImage(1.5, 1024, 0), { edits: true }),
	painter('emulator/collage-edit', EDIT_MANY, 'images-data', perImage(1.5, 1024, 0), { tags: [] }),
	painter('emulator/list-edit', EDIT_LIST, 'image_urls', perImage(3, 0, 0), { isPartner: true, tags: [] }),
	painter('Qwen/Qwen-Image-Edit', EDIT, 'images-data', perImage(3, 0, 0), { isPartner: true, tags: ['no-free-anon'] }),
	painter(
		'emulator/banana-pro',
		PARTNER_LIST,
		'images-data',
		perInputToken(0.012, {
			full: '560 tokens per input image, 1120 tokens ($0.134) for 1K and 2K output, 2000 tokens ($0.24) for 4K',
		}),
		{ isPartner: true },
	),
	painter('stability-ai/sdxl', SDXL, 'output-list', perSecond(0.05), { reportedType: 'custom', schemaOut: null }),
	painter('emulator/cog-single', SDXL, 'output-text', perSecond(0.05), { reportedType: 'custom', schemaOut: null }),
	painter(
		'civitai/watercolour-lora',
		{ ...FLUX, properties: { ...propertiesOf(FLUX), lora_scale: LORA_SCALE } },
		'images-data',
		perImage(0.1, 1024, 25),
		{ group: 'lora' },
	),
];

function propertiesOf(schema: JsonObject): JsonObject {
	const { properties } = schema;
	return typeof properties === 'object' && properties !== null && !Array.isArray(properties) ? properties : {};
}
