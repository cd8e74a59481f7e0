import { startEmulator } from './index';
import { infer, inferForm, objectsIn } from './support';
import type { Emulator } from './types';

let emulator: Emulator;
beforeAll(async () => {
	emulator = await startEmulator({ seed: 7 });
});
afterAll(async () => {
	await emulator.close();
});

async function firstText(model: string, body: Record<string, unknown>): Promise<string> {
	const { json } = await infer(emulator, model, body);
	return String(objectsIn(json.results)[0]?.generated_text);
}

describe('every native answer', () => {
	it('is marked and framed', async () => {
		const { headers, json } = await infer(emulator, 'ProsusAI/finbert', { input: 'Hello' });
		expect(headers.get('x-emulator')).toBe('deepinfra-emulator');
		expect(json).toMatchObject({ emulator: true, inference_status: { status: 'succeeded', tokens_input: 2 } });
		expect(json.request_id).toMatch(/^\w{24}$/);
	});

	it.each([
		['emulator/review-stars', 'request_id', null],
		['emulator/support-topics', 'inference_status', { status: 'success' }],
	])('of %s has its oddity in %s', async (model, field, value) => {
		const { json } = await infer(emulator, model, { input: 'Hello' });
		expect(json).toMatchObject({ [field]: value });
	});

	it('has a cost as text, or no status at all, with some models', async () => {
		const costText = await infer(emulator, 'sentence-transformers/all-MiniLM-L6-v2', { inputs: ['a'] });
		expect(costText.json).toMatchObject({ inference_status: { cost: expect.stringMatching(/^[\d.e-]+$/) } });
		const noStatus = await infer(emulator, 'emulator/free-preview-8b', { input: 'a' });
		expect(noStatus.json.inference_status).toBeNull();
	});
});

describe('text', () => {
	it.each([
		['Profits rose to a record', 'positive'],
		['The company lost money after a fraud', 'negative'],
		['The meeting is on Tuesday', 'neutral'],
	])('classifies %j as %s', async (input, label) => {
		const { json } = await infer(emulator, 'ProsusAI/finbert', { input });
		const results = objectsIn(json.results);
		expect(results).toHaveLength(3);
		const best = results.sort((a, b) => Number(b.score) - Number(a.score))[0];
		expect(best?.label).toBe(label);
		expect(results.reduce((sum, { score }) => sum + Number(score), 0)).toBeCloseTo(1, 4);
	});

	it('finds names with the right offsets', async () => {
		const input = 'My name is John Doe and I work at Nvidia in San Francisco.';
		const { json } = await infer(emulator, 'Davlan/bert-base-multilingual-cased-ner-hrl', { input });
		const found = objectsIn(json.results).map(({ entity_group: group, word, start, end }) => ({
			group,
			word,
			cut: input.slice(Number(start), Number(end)),
		}));
		expect(found).toEqual([
			{ group: 'PER', word: 'John Doe', cut: 'John Doe' },
			{ group: 'ORG', word: 'Nvidia', cut: 'Nvidia' },
			{ group: 'LOC', word: 'San Francisco', cut: 'San Francisco' },
		]);
	});

	it('fills the mask of the model, and no other', async () => {
		const bert = await infer(emulator, 'bert-base-cased', { input: 'I need my [MASK] right now!' });
		expect(objectsIn(bert.json.results)[0]).toMatchObject({ sequence: 'I need my help right now!', token_str: 'help' });
		const wrong = await infer(emulator, 'roberta-base', { input: 'I need my [MASK] right now!' });
		expect(wrong.status).toBe(400);
		expect(wrong.text).toContain('No mask_token (<mask>) found on the input');
		const right = await infer(emulator, 'roberta-base', { input: 'I need my <mask> right now!' });
		expect(objectsIn(right.json.results)).toHaveLength(5);
	});

	it('answers a question out of the context', async () => {
		const context = 'The old house is in Hamburg. The quick brown fox jumped over the lazy dog.';
		const { json } = await infer(emulator, 'deepset/roberta-large-squad2', {
			question: 'In which city is the old house?',
			context,
		});
		expect(json.answer).toBe('Hamburg');
		expect(context.slice(Number(json.start), Number(json.end))).toBe('Hamburg');
	});

	it('reranks element by element', async () => {
		const documents = ['Bread and butter', 'The capital of France is Paris'];
		const query = 'capital of France';
		const { json } = await infer(emulator, 'Qwen/Qwen3-Reranker-8B', { queries: [query, query], documents });
		const [bread, capital] = Array.isArray(json.scores) ? json.scores.map(Number) : [];
		expect(capital).toBeGreaterThan(0.9);
		expect(bread).toBeLessThan(0.1);
		const uneven = await infer(emulator, 'Qwen/Qwen3-Reranker-8B', { queries: [query], documents });
		expect(uneven.status).toBe(422);
	});
});

