import type { JsonObject } from '../json';
import type { Pricing } from './pricing';

export type ModelGroup = 'public' | 'private' | 'lora' | 'deployment';
export type TemplateFamily = 'llama3' | 'chatml' | 'gemma' | 'mistral';

/** How a picture comes back: every form that DeepInfra's models are known to use. */
export type ImageShape =
	| 'images-data'
	| 'images-data-jpeg'
	| 'images-data-webp'
	| 'images-data-mislabelled'
	| 'images-url'
	| 'images-relative'
	| 'images-base64'
	| 'image_urls'
	| 'image_url'
	| 'image-base64'
	| 'output-text'
	| 'output-list';

/** How speech and music come back. `raw`: the body is the file. */
export type SoundShape = 'data' | 'base64' | 'audio_b64' | 'url' | 'relative' | 'raw' | 'results' | 'mp3-only';

/** Oddities in the frame of an answer. */
export type EnvelopeShape = 'plain' | 'costText' | 'noRequestId' | 'noStatus' | 'statusSuccess' | 'tokensNull';

export interface Model {
	name: string;
	/** The catalogue's raw type; it names the task that answers. */
	type: string;
	reportedType: string;
	description: string | null;
	tags: string[] | null;
	pricing: Pricing;
	maxTokens: number | null;
	quantization: string | null;
	/** Seconds since 1970. */
	deprecated: number | null;
	replacedBy: string | null;
	isPartner: boolean;
	created: string | null;
	group: ModelGroup;
	schema: JsonObject;
	schemaOut: JsonObject | null;
	schemaRoute: 'served' | 'missing' | 'malformed' | 'locked';
	access: 'open' | 'forbidden' | 'locked';
	/** The route answers by this task's rules; the type when not given. */
	task: string;
	envelope: EnvelopeShape;
	image: ImageShape;
	sound: SoundShape;
	/** Most characters that speech is made of at a time, though the schema does not say so. */
	maxCharacters: number;
	/** Whether it makes videos as jobs, and whether it edits pictures by the OpenAI-compatible route. */
	hasJobs: boolean;
	edits: boolean;
	/** Whether it takes pictures with transparency. */
	takesAlpha: boolean;
	maskToken: string | null;
	dimensions: number;
	/** Whether a transcription's pieces have their times. */
	hasTimes: boolean;
	family: TemplateFamily | null;
	/** Where a chat model's thoughts stand in its answer. */
	thinks: 'no' | 'field' | 'tags';
	/** Whether a chat tells log probabilities when asked. */
	givesLogprobs: boolean;
	labels: string[];
	deployId: string | null;
}

export type ModelDraft = Partial<Model> & Pick<Model, 'name' | 'type' | 'pricing' | 'schema'>;

export function defineModel(draft: ModelDraft): Model {
	return {
		reportedType: draft.type,
		description: `${draft.name.split('/').pop() ?? draft.name}, as the emulator plays it.`,
		tags: [],
		maxTokens: null,
		quantization: null,
		deprecated: null,
		replacedBy: null,
		isPartner: false,
		created: '2025-03-18T12:00:00+00:00',
		group: 'public',
		schemaOut: null,
		schemaRoute: 'served',
		access: 'open',
		task: draft.type,
		envelope: 'plain',
		image: 'images-data',
		sound: 'data',
		maxCharacters: Infinity,
		hasJobs: false,
		edits: false,
		takesAlpha: true,
		maskToken: null,
		dimensions: 0,
		hasTimes: true,
		family: null,
		thinks: 'no',
		givesLogprobs: true,
		labels: [],
		deployId: null,
		...draft,
	};
}

/** 2024-07-26: a date that is past on every machine, and one that stays in the future. */
export const LONG_AGO = 1_721_952_000;
export const FAR_AHEAD = 4_070_908_800;
