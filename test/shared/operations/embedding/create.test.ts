import type { IDataObject } from 'n8n-workflow';
import { AnswerError, InputError } from '../../../../nodes/shared/core/problem';
import type { Dict } from '../../../../nodes/shared/core/operation';
import { inputFor, operationOf, outputsFor, partsFor, requestFor, outputsOf } from '../../../support/operations';
import { thrownBy } from '../../../support/work';
import { withOptions } from '../../../support/parameters';
import { itemsOf, onlyItem, stored } from '../../../support/results';
import { answerWith, inferenceRequests, replyWith, envelope, jsonReply, sentJson } from '../../../support/service';
import { openWorld, type World } from '../../../support/world';
import { createEmbedding } from '../../../../nodes/shared/operations/embedding/create';
import { testOperation } from '../../../support/operation/suite';

const subject = testOperation(createEmbedding, {
	model: 'BAAI/bge-large-en-v1.5',
	tasks: ['embeddings'],
	parameters: { text: 'What is the capital of France?' },
	required: 'text',
	request: {
		body: { inputs: ['What is the capital of France?'] },
		// 30 characters are 8 tokens at 1e-8
		estimate: 0.00000008,
	},
	answer: { embeddings: [[0.25, -0.5, 1]], input_tokens: 11 },
	// a vector for each text that shares the request
	replyTo: (request) => {
		const { inputs } = sentJson(request);
		const texts = Array.isArray(inputs) ? inputs : [];
		return jsonReply({ embeddings: texts.map(() => [0.25, -0.5, 1]), input_tokens: 11, ...envelope });
	},
	output: { embedding: [0.25, -0.5, 1], dimensions: 3 },
	apart: { dimensions: '={{ 32 + $itemIndex }}' },
	names: { parameters: 'text', options: 'normalize dimensions inputType' },
	values: {
		inputType: { of: ['none', 'passage', 'query'], preset: 'none' },
	},
});

const create = operationOf('embedding', 'create');
const inputs = (...texts: unknown[]): [Dict, ...Dict[]] => {
	const [first = {}, ...others] = texts.map((text) => inputFor(create, { text }));
	return [first, ...others];
};