describe('text generation', () => {
	const wrapped: Array<[string, string]> = [
		[
			'meta-llama/Meta-Llama-3-8B-Instruct',
			'<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHow are you?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
		],
		[
			'Qwen/Qwen2.5-72B-Instruct',
			'<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHow are you?<|im_end|>\n<|im_start|>assistant\n',
		],
		[
			'google/gemma-3-12b-it',
			'<bos><start_of_turn>user\nBe kind.\n\nHow are you?<end_of_turn>\n<start_of_turn>model\n',
		],
		['mistralai/Mistral-7B-Instruct-v0.3', '<s>[INST] Be kind.\n\nHow are you? [/INST]'],
		[
			'mistralai/Mistral-Small-3.2-24B-Instruct-2506',
			'<s>[SYSTEM_PROMPT]Be kind.[/SYSTEM_PROMPT][INST]How are you?[/INST]',
		],
	];

	it.each(wrapped)('of %s answers a prompt in its own template', async (model, input) => {
		const reply = await firstText(model, { input, stop: ['<|eot_id|>'] });
		expect(reply).toContain('"How are you?"');
		expect(reply).toContain('I follow the instruction "Be kind."');
		expect(reply).not.toContain('<|');
	});

	it.each(wrapped.map(([, prompt], index) => [wrapped[(index + 1) % 3]?.[0] ?? '', prompt]))(
		'of %s rambles on from a foreign or raw prompt',
		async (model, foreign) => {
			for (const input of ['How are you?', foreign.includes('INST') ? 'Hi' : foreign]) {
				const reply = await firstText(model, { input });
				expect(reply).not.toContain('"');
				expect(reply).toMatch(/^ \w+/);
			}
		},
	);

	it('goes on after its turn when Llama 3 has no stop token', async () => {
		expect(await firstText('meta-llama/Meta-Llama-3-8B-Instruct', { input: wrapped[0]?.[1] })).toContain('<|eot_id|>');
	});

	it('honours length, stop, count and JSON mode, and repeats itself for the same seed', async () => {
		const [model, input] = ['Qwen/Qwen2.5-72B-Instruct', wrapped[1]?.[1]];
		expect((await firstText(model, { input, max_new_tokens: 3 })).split(' ')).toHaveLength(3);
		expect(await firstText(model, { input, stop: ['"'] })).not.toContain('"');
		const several = await infer(emulator, model, { input, num_responses: 3 });
		expect(objectsIn(several.json.results)).toHaveLength(3);
		expect(JSON.parse(await firstText(model, { input, response_format: { type: 'json_object' } }))).toMatchObject({
			question: 'How are you?',
			instruction: 'Be kind.',
		});
		expect(await firstText(model, { input, seed: 5 })).toBe(await firstText(model, { input, seed: 5 }));
	});

	it('streams token by token', async () => {
		const { text, headers } = await infer(emulator, 'Qwen/Qwen2.5-72B-Instruct', {
			input: wrapped[1]?.[1],
			stream: true,
		});
		expect(headers.get('content-type')).toBe('text/event-stream');
		const events = text.trim().split('\n\n');
		expect(events.at(-1)).toBe('data: [DONE]');
		expect(JSON.parse(events.at(-2)?.slice(6) ?? '')).toMatchObject({ details: { finish_reason: 'stop' } });
	});

	it('refuses a prompt beyond the context', async () => {
		const { status, text } = await infer(emulator, 'google/gemma-2-9b-it', { input: 'x'.repeat(131072 * 4 + 8) });
		expect(status).toBe(400);
		expect(text).toContain('maximum context length is 131072');
	});
});

