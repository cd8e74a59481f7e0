import { InputError } from '../core/problem';

interface AbilityFacts {
	/** Any of these in the catalogue's row says so. */
	readonly tags: readonly string[];
	/** In a row of the picker. */
	readonly mark?: string;
	/** As in "The model … cannot see pictures", and in the row's description. */
	readonly verb: string;
	readonly says: string;
	/** What says so in a model's own name, where its row says nothing. */
	readonly name?: RegExp;
}

/** What chat models can do beside writing text, as the catalogue tells it (docs/api.md#catalogue). */
const ABILITIES = {
	images: {
		tags: ['multimodal', 'ocr', 'vision', 'vlm'],
		mark: 'sees',
		verb: 'see pictures',
		says: 'sees pictures',
		name: /(^|[^a-z0-9])(vl|vlm|vision|ocr|omni|multimodal|llava|pixtral|maverick|scout|gemini|gpt-4o|gemma-?[3-9])([^a-z]|$)|olmocr|4\.\dv([^a-z]|$)/i,
	},
	sounds: { tags: ['input-audio'], verb: 'hear sound', says: 'hears sound', name: /omni|voxtral|audio/i },
	reasoning: {
		tags: ['reasoning', 'reasoning_effort', 'can-disable-reasoning'],
		mark: 'reasons',
		verb: 'reason',
		says: 'reasons before it answers',
		name: /(^|[^a-z])(thinking|reason\w*|r1|qwq|magistral|gpt-oss)([^a-z]|$)/i,
	},
	tools: { tags: ['tools'], mark: 'tools', verb: 'use tools', says: 'uses tools' },
	json: { tags: ['json', 'structured-output'], verb: 'answer in JSON', says: 'answers in JSON' },
	schema: { tags: ['structured-output'], verb: 'keep to a JSON schema', says: 'keeps to a JSON schema' },
} as const satisfies Record<string, AbilityFacts>;

export type Ability = keyof typeof ABILITIES;

/** A model, as far as abilities follow from it. */
export interface Described {
	readonly name?: string;
	readonly tags?: readonly string[];
}

const ALL: ReadonlyArray<readonly [string, AbilityFacts]> = Object.entries(ABILITIES);

/** A row with any of these was described by somebody; one without them says nothing, and that is no "no". */
const DESCRIBING: ReadonlySet<string> = new Set([
	...ALL.flatMap(([, { tags }]) => tags),
	'non-reasoning',
	'input-video',
]);

/** Whether a model can do something; undefined where the catalogue does not say. */
export function can(model: Described, ability: Ability): boolean | undefined {
	const { tags = [] } = model;
	if (ABILITIES[ability].tags.some((tag) => tags.includes(tag))) return true;
	// Tags are not complete: a name that says otherwise leaves it open.
	if (nameSays(model, ability)) return undefined;
	return tags.some((tag) => DESCRIBING.has(tag)) ? false : undefined;
}

/** Whether it can, or its name says so where its row does not. */
export const seems = (model: Described, ability: Ability): boolean => can(model, ability) ?? nameSays(model, ability);

function nameSays({ name = '' }: Described, ability: Ability): boolean {
	const { name: pattern }: AbilityFacts = ABILITIES[ability];
	return pattern?.test(name.split('/').at(-1) ?? '') ?? false;
}

const abilitiesOf = (model: Described): AbilityFacts[] =>
	ALL.flatMap(([ability, facts]) => (isAbility(ability) && can(model, ability) ? [facts] : []));

const isAbility = (name: string): name is Ability => Object.hasOwn(ABILITIES, name);

/** What a row of the picker says that a chat model can do, such as "sees, tools". */
export const abilityMarks = (model: Described): string =>
	abilitiesOf(model)
		.flatMap(({ mark }) => mark ?? [])
		.join(', ');

/** The same in words, such as "Sees pictures, uses tools". */
export function abilityWords(model: Described): string {
	const words = abilitiesOf(model)
		.map(({ says }) => says)
		.join(', ');
	return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * What is wrong where the catalogue says that a model lacks what is asked of it; undefined where it can, or nobody knows.
 * @param shown the model as the field has it
 * @param around how to ask all the same, since the catalogue may be wrong
 */
export function lackOf(model: Described, shown: string, ability: Ability, around: string): InputError | undefined {
	if (can(model, ability) !== false) return undefined;
	const { mark, verb, says }: AbilityFacts = ABILITIES[ability];
	const row = mark ? `is marked '${mark}'` : `says that it ${says}`;
	return new InputError(
		`The model '${shown}' cannot ${verb}, as the catalogue has it`,
		`Choose one whose row in the list of 'Model' ${row}. ${around} Nothing was sent.`,
		true,
	);
}
