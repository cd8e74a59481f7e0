import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { omit } from '../../../nodes/shared/core/values';
import { modelId } from '../../support/parameters';
import { answerWith, inferenceRequests } from '../../support/service';
import { type World, openWorld } from '../../support/world';
import { makePng, makeWav } from '../../support/files';
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

/** Parameters without the one that is only in the way of looking at results. */
const ownOf = (operation: Subject, options: INodeParameters = {}) =>
	omit(operation.parameters(options), 'includeOtherFields');

describe('what is looked at whole', () => {
	const ADDRESSES = [
		'https://n8n.example.com/hook\nX-Evil: 1',
		'https://n8n.example.com/a\thook',
		'https://n8n.example.com/two words',
		'https://n8n.example.com/\u0000',
		'https://n8n.example.com\\hook',
		'https:/\u2028/n8n.example.com',
		'https://exa mple.com',
		'https://[::1',
		`https://n8n.example.com/${'x'.repeat(9000)}`,
		'mailto:a@b.c',
	];

	it.each([
		'text: fillMask',
		'embedding: create',
		'image: generate',
		'image: detectObjects',
		'audio: transcribe',
		'text: rerank',
		'audio: synthesize',
	])('a webhook of %s', async (name) => {
		const operation = subjectOf(name);
		answerWith(bench.service, operation.answer);
		const [item] = await operation.items(bench.engine);
		for (const options of [{ webhook: '={{ $json.value }}' }, { extraFields: '={{ { webhook: $json.value } }}' }]) {
			const { errorItems } = await bench.engine.run({
				parameters: ownOf(operation, options),
				items: ADDRESSES.map((value) => ({ ...item, json: { value } })),
				onError: 'continueErrorOutput',
			});
			expect(errorItems.map(({ json }) => String(json.error).slice(0, 34))).toEqual(
				ADDRESSES.map(() => "'Webhook URL' is not a web address"),
			);
		}
		expect(bench.service.requests.filter(({ method }) => method === 'POST')).toEqual([]);
	});

	it.each<[string, INodeParameters, INodeParameters, string]>([
		['image: generate', { outputDataFieldName: '={{ $json.value }}' }, {}, 'Output Data Field Name'],
		['text: classify', {}, { resultField: '={{ $json.value }}' }, 'Put Result in Field'],
		['audio: synthesize', { outputDataFieldName: '={{ $json.value }}' }, {}, 'Output Data Field Name'],
		[
			'video: generate',
			{ waitForResult: true, outputDataFieldName: '={{ $json.value }}' },
			{},
			'Output Data Field Name',
		],
		['image: edit', { outputDataFieldName: '={{ $json.value }}' }, {}, 'Output Data Field Name'],
		['image: detectObjects', {}, { annotatedImage: '={{ $json.value }}' }, 'Annotated Image Field'],
		[
			'text: extract',
			{ attributes: { values: [{ name: '={{ $json.value }}', type: 'string', description: '', required: false }] } },
			{},
			'Name',
		],
	])('a field that would be lost: %s %j %j', async (name, more, options, label) => {
		const operation = subjectOf(name);
		answerWith(bench.service, operation.answer);
		const [item] = await operation.items(bench.engine);
		const names = [' __proto__', 'constructor\n', 'prototype', 'a\u0000b', 'two\nlines', 'x'.repeat(5000)];
		const { errorItems } = await bench.engine.run({
			parameters: { ...ownOf(operation, options), ...more },
			items: names.map((value) => ({ ...item, json: { value } })),
			onError: 'continueErrorOutput',
		});
		expect(
			errorItems.map(({ json }) =>
				String(json.error)
					.replace(/[^]*, which/, 'which')
					.slice(0, 37),
			),
		).toEqual(names.map(() => 'which cannot be the name of a field ['));
		expect(errorItems.map(({ json }) => String(json.error).startsWith(`'${label}' is '`))).toEqual(
			names.map(() => true),
		);
		expect(errorItems.map(({ json }) => String(json.error).length < 300)).toEqual(names.map(() => true));
		expect(bench.service.requests.filter(({ method }) => method === 'POST')).toEqual([]);
	});

	it.each([
		'kéy-0123456789abcdef',
		'key\u2028line',
		'schlüssel',
		'key\u0007',
		'🔑🔑🔑🔑',
		'two keys',
		'a'.repeat(5000),
		'key\r\nHost: x',
	])('a key %.30j, which a header cannot hold, is refused without being shown', async (apiKey) => {
		for (const name of ['text: classify', 'chat: complete', 'model: getAll']) {
			const operation = subjectOf(name);
			answerWith(bench.service, operation.answer);
			const result = await bench.engine.run({ parameters: ownOf(operation), credentials: { apiKey } });
			expect(result.error?.message).toMatch(/^The API key in the DeepInfra credential is not a key: it /);
			expect(result.error?.description).toMatch(/paste the key from/);
			expect(JSON.stringify(result)).not.toContain(JSON.stringify(apiKey).slice(1, -1));
			expect(bench.service.requests).toEqual([]);
		}
	});

	it.each([
		['long', 'R'.repeat(1_000_000)],
		['in lines', 'R1\r\nR2\u0000\u2028R3'],
		['of blanks', `R1${' '.repeat(500_000)}R2`],
	])('a request ID that is %s is cut', async (_, request_id) => {
		for (const name of ['text: classify', 'image: detectObjects', 'text: rerank']) {
			const operation = subjectOf(name);
			for (const body of [
				{ detail: { error: 'no' }, request_id },
				{ ...operation.answerWith({}), request_id },
			]) {
				const status = 'detail' in body ? 422 : 200;
				bench.service.reply = ({ method }) => ({
					status: method === 'POST' ? status : 404,
					body: JSON.stringify(body),
				});
				const result = await bench.engine.run({
					parameters: ownOf(operation),
					items: await operation.items(bench.engine),
					onError: status === 422 ? 'stopWorkflow' : 'continueErrorOutput',
				});
				const shown =
					/Request ID: (.*)\.$/s.exec(result.error?.description ?? '')?.[1] ??
					Object(result.items[0]?.json.usage).requestId;
				expect(shown).toMatch(/^R[^\p{Cc}]{0,99}…?$/u);
				expect(JSON.stringify(result).length).toBeLessThan(5000);
			}
		}
	});
});

