/**
 * Chat templates of model families, as their makers publish them. The native API takes a prompt as it is,
 * and an instruct model answers badly without its template (docs/api.md#text).
 */
interface Template {
	readonly stop: readonly string[];
	/** Control tokens: removed from what the user wrote, so that a text cannot end its own turn. How they end is looked for. */
	readonly tokens: ReadonlyArray<`${string}>` | `${string}]`>;
	render(message: string, system: string): string;
}

const turn = (role: string, content: string) => `<|start_header_id|>${role}<|end_header_id|>\n\n${content}<|eot_id|>`;
const block = (role: string, content: string) => `<|im_start|>${role}\n${content}<|im_end|>\n`;
const together = (system: string, message: string) => (system ? `${system}\n\n${message}` : message);

export const templates = {
	/** Meta, "Llama 3 model cards and prompt formats". */
	llama3: {
		stop: ['<|eot_id|>', '<|end_of_text|>'],
		tokens: [
			'<|begin_of_text|>',
			'<|end_of_text|>',
			'<|start_header_id|>',
			'<|end_header_id|>',
			'<|eot_id|>',
			'<|eom_id|>',
		],
		render: (message, system) =>
			`<|begin_of_text|>${system ? turn('system', system) : ''}${turn('user', message)}<|start_header_id|>assistant<|end_header_id|>\n\n`,
	},
	/** OpenAI's ChatML, used by Qwen, Hermes, Yi and others. */
	chatml: {
		stop: ['<|im_end|>', '<|endoftext|>'],
		tokens: ['<|im_start|>', '<|im_end|>', '<|endoftext|>'],
		render: (message, system) =>
			`${system ? block('system', system) : ''}${block('user', message)}<|im_start|>assistant\n`,
	},
	/** Google, "Gemma formatting and system instructions": no system role, its text goes before the user's. */
	gemma: {
		stop: ['<end_of_turn>', '<eos>'],
		tokens: ['<bos>', '<eos>', '<start_of_turn>', '<end_of_turn>'],
		render: (message, system) =>
			`<bos><start_of_turn>user\n${together(system, message)}<end_of_turn>\n<start_of_turn>model\n`,
	},
	/** Mistral, "Mistral-7B-Instruct-v0.2": no system role, its text goes before the user's. */
	mistral: {
		stop: ['</s>'],
		tokens: ['<s>', '</s>', '[INST]', '[/INST]', '[SYSTEM_PROMPT]', '[/SYSTEM_PROMPT]'],
		render: (message, system) => `<s>[INST] ${together(system, message)} [/INST]`,
	},
} as const satisfies Record<string, Template>;

export type Family = keyof typeof templates;

function withoutTokens(content: string, tokens: readonly string[]): string {
	if (!tokens.some((token) => content.includes(token))) return content;
	const longest = Math.max(...tokens.map(({ length }) => length));
	const kept: string[] = [];
	// Piece by piece, each up to the end that a token may have, since removing one can make another out of its two sides.
	for (const piece of content.split(AFTER_END)) {
		kept.push(piece);
		let tail = '';
		for (let at = kept.length - 1; at >= 0 && tail.length < longest; at--) tail = `${kept[at]?.slice(-longest)}${tail}`;
		const token = tokens.find((each) => tail.endsWith(each));
		for (let left = token?.length ?? 0; left > 0; ) {
			const last = kept.pop() ?? '';
			if (last.length > left) kept.push(last.slice(0, -left));
			left -= last.length;
		}
	}
	return kept.join('');
}

/** Where a token may end (`Template`). */
const AFTER_END = /(?<=[>\]])/;

/** A user's message in a family's own format, and the tokens that end the answer. */
export function applyTemplate(
	family: Family,
	message: string,
	system = '',
): { input: string; stop: readonly string[] } {
	const { render, stop, tokens } = templates[family];
	return { input: render(withoutTokens(message, tokens), withoutTokens(system, tokens)), stop };
}
