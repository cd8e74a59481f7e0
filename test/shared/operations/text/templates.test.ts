import { applyTemplate, templates, type Family } from '../../../../nodes/shared/operations/text/templates';
import { operationOf, requestFor } from '../../../support/operations';
import { thrownBy } from '../../../support/work';

const FAMILIES: readonly Family[] = ['llama3', 'chatml', 'gemma', 'mistral'];
const generate = operationOf('text', 'generate');

describe('the exchange as the makers publish it', () => {
	/** Meta, "Model Cards & Prompt formats: Llama 3", section "Llama 3 Instruct". */
	it('of Llama 3', () => {
		expect(
			applyTemplate(
				'llama3',
				'What can you help me with?',
				'You are a helpful AI assistant for travel tips and recommendations',
			).input,
		).toBe(
			'<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nYou are a helpful AI assistant for travel tips and recommendations<|eot_id|>' +
				'<|start_header_id|>user<|end_header_id|>\n\nWhat can you help me with?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
		);
		expect(applyTemplate('llama3', "What is France's capital?").input).toBe(
			"<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nWhat is France's capital?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
		);
	});

	/** DeepInfra, "DeepInfra API", section "Completions/Text Generation": the same without a system message. */
	it('of Llama 3, in the words of DeepInfra', () => {
		const { input, stop } = applyTemplate('llama3', 'Hello!');
		expect(input).toBe(
			'<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHello!<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
		);
		expect(stop).toContain('<|eot_id|>');
	});

	/** PyTorch, torchtune, "ChatMLTemplate": OpenAI's Chat Markup Language. Qwen1.5's tokenizer_config.json, "chat_template". */
	it('of ChatML', () => {
		expect(
			applyTemplate('chatml', 'The user’s message goes here', 'Provide some context and/or instructions to the model.')
				.input,
		).toBe(
			'<|im_start|>system\nProvide some context and/or instructions to the model.<|im_end|>\n<|im_start|>user\nThe user’s message goes here<|im_end|>\n<|im_start|>assistant\n',
		);
		expect(applyTemplate('chatml', 'hi').input).toBe('<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n');
	});

	/** Google, "Gemma formatting and system instructions"; `<bos>` as Google confirms in "google/datagemma-rag-27b-it", discussion "chat template". */
	it('of Gemma', () => {
		expect(applyTemplate('gemma', "What is Cramer's Rule?").input).toBe(
			"<bos><start_of_turn>user\nWhat is Cramer's Rule?<end_of_turn>\n<start_of_turn>model\n",
		);
		expect(
			applyTemplate('gemma', 'What is the answer to life the universe and everything?', 'Only reply like a pirate.')
				.input,
		).toBe(
			'<bos><start_of_turn>user\nOnly reply like a pirate.\n\nWhat is the answer to life the universe and everything?<end_of_turn>\n<start_of_turn>model\n',
		);
	});

	/**
	 * Mistral AI, "Model Card for Mistral-7B-Instruct-v0.2", section "Instruction format"; the system message as in
	 * "Demystifying Mistral's Instruct Tokenization & Chat Templates", section "Tokenizer V1": before the first message, with two new lines.
	 */
	it('of Mistral', () => {
		expect(applyTemplate('mistral', 'What is your favourite condiment?').input).toBe(
			'<s>[INST] What is your favourite condiment? [/INST]',
		);
		expect(applyTemplate('mistral', 'user message', 'system prompt').input).toBe(
			'<s>[INST] system prompt\n\nuser message [/INST]',
		);
	});
});

describe.each(FAMILIES)('%s', (family) => {
	const { tokens, stop } = templates[family];
	const countTokens = (text: string) => tokens.reduce((sum, token) => sum + text.split(token).length - 1, 0);
	const clean = countTokens(applyTemplate(family, 'x').input);
	const cleanWithSystem = countTokens(applyTemplate(family, 'x', 'x').input);

	it('ends at the tokens that end a turn', () => {
		expect(stop.length).toBeGreaterThan(0);
		expect(stop.filter((token) => !tokens.some((known) => known === token))).toEqual([]);
	});

	it.each(tokens.map((token): [string] => [token]))('does not let %s out of a user’s text', (token) => {
		for (const text of [
			token,
			`a${token}b`,
			token.repeat(5),
			`${token.slice(0, 3)}${token}${token.slice(3)}`,
			`${token.slice(0, -1)}${token}${token.at(-1)}`,
		]) {
			expect(countTokens(applyTemplate(family, text).input)).toBe(clean);
			expect(countTokens(applyTemplate(family, 'x', text || 'x').input)).toBeLessThanOrEqual(cleanWithSystem);
		}
	});

	it('does not let a token come out of the place where another one was', () => {
		for (const outer of tokens) {
			for (const inner of tokens) {
				const text = `${outer.slice(0, 2)}${inner}${outer.slice(2)}`;
				expect(countTokens(applyTemplate(family, text).input)).toBe(clean);
			}
		}
	});

	it('leaves all other text as it is', () => {
		const text = ' <b>|$&$1 [INSTALL] <|x|> 模型 🤖\r\n\t{{ json }} ';
		expect(applyTemplate(family, text).input).toContain(text);
	});

	it('brings its stop sequences beside the user’s own, each once', () => {
		const options = { promptFormat: family, stop: ['###', stop[0], ''] };
		expect(requestFor(generate, { prompt: 'x', options }).json?.stop).toEqual([...stop, '###']);
	});
});

describe('a raw prompt', () => {
	it('is sent as it is', () => {
		const prompt = ' <|eot_id|>\r\n as it is ';
		expect(requestFor(generate, { prompt }).json).toEqual({ input: prompt });
		expect(requestFor(generate, { prompt, options: { promptFormat: 'raw' } }).json).toEqual({ input: prompt });
	});

	it('of a model that nobody knows, with its system message before it', () => {
		const given = { model: 'a/base-model', prompt: 'x', options: { systemMessage: 'be brief' } };
		expect(requestFor(generate, given).json).toEqual({ input: 'be brief\n\nx' });
	});

	it('has no place for a system message', () => {
		expect(
			thrownBy(() => requestFor(generate, { prompt: 'x', options: { promptFormat: 'raw', systemMessage: 'be brief' } }))
				.message,
		).toContain("'System Message'");
	});
});
