import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { modelId, withOptions } from '../../support/parameters';
import { answerWith, inferenceRequests } from '../../support/service';
import { type World, openWorld } from '../../support/world';
import { answerOf, caseOf, operationCases, type OperationCase } from '../../support/cases';
import { makePng } from '../../support/files';

let bench: World;
let image: INodeExecutionData;

beforeAll(async () => {
	bench = await openWorld({ asks: 'service' });
	image = { json: {}, binary: { data: await bench.engine.binary(makePng(9, 9), 'photo.png', 'image/png') } };
});
afterAll(async () => await bench.close());

const cases = operationCases.map((operation) => [operation.name, operation] as const);
const required = cases.filter(([, operation]) => operation.required !== undefined);
const media = cases.filter(([, operation]) => operation.media !== undefined);

/** Runs one bad item and expects a refusal that names the item and says what to do, with no request at all. */
async function expectRefused(operation: OperationCase, parameters: INodeParameters, bad: INodeExecutionData) {
	answerWith(bench.service, answerOf(operation));
	const result = await bench.engine.run({ parameters, items: [bad] });
	expect(result.status).toBe('error');
	expect(bench.service.requests).toEqual([]);
	expect(result.error).toMatchObject({ name: 'NodeOperationError', itemIndex: 0 });
	expect(result.error?.message).toMatch(/\bitem 0\b/i);
	expect(result.error?.description).toBeTruthy();
	expect(`${result.error?.message} ${result.error?.description}`).not.toMatch(/undefined|TypeError|Cannot read/);
	return result.error;
}

describe.each(required)('%s', (_name, operation) => {
	it.each([
		['empty', ''],
		['only blanks', ' \n\t '],
		['null', null],
		['missing', undefined],
	])('refuses input that is %s', async (_what, value) => {
		const name = operation.required ?? '';
		const parameters = { ...operation.parameters, [name]: '={{ $json.value }}' };
		await expectRefused(operation, parameters, { ...image, json: { value } });
	});

	it('is stopped by n8n itself when the field on the screen is empty', async () => {
		answerWith(bench.service, answerOf(operation));
		const parameters = { ...operation.parameters, [operation.required ?? '']: '' };
		const result = await bench.engine.run({ parameters, items: [image] });
		expect(result.error?.name).toBe('WorkflowHasIssuesError');
		expect(bench.service.requests).toEqual([]);
	});
});

describe.each(media)('%s', (_name, operation) => {
	it('refuses an item without the file', async () => {
		const parameters = { ...operation.parameters, inputDataFieldName: 'photo' };
		const error = await expectRefused(operation, parameters, image);
		expect(`${error?.message} ${error?.description}`).toContain('photo');
	});

	it('refuses an item without any file', async () => {
		await expectRefused(operation, operation.parameters, { json: {} });
	});

	it('refuses an empty file', async () => {
		const data = await bench.engine.binary(Buffer.alloc(0), 'empty.png', 'image/png');
		const error = await expectRefused(operation, operation.parameters, { json: {}, binary: { data } });
		expect(error?.message).toMatch(/empty/i);
	});

	it('refuses a missing path when binaries are kept in json', async () => {
		answerWith(bench.service, answerOf(operation));
		const parameters = { ...operation.parameters, inputDataFieldName: '_files.photo' };
		const settings = { binaryMode: 'combined' as const };
		const result = await bench.engine.run({ parameters, items: [image], settings });
		expect(result.error).toMatchObject({ itemIndex: 0, message: expect.stringMatching(/item 0\b/) });
		expect(bench.service.requests).toEqual([]);
	});
});

describe('model names', () => {
	it.each([
		'../me',
		'a/../../me',
		'..',
		'a/..',
		'./a',
		'owner/model?version=1',
		'owner/model#x',
		'owner/two words',
		' ',
		'/v1/me',
		'owner//model',
		'owner\\..\\model',
		'owner/%2e%2e/me',
		'https://example.com/x',
		'//example.com/x',
		'deploy_id:../me',
		'deploy_id:',
		'owner/\u0000',
	])('%j is refused', async (name) => {
		for (const operation of [caseOf('text: classify'), caseOf('text: fillMask'), caseOf('image: detectObjects')]) {
			const parameters = { ...operation.parameters, model: { ...modelId('x'), value: '={{ $json.model }}' } };
			await expectRefused(operation, parameters, { ...image, json: { model: name } });
		}
	});
});

describe('other fields', () => {
	it.each(['hook', 'ftp://example.com', 'https://', 'javascript:alert(1)'])(
		'a webhook %j is refused',
		async (webhook) => {
			const operation = caseOf('text: classify');
			const error = await expectRefused(operation, withOptions(operation.parameters, { webhook }), { json: {} });
			expect(error?.message).toMatch(/webhook/i);
		},
	);

	it.each([
		[{ timeout: 0 }, 'Timeout'],
		[{ timeout: 'soon' }, 'Timeout'],
		[{ maxConcurrency: 0 }, 'Max Concurrency'],
		[{ maxRetries: -1 }, 'Max Retries'],
	])('options that make no sense are refused by their name on the screen: %j', async (options, name) => {
		const operation = caseOf('text: classify');
		const error = await expectRefused(operation, withOptions(operation.parameters, options), { json: {} });
		expect(error?.message).toContain(name);
	});

	it('labels that are all blank are none', async () => {
		const operation = caseOf('image: classifyZeroShot');
		for (const candidateLabels of [' , ,, ', '={{ [] }}', "={{ ['', ' '] }}"]) {
			await expectRefused(operation, { ...operation.parameters, candidateLabels }, image);
		}
	});

	it('an empty list of texts, or an empty text in it, is refused', async () => {
		const operation = caseOf('embedding: create');
		for (const text of ['={{ [] }}', "={{ ['a', ''] }}"]) {
			await expectRefused(operation, { ...operation.parameters, text }, { json: {} });
		}
	});

	it('a text without [MASK] is refused', async () => {
		const operation = caseOf('text: fillMask');
		answerWith(bench.service, answerOf(operation));
		const parameters = { ...operation.parameters, text: 'no gap here' };
		const result = await bench.engine.run({ parameters });
		expect(result.error?.message).toMatch(/gap|\[MASK\]/);
		expect(result.error).toMatchObject({ itemIndex: 0 });
		expect(inferenceRequests(bench.service)).toEqual([]);
	});
});

describe('among good items', () => {
	const operation = caseOf('text: classify');
	const parameters = { ...operation.parameters, text: '={{ $json.text }}' };
	const items = ['one', 'two', '', 'four'].map((text) => ({ json: { text } }));

	it('names the item', async () => {
		answerWith(bench.service, answerOf(operation));
		const result = await bench.engine.run({ parameters, items });
		expect(result.error).toMatchObject({ itemIndex: 2, message: expect.stringMatching(/\bitem 2\b/i) });
	});

	it('fails alone with the error output', async () => {
		answerWith(bench.service, answerOf(operation));
		const result = await bench.engine.run({ parameters, items, onError: 'continueErrorOutput' });
		expect(result.status).toBe('success');
		expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 3 }]);
		expect(result.errorItems).toMatchObject([{ pairedItem: { item: 2 }, json: { error: expect.any(String) } }]);
		expect(inferenceRequests(bench.service)).toHaveLength(3);
	});
});
