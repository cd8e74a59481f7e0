import { AnswerError, InputError } from '../../../../nodes/shared/core/problem';
import type { Dict } from '../../../../nodes/shared/core/operation';
import { inputFor, operationOf, outputsFor, requestFor } from '../../../support/operations';
import { thrownBy } from '../../../support/work';

const create = operationOf('embedding', 'create');
const inputs = (...texts: unknown[]): [Dict, ...Dict[]] => {
	const [first = {}, ...others] = texts.map((text) => inputFor(create, { text }));
	return [first, ...others];
};

describe('embedding: create', () => {
	it('sends all texts of a batch in their order, with the options', () => {
		const options = { normalize: false, dimensions: 64 };
		const batch: [Dict, ...Dict[]] = [
			inputFor(create, { text: 'a', options }),
			inputFor(create, { text: '好 🤖', options }),
		];
		expect(create.request(batch, {}).json).toEqual({ inputs: ['a', '好 🤖'], normalize: false, dimensions: 64 });
	});

	it('splits an array into its texts and puts the vectors together again', () => {
		const input = inputFor(create, { text: ['a', 5, 'c'] });
		const split = create.split?.(input, {}) ?? [];
		expect(split.map(({ text }) => text)).toEqual(['a', '5', 'c']);
		const outputs = [[1], [2], [3]].map((embedding) => ({ json: { embedding, dimensions: 1 } }));
		expect(create.join?.(outputs, input)).toEqual([{ json: { embeddings: [[1], [2], [3]], dimensions: 1 } }]);
	});

	it('keeps an array of one an array, and a text a text', () => {
		const outputs = [{ json: { embedding: [1], dimensions: 1 } }];
		expect(create.join?.(outputs, inputFor(create, { text: ['a'] }))).toEqual([
			{ json: { embeddings: [[1]], dimensions: 1 } },
		]);
		expect(create.join?.(outputs, inputFor(create, { text: 'a' }))).toEqual(outputs);
	});

	it('refuses empty texts before they cost anything', () => {
		expect(thrownBy(() => requestFor(create, { text: ['a', ''] }))).toBeInstanceOf(InputError);
		expect(thrownBy(() => requestFor(create, { text: ['a', null] }))).toBeInstanceOf(InputError);
		expect(thrownBy(() => requestFor(create, { text: '' })).message).toBe("'Text' is empty");
	});

	it('refuses more texts than one request can hold', () => {
		expect(requestFor(create, { text: Array(1024).fill('x') }).json?.inputs).toHaveLength(1024);
		const error = thrownBy(() => requestFor(create, { text: Array(1025).fill('x') }));
		expect(error).toBeInstanceOf(InputError);
		expect(error.message).toContain('1025');
	});

	it('gives each vector to its own text', () => {
		const answer = {
			embeddings: [
				[1, 2],
				[3, 4],
			],
			input_tokens: 5,
		};
		expect(create.items(answer, inputs('a', 'b'))).toEqual([
			{ json: { embedding: [1, 2], dimensions: 2 }, from: 0 },
			{ json: { embedding: [3, 4], dimensions: 2 }, from: 1 },
		]);
	});

	it.each([
		[undefined],
		[null],
		[[]],
		[[[1], [2]]],
		[[[]]],
		[[['1']]],
		[[[NaN]]],
		[[null]],
		[[{ embedding: [1] }]],
		[{ length: 1, 0: [1] }],
	])('refuses %j for one text', (embeddings) => {
		expect(thrownBy(() => outputsFor(create, { text: 'a' }, { embeddings }))).toBeInstanceOf(AnswerError);
	});

	it('refuses fewer vectors than texts, so that none goes to another text', () => {
		expect(thrownBy(() => create.items({ embeddings: [[1]] }, inputs('a', 'b'))).message).toContain('2 embeddings');
	});
});
