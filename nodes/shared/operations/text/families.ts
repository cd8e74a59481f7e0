import { templates, type Family } from './templates';

/**
 * Which template a model was trained with, as far as its name tells (docs/api.md#text). Models that others
 * trained on a family's weights come first: they often have another template than the family.
 */
const NAMES: ReadonlyArray<readonly [RegExp, Family | undefined]> = [
	[/hermes|dolphin|capybara|smaug-qwen/, 'chatml'],
	// Trained by their own makers into templates of their own, on Llama's, Qwen's or Mistral's weights.
	[/deepseek|wizardlm|llama-?guard|openchat|zephyr|airoboros|lzlv|chronos|phind/, undefined],
	[/qwen-?(1\.5|2|2\.5).*(instruct|chat)|qwq|^yi-.*chat|internlm2.*chat|smollm.*instruct/, 'chatml'],
	// Of these only what is called base is none for conversations; embeddings and the like are not asked here.
	[/qwen-?3(?!.*base)/, 'chatml'],
	[/(codegemma|gemma)(?!-?4).*(^|-)it(-|$)/, 'gemma'],
	[/llama-?3.*(instruct|chat|turbo)|(^|-)l3(\.\d)?-\d+b|llama-?3(\.\d)?-nemotron/, 'llama3'],
	[/(mistral|mixtral|ministral|codestral|pixtral).*instruct|magistral|devstral/, 'mistral'],
];

const ownName = (model: string): string => (model.split('/').at(-1) ?? model).toLowerCase();

/** Undefined for a base model, and for one whose template is not known here. */
export function familyOf(model: string): Family | undefined {
	const name = ownName(model);
	return NAMES.find(([pattern]) => pattern.test(name))?.[1];
}

const CONVERSES =
	/(^|[^a-z])(instruct|chat|it|assistant|thinking)([^a-z]|$)|deepseek|(^|[^a-z])glm|gpt-oss|kimi|claude|gemini|minimax|nemotron|command-|hermes|wizardlm|dolphin|zephyr|openchat|phi-?[34]|qwq|grok|mimo|llama-?4/;
const TAGS = ['tools', 'reasoning', 'structured-output', 'cc-native', 'can-disable-reasoning'];

/** Whether a model is made for conversations, by its name or by what the catalogue says that it can do. */
export function isConversational(model: string, tags: readonly string[] = []): boolean {
	const name = ownName(model);
	if (/(^|[^a-z])base([^a-z]|$)/.test(name)) return false;
	return familyOf(model) !== undefined || CONVERSES.test(name) || tags.some((tag) => TAGS.includes(tag));
}

/** Where a prompt begins that has its template already, and where it hands over to the model. */
const BEGINNINGS = [
	...Object.values(templates).flatMap(({ tokens }) => tokens.filter((token) => !/^<\/?s>$/.test(token))),
	'<s>[',
	'<s> [',
	'<|user|>',
	'<|system|>',
	'<｜User｜>',
	'<｜begin▁of▁sentence｜>',
	'<|header_start|>',
	'<|start|>',
	'[gMASK]',
	'<<SYS>>',
];
const ENDS = [
	'<|start_header_id|>assistant<|end_header_id|>',
	'<|im_start|>assistant',
	'<start_of_turn>model',
	'[/INST]',
	'<|assistant|>',
	'<｜Assistant｜>',
];

/** Whether a prompt is in a chat format already. Tokens that a text only quotes are not looked at. */
export function hasTemplate(prompt: string): boolean {
	const text = prompt.trim();
	return BEGINNINGS.some((token) => text.startsWith(token)) || ENDS.some((token) => text.endsWith(token));
}