describe('its request and its items', () => {
	it('sends all texts of a batch in their order, with the options', () => {
		const options = { normalize: false, dimensions: 64 };
		const batch: [Dict, ...Dict[]] = [
			inputFor(create, { text: 'a', options }),
			inputFor(create, { text: '好 🤖', options }),
		];
		expect(create.request(batch, {}).json).toEqual({
			inputs: ['a', '好 🤖'],
			normalize: false,
			dimensions: 64,
		});
	});

	it('splits an array into its texts and puts the vectors together again', () => {
		const input = inputFor(create, { text: ['a', 5, 'c'] });
		const split = partsFor(create, input);
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
		expect(outputsOf(create, answer, inputs('a', 'b'))).toEqual([
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
		expect(thrownBy(() => outputsOf(create, { embeddings: [[1]] }, inputs('a', 'b'))).message).toContain(
			'2 embeddings',
		);
	});
});

describe('in the engine', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld({ binaryMode: 'default', asks: 'service' })));
	afterAll(async () => await world.close());

	/** The body of the only inference request. */
	function sentBody(): IDataObject {
		const requests = inferenceRequests(world.service);
		expect(requests).toHaveLength(1);
		return sentJson(requests[0]);
	}
	describe('texts and lists of texts', () => {
		/** Vectors that tell from which text they were made. */
		function embedTexts() {
			replyWith(world.service, (request) => {
				const { inputs } = sentJson(request);
				const texts = Array.isArray(inputs) ? inputs.map(String) : [];
				const embeddings = texts.map((text) => [text.length, text.charCodeAt(0), 0.5]);
				return jsonReply({ embeddings, input_tokens: texts.length * 2, ...envelope });
			});
		}

		const vector = (text: string) => [text.length, text.charCodeAt(0), 0.5];

		it('embeds one text with its options', async () => {
			embedTexts();
			const parameters = withOptions(subject.parameters(), { normalize: false, dimensions: 64 });
			const { json } = onlyItem(await world.engine.run({ parameters }));
			expect(json).toMatchObject({ embedding: vector('What is the capital of France?'), dimensions: 3 });
			expect(json.embeddings).toBeUndefined();
			expect(sentBody()).toEqual({
				inputs: ['What is the capital of France?'],
				normalize: false,
				dimensions: 64,
			});
		});

		it('embeds an array of texts, in its order, equal ones included', async () => {
			embedTexts();
			const texts = ['alpha', 'be', 'alpha', 'gamma ray'];
			const parameters = { ...subject.parameters(), text: '={{ $json.texts }}' };
			const { json } = onlyItem(await world.engine.run({ parameters, items: [{ json: { texts } }] }));
			expect(json).toMatchObject({ embeddings: texts.map(vector), dimensions: 3, usage: { model: subject.model } });
			expect(json.embedding).toBeUndefined();
		});

		it('gives each of many items its own vector', async () => {
			embedTexts();
			const texts = Array.from({ length: 30 }, (_, index) => String.fromCharCode(97 + (index % 26)).repeat(index + 1));
			const parameters = { ...subject.parameters(), text: '={{ $json.text }}' };
			const items = itemsOf(await world.engine.run({ parameters, items: texts.map((text) => ({ json: { text } })) }));
			expect(items.map(({ json }) => json.embedding)).toEqual(texts.map(vector));
			expect(items.map(({ pairedItem }) => pairedItem)).toEqual(texts.map((_, item) => ({ item })));
		});

		it('mixes texts and arrays, and keeps models and options apart', async () => {
			embedTexts();
			const parameters = {
				...subject.parameters(),
				model: { __rl: true, mode: 'id', value: '={{ $json.model }}' },
				text: '={{ $json.text }}',
			};
			const items = itemsOf(
				await world.engine.run({
					parameters,
					items: [
						{ json: { model: 'a/one', text: 'alpha' } },
						{ json: { model: 'b/two', text: ['beta', 'gamma'] } },
						{ json: { model: 'a/one', text: 'delta' } },
					],
				}),
			);
			expect(items.map(({ json }) => json.embedding ?? json.embeddings)).toEqual([
				vector('alpha'),
				[vector('beta'), vector('gamma')],
				vector('delta'),
			]);
			for (const { path, body } of inferenceRequests(world.service)) {
				const own = path === '/v1/inference/a/one' ? ['alpha', 'delta'] : ['beta', 'gamma'];
				expect(JSON.parse(body.toString()).inputs.every((text: string) => own.includes(text))).toBe(true);
			}
		});

		it('returns the API answer for an array when simplify is off', async () => {
			embedTexts();
			const parameters = { ...subject.parameters(), text: "={{ ['x', 'yy'] }}", simplify: false };
			const { json } = onlyItem(await world.engine.run({ parameters }));
			expect(stored(json)).toEqual({ embeddings: [vector('x'), vector('yy')], input_tokens: 4, ...envelope });
		});
	});

	it('gives every text of a batch its item when a webhook gets the result', async () => {
		answerWith(world.service, { request_id: 'R1', inference_status: { status: 'queued' } });
		const parameters = {
			...subject.parameters({ webhook: 'https://n8n.example.com/hook' }),
			text: '={{ $json.text }}',
		};
		const items = itemsOf(
			await world.engine.run({ parameters, items: [{ json: { text: 'a' } }, { json: { text: ['b', 'c'] } }] }),
		);
		expect(items.map(({ json, pairedItem }) => [json.status, pairedItem])).toEqual([
			['queued', { item: 0 }],
			['queued', { item: 1 }],
		]);
	});

	it('an empty list of texts, or an empty text in it, is refused', async () => {
		answerWith(world.service, subject.answer);
		for (const text of ['={{ [] }}', "={{ ['a', ''] }}"]) {
			const { error } = await world.engine.run({ parameters: { ...subject.parameters(), text } });
			expect(error).toMatchObject({ name: 'NodeOperationError', itemIndex: 0 });
			expect(error?.message).toMatch(/\bitem 0\b/i);
			expect(error?.description).toBeTruthy();
			expect(world.service.requests).toEqual([]);
		}
	});
});
