import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { modelId } from '../../support/parameters';
import { answerWith, inferenceRequests } from '../../support/service';
import { type World, openWorld } from '../../support/world';
import { makePng } from '../../support/files';
import type { Subject } from '../../support/operation/example';
import { subjectOf } from '../../support/operation/registry';

let bench: World;
let image: INodeExecutionData;

beforeAll(async () => {
	bench = await openWorld({ asks: 'service' });
	image = { json: {}, binary: { data: await bench.engine.binary(makePng(9, 9), 'photo.png', 'image/png') } };
});
afterAll(async () => await bench.close());

/** Runs one bad item and expects a refusal that names the item and says what to do, with no request at all. */
async function expectRefused(operation: Subject, parameters: INodeParameters, bad: INodeExecutionData) {
	answerWith(bench.service, operation.answer);
	const result = await bench.engine.run({ parameters, items: [bad] });
	expect(result.status).toBe('error');
	expect(bench.service.requests).toEqual([]);
	expect(result.error).toMatchObject({ name: 'NodeOperationError', itemIndex: 0 });
	expect(result.error?.message).toMatch(/\bitem 0\b/i);
	expect(result.error?.description).toBeTruthy();
	expect(`${result.error?.message} ${result.error?.description}`).not.toMatch(/undefined|TypeError|Cannot read/);
	return result.error;
}

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
		for (const operation of [
			subjectOf('text: classify'),
			subjectOf('text: fillMask'),
			subjectOf('image: detectObjects'),
		]) {
			const parameters = { ...operation.parameters(), model: { ...modelId('x'), value: '={{ $json.model }}' } };
			await expectRefused(operation, parameters, { ...image, json: { model: name } });
		}
	});
});

describe('other fields', () => {
	it.each(['hook', 'ftp://example.com', 'https://', 'javascript:alert(1)'])(
		'a webhook %j is refused',
		async (webhook) => {
			const operation = subjectOf('text: classify');
			const error = await expectRefused(operation, operation.parameters({ webhook }), { json: {} });
			expect(error?.message).toMatch(/webhook/i);
		},
	);

	it.each([
		[{ timeout: 0 }, 'Timeout'],
		[{ timeout: 'soon' }, 'Timeout'],
		[{ maxConcurrency: 0 }, 'Max Concurrency'],
		[{ maxRetries: -1 }, 'Max Retries'],
	])('options that make no sense are refused by their name on the screen: %j', async (options, name) => {
		const operation = subjectOf('text: classify');
		const error = await expectRefused(operation, operation.parameters(options), { json: {} });
		expect(error?.message).toContain(name);
	});
});

describe('among good items', () => {
	const operation = subjectOf('text: classify');
	const parameters = { ...operation.parameters(), text: '={{ $json.text }}' };
	const items = ['one', 'two', '', 'four'].map((text) => ({ json: { text } }));

	it('names the item', async () => {
		answerWith(bench.service, operation.answer);
		const result = await bench.engine.run({ parameters, items });
		expect(result.error).toMatchObject({ itemIndex: 2, message: expect.stringMatching(/\bitem 2\b/i) });
	});

	it('fails alone with the error output', async () => {
		answerWith(bench.service, operation.answer);
		const result = await bench.engine.run({ parameters, items, onError: 'continueErrorOutput' });
		expect(result.status).toBe('success');
		expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 3 }]);
		expect(result.errorItems).toMatchObject([{ pairedItem: { item: 2 }, json: { error: expect.any(String) } }]);
		expect(inferenceRequests(bench.service)).toHaveLength(3);
	});
});
