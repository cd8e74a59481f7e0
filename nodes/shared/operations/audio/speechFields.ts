import type { Dict, ModelFacts } from '../../core/operation';
import type { ModelSchema, SchemaField } from '../../core/modelSchema';
import { nearestNames } from '../../core/nearest';
import { InputError } from '../../core/problem';
import { listOf } from '../../core/values';

/** What a speech model calls its inputs. */
export interface SpeechFields {
	readonly text: string;
	readonly voice: string;
	readonly format: string;
	readonly speed: string;
	readonly timestamps: string;
}

/** The names that models use, by their schemas and public clients (docs/api.md#speech); the usual one first. */
const KNOWN: Readonly<Record<keyof SpeechFields, readonly string[]>> = {
	text: ['text', 'input', 'prompt'],
	voice: ['preset_voice', 'voice', 'speaker', 'voice_name', 'voice_id'],
	format: ['output_format', 'response_format', 'tts_response_format', 'audio_format', 'format'],
	speed: ['speed', 'speaking_rate'],
	timestamps: ['return_timestamps', 'timestamps', 'word_timestamps'],
};

/** What stands for an input that a model's schema lacks: the option's own name, which the screen knows. */
const LACKED: SpeechFields = {
	text: 'text',
	voice: 'voice',
	format: 'output_format',
	speed: 'speed',
	timestamps: 'timestamps',
};

/** Families by their names, for models whose schema cannot be had. */
const FAMILIES: ReadonlyArray<readonly [RegExp, Partial<SpeechFields>]> = [
	[/kokoro/i, { voice: 'preset_voice', timestamps: 'return_timestamps' }],
	[/chatterbox/i, { voice: 'voice_id', format: 'response_format' }],
	[/qwen.*tts/i, { text: 'input', format: 'response_format' }],
	[/mimo/i, {}],
];

export function speechFields(model: string, { name = model, schema }: ModelFacts): SpeechFields {
	if (!schema) return { ...LACKED, ...FAMILIES.find(([pattern]) => pattern.test(name))?.[1] };
	const named = (what: keyof SpeechFields) => KNOWN[what].find((each) => schema.byName.has(each)) ?? LACKED[what];
	return {
		text: named('text') === LACKED.text ? textName(schema) : named('text'),
		voice: named('voice'),
		format: named('format'),
		speed: named('speed'),
		timestamps: named('timestamps'),
	};
}

/** A model that calls its text otherwise requires it, and it is no choice. */
function textName({ byName, fields }: ModelSchema): string {
	if (byName.has(LACKED.text)) return LACKED.text;
	const others: readonly string[] = Object.values(KNOWN).flat();
	const needed = fields.filter(
		(field) => field.required && field.kind === 'string' && !field.values && !others.includes(field.name),
	);
	return needed.length === 1 ? (needed[0]?.name ?? LACKED.text) : LACKED.text;
}

/** The voices that a model brings, as its schema lists them; empty where it does not. */
export const presetVoices = (schema: ModelSchema | undefined): string[] => valuesOf(voiceField(schema)).map(String);

/** Whether a voice of the account can be used: its ID may stand for a voice, not for the description of one. */
export function takesOwnVoice(model: string, { name = model, schema }: ModelFacts): boolean {
	if (schema?.byName.has('voice_id')) return true;
	if (/voice-?design/i.test(name)) return false;
	const field = voiceField(schema);
	return !schema || (field?.kind === 'string' && valuesOf(field).length === 0);
}

const voiceField = (schema: ModelSchema | undefined) =>
	schema && KNOWN.voice.map((name) => schema.byName.get(name)).find((each) => each !== undefined);

const valuesOf = (field: SchemaField | undefined) => field?.values ?? field?.items?.values ?? [];

/**
 * A voice under the name and in the form that the model takes. Several, by commas, are mixed where it takes a list.
 * @throws InputError for a voice that is like one of the model's own, but none
 */
export function voiceEntry(given: string, { voice }: SpeechFields, { schema }: ModelFacts): Dict {
	const field = schema?.byName.get(voice);
	const takesList = field ? field.kind === 'list' : voice === 'preset_voice';
	const names = takesList ? listOf(given) : [given.trim()];
	const known = valuesOf(field).map(String);
	const unknown = known.length > 0 ? names.find((name) => !known.includes(name)) : undefined;
	if (unknown === undefined) return { [voice]: takesList ? names : names[0] };
	const near = nearestNames(unknown, known);
	// What is like none of the model's voices may be the ID of a voice of the account.
	if (near.length === 0 && schema?.byName.has('voice_id')) return { voice_id: given.trim() };
	throw new InputError(
		`This model has no voice '${unknown.slice(0, 80)}'`,
		near.length > 0
			? `Did you mean ${near.join(', ')}? Choose one from the list in 'Voice'.`
			: `Its voices: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', …' : ''}.`,
	);
}

/**
 * A format as the model spells it, such as `MP3` or `mp3_44100_128`.
 * @throws InputError for one that its schema does not list
 */
export function formatEntry(format: string, fields: SpeechFields, { schema }: ModelFacts): string {
	const known = valuesOf(schema?.byName.get(fields.format)).map(String);
	if (known.length === 0 || known.includes(format)) return format;
	const spelled = known.find((each) => each.toLowerCase().split(/[_-]/)[0] === format);
	if (spelled !== undefined) return spelled;
	throw new InputError(
		`This model cannot give ${format.toUpperCase()}`,
		`It gives ${known.join(', ')}: change 'Output Format', or choose another model.`,
	);
}

/** Whether a field says how many samples a second has. */
export const isRateName = (name: string): boolean => /^sampl(e|ing)_?rate(_hz)?$/i.test(name);

export const rateField = (schema: ModelSchema | undefined): SchemaField | undefined =>
	schema?.fields.find(({ name }) => isRateName(name));
