import { thrownBy } from '../../../support/work';
import { asRole } from '../../../../nodes/shared/operations/embedding/roles';
import { readVectors } from '../../../../nodes/shared/operations/embedding/vectors';
import { readJsonSchema } from '../../../../nodes/shared/schema/read';
import type { Dict } from '../../../../nodes/shared/core/operation';
import { inputFor, operationOf, requestFor, outputsOf } from '../../../support/operations';

const create = operationOf('embedding', 'create');
const dense = (length: number, seed = 1) => Array.from({ length }, (_, index) => Math.sin(index + seed) || 0.5);
const padded = (length: number, width: number) => [...dense(length), ...Array<number>(width - length).fill(0)];
const problemOf = (row: unknown, wanted?: number) => {
	const [vector] = readVectors([row], wanted);
	return vector && 'problem' in vector ? vector.problem : undefined;
};

describe('a vector', () => {
	it.each<[string, unknown, RegExp]>([
		['all zeros', Array(1024).fill(0), /zeros only/],
		['all zeros, some negative', [0, -0, 0], /zeros only/],
		['filled up with zeros', padded(384, 1024), /only 384 dimensions/],
		['filled up a little', padded(760, 768), /only 760 dimensions/],
		['empty', [], /without an embedding/],
		['of text', ['1', '2'], /without an embedding/],
		['of what is no number', [1, null], /without an embedding/],
	])('%s is none', (_, row, words) => {
		expect(problemOf(row)).toMatch(words);
	});

	it.each<[string, number[]]>([
		['of one number', [1]],
		['with a zero at its end', [0.5, 0]],
		['with seven zeros at its end', padded(100, 107)],
		['with zeros within', [0, 1, 0, 0, 1]],
		['of a sparse model', Array.from({ length: 3000 }, (_, index) => (index % 50 === 0 ? 1 : 0))],
	])('%s is one', (_, row) => {
		expect(problemOf(row)).toBeUndefined();
	});

	it('says what was asked for and what the model has', () => {
		expect(problemOf(padded(768, 2048), 2048)).toBe(
			"'Dimensions' is 2048, but the model has only 768: the rest of its vector is zeros",
		);
	});
});

describe('vectors of one answer', () => {
	const bad: Array<[string, unknown]> = [
		['is missing', null],
		['is all zeros', Array(8).fill(0)],
		['is shorter', dense(7)],
		['is longer', dense(9)],
		['holds text', [...dense(7), 'x']],
	];
	it.each(bad)('one that %s leaves the others alone', (_, row) => {
		const rows = [dense(8, 1), dense(8, 2), row, dense(8, 4)];
		const inputs = rows.map((_row, index) => inputFor(create, { text: `t${index}` })) as [Dict, ...Dict[]];
		const outputs = outputsOf(create, { embeddings: rows }, inputs);
		expect(outputs.map(({ from, problem }) => [from, problem !== undefined])).toEqual([
			[0, false],
			[1, false],
			[2, true],
			[3, false],
		]);
		expect(outputs[3]?.json.embedding).toEqual(rows[3]);
	});
});

describe('dimensions', () => {
	it.each<[string, number, number]>([
		['BAAI/bge-large-en-v1.5', 2048, 1024],
		['Qwen/Qwen3-Embedding-0.6B', 1025, 1024],
		['sentence-transformers/all-MiniLM-L6-v2', 768, 384],
		['intfloat/multilingual-e5-large', 4096, 1024],
	])('%s is refused %d before it is paid', (model, dimensions, most) => {
		const error = thrownBy(() => requestFor(create, { model, text: 'x', options: { dimensions } }));
		expect(error.message).toBe(`'Dimensions' is ${dimensions}, but the model '${model}' has only ${most}`);
		expect(requestFor(create, { model, text: 'x', options: { dimensions: most } }).json?.dimensions).toBe(most);
	});

	it('nothing is refused for a model that nobody knows', () => {
		expect(requestFor(create, { model: 'a/b', text: 'x', options: { dimensions: 90_000 } }).json).toHaveProperty(
			'dimensions',
			90_000,
		);
	});

	it('that the model does not keep to are told', () => {
		const input = inputFor(create, { text: 'x', options: { dimensions: 64 } });
		const sent = { path: '', json: { dimensions: 64 } };
		expect(outputsOf(create, { embeddings: [dense(32)] }, [input], sent)[0]?.note).toContain(
			'32 numbers instead of the 64',
		);
		expect(outputsOf(create, { embeddings: [dense(64)] }, [input], sent)[0]?.note).toBeUndefined();
		// left out since the model does not know it: that is told elsewhere
		expect(outputsOf(create, { embeddings: [dense(32)] }, [input], { path: '', json: {} })[0]?.note).toBeUndefined();
	});
});

describe('what a text is for', () => {
	it.each<[string, 'query' | 'passage', string]>([
		['intfloat/e5-large-v2', 'query', 'query: cats'],
		['intfloat/multilingual-e5-large-instruct', 'passage', 'passage: cats'],
		['BAAI/bge-base-en-v1.5', 'query', 'Represent this sentence for searching relevant passages: cats'],
		['BAAI/bge-base-en-v1.5', 'passage', 'cats'],
		['Qwen/Qwen3-Embedding-4B', 'passage', 'cats'],
		['google/embeddinggemma-300m', 'passage', 'title: none | text: cats'],
	])('%s as %s: %s', (model, inputType, text) => {
		expect(requestFor(create, { model, text: 'cats', options: { inputType } }).json).toEqual({ inputs: [text] });
	});

	it('goes into the model’s own field where it has one', () => {
		const schema = readJsonSchema({ properties: { inputs: {}, input_type: { type: 'string' } } });
		const options = { inputType: 'query' };
		expect(requestFor(create, { model: 'intfloat/e5-large', text: 'cats', options }, { schema }).json).toEqual({
			inputs: ['cats'],
			input_type: 'query',
		});
	});

	it('is not written twice, and not at all for none', () => {
		expect(asRole(['query: cats', 'dogs'], 'query', 'a/e5-base', undefined).inputs).toEqual([
			'query: cats',
			'query: dogs',
		]);
		expect(asRole(['cats'], 'none', 'a/e5-base', undefined)).toEqual({ inputs: ['cats'] });
		expect(asRole(['cats'], undefined, 'a/e5-base', undefined)).toEqual({ inputs: ['cats'] });
	});

	it('a model that makes no difference says so', () => {
		const request = requestFor(create, { model: 'thenlper/gte-base', text: 'cats', options: { inputType: 'query' } });
		expect(request.json).toEqual({ inputs: ['cats'] });
		expect(request.note).toContain('makes no difference');
	});
});