describe('embeddings', () => {
	async function vectors(body: Record<string, unknown>, model = 'BAAI/bge-m3'): Promise<number[][]> {
		const { json } = await infer(emulator, model, body);
		return Array.isArray(json.embeddings) ? json.embeddings : [];
	}
	const product = (a: number[] = [], b: number[] = []) =>
		a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

	it('are unit vectors of the model width that follow from the text', async () => {
		const [cat, sameCat, car] = await vectors({ inputs: ['a small cat', 'a small cat', 'fast cars'] });
		expect(cat).toHaveLength(1024);
		expect(cat).toEqual(sameCat);
		expect(product(cat, cat)).toBeCloseTo(1, 2);
		expect(product(cat, car)).toBeLessThan(0.3);
		expect((await vectors({ inputs: ['x'] }, 'sentence-transformers/all-MiniLM-L6-v2'))[0]).toHaveLength(384);
	});

	it('of texts that share words are near each other', async () => {
		const [a, b, c] = await vectors({
			inputs: ['refund for a broken lamp', 'my lamp is broken, refund please', 'opening hours in summer'],
		});
		expect(product(a, b)).toBeGreaterThan(product(a, c) + 0.3);
	});

	it('can be narrower, padded and not normalised', async () => {
		expect((await vectors({ inputs: ['x'], dimensions: 64 }))[0]).toHaveLength(64);
		const [wide] = await vectors({ inputs: ['x'], dimensions: 2048 });
		expect(wide?.slice(1024).every((value) => value === 0)).toBe(true);
		const [raw] = await vectors({ inputs: ['several words here'], normalize: false });
		expect(product(raw, raw)).toBeGreaterThan(2);
		expect((await infer(emulator, 'BAAI/bge-m3', { inputs: ['x'], dimensions: 8 })).text).toContain(
			'greater than or equal to 32',
		);
	});

	it('refuse too many texts, a bad one and a long one', async () => {
		const many = await infer(emulator, 'BAAI/bge-m3', { inputs: Array.from({ length: 1025 }, () => 'x') });
		expect(many.status).toBe(422);
		const bad = await infer(emulator, 'BAAI/bge-m3', { inputs: ['good', 'with <<bad text>> inside'] });
		expect(bad.status).toBe(422);
		const long = await infer(emulator, 'BAAI/bge-large-en-v1.5', { inputs: ['x'.repeat(5000)] });
		expect(long).toMatchObject({ status: 500, text: expect.stringContaining('too long') });
	});
});

describe('custom models', () => {
	it('give back what they understood', async () => {
		const { json } = await inferForm(emulator, 'emulator/everything', {
			title: 'T',
			mode: 'fast',
			count: '4',
			loud: 'true',
			tags: '["a","b"]',
			corner: '{"x":1,"y":2}',
			photo: new File(['abc'], 'p.bin'),
		});
		expect(json.output).toMatchObject({
			fields: { title: 'T', mode: 'fast', count: 4, loud: true, tags: ['a', 'b'], corner: { x: 1, y: 2 } },
			files: [{ name: 'photo', filename: 'p.bin', size: 3 }],
		});
	});

	it('of the cog kind take their fields inside input', async () => {
		const { json } = await infer(emulator, 'openai/clip-features', { input: { inputs: 'a\nbb' } });
		expect(json.output).toEqual([
			{ input: 'a', length: 1 },
			{ input: 'bb', length: 2 },
		]);
	});
});