describe('files', () => {
	const sound = makeWav(0.1);
	it.each<[string, Buffer, string, string]>([
		['image: classify', sound, 'audio/wav', 'is no picture, but audio/wav'],
		['image: classifyZeroShot', sound, 'image/png', 'is no picture, but audio/wav'],
		['image: detectObjects', Buffer.from('%PDF-1.7\n'), 'image/png', 'is no picture, but application/pdf'],
		['audio: transcribe', makePng(9, 9), 'audio/mpeg', 'is no recording, but image/png'],
		['audio: transcribe', Buffer.from('%PDF-1.7\n'), 'audio/mpeg', 'is no recording, but application/pdf'],
	])('%s sends no other medium', async (name, bytes, mimeType, words) => {
		const operation = subjectOf(name);
		const data = await bench.engine.binary(bytes, 'file', mimeType);
		answerWith(bench.service, operation.answer);
		const items = [{ json: {}, binary: { data } }];
		const { error } = await bench.engine.run({ parameters: operation.parameters(), items });
		expect(`${error?.message} ${error?.description}`).toContain(words);
		expect(inferenceRequests(bench.service)).toEqual([]);
	});

	it('of a kind that nobody knows are for the model to judge, and a film has sound', async () => {
		const film = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1');
		for (const [name, bytes, mimeType] of [
			['audio: transcribe', film, 'video/mp4'],
			['audio: transcribe', Buffer.from('.RMF\0\0'), 'application/vnd.rn-realmedia'],
			['image: classify', Buffer.from('P6 \xff', 'latin1'), 'application/octet-stream'],
		] as const) {
			const operation = subjectOf(name);
			answerWith(bench.service, operation.answer);
			const data = await bench.engine.binary(bytes, 'file', mimeType);
			await bench.engine.run({ parameters: operation.parameters(), items: [{ json: {}, binary: { data } }] });
			expect(inferenceRequests(bench.service)).toHaveLength(1);
		}
	});
});

describe('what was judged is what is sent', () => {
	it('in a form: values are sent as the model takes them, not as they were typed', async () => {
		const operation = subjectOf('audio: transcribe');
		const extra = [
			{ task: ' translate ' },
			{ language: 'de\n' },
			{ chunk_length_s: ' 12 ' },
			{ temperature: '0x1' },
			{ chunk_level: '\tword' },
		];
		bench.emulator.requests.length = 0;
		const [item] = await operation.items(bench.engine);
		const { items, errorItems } = await bench.engine.run({
			parameters: ownOf(operation, { extraFields: '={{ $json.extra }}', maxConcurrency: 1 }),
			credentials: { baseUrl: bench.emulator.url },
			items: extra.map((each) => ({ ...item, json: { extra: each } })),
			onError: 'continueErrorOutput',
		});
		const sent = bench
			.inference()
			.map(({ form = [] }) => form.filter(({ filename }) => !filename).map(({ name, value }) => [name, value]));
		expect(errorItems.map(({ json }) => json.error)).toEqual([]);
		expect(items).toHaveLength(extra.length);
		expect(sent).toEqual([
			[['task', 'translate']],
			[['language', 'de']],
			[['chunk_length_s', '12']],
			[['temperature', '1']],
			[['chunk_level', 'word']],
		]);
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
