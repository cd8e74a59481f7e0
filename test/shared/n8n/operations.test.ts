import type { INodeExecutionData } from 'n8n-workflow';
import { withOptions } from '../../support/parameters';
import { expectNoMedia, itemsOf, onlyItem, stored } from '../../support/results';
import {
	answerWith,
	envelope,
	inferenceRequests,
	jsonReply,
	replyWith,
	sentJson,
	usageFor,
} from '../../support/service';
import { type World, openWorld } from '../../support/world';
import { answerOf, operationCases, type OperationCase } from '../../support/cases';
import { makePng, makeWav } from '../../support/files';
import { sentForm } from '../../support/multipart';

const files = {
	image: { bytes: makePng(20, 10), fileName: 'photo.png', mimeType: 'image/png' },
	audio: { bytes: makeWav(0.2), fileName: 'speech.wav', mimeType: 'audio/wav' },
};

let bench: World;
beforeAll(async () => (bench = await openWorld({ binaryMode: 'default', asks: 'service' })));
afterAll(async () => await bench.close());

async function itemFor({ media }: OperationCase): Promise<INodeExecutionData> {
	if (media === undefined) return { json: {} };
	const { bytes, fileName, mimeType } = files[media];
	return { json: {}, binary: { data: await bench.engine.binary(bytes, fileName, mimeType) } };
}

const cases = operationCases.map((operation) => [operation.name, operation] as const);
const jsonCases = cases.filter(([, { output }]) => output !== undefined);

describe.each(cases)('%s', (_name, operation) => {
	const { model, parameters, media } = operation;

	it('asks the native route of its model once, as JSON or as a form', async () => {
		answerWith(bench.service, answerOf(operation));
		onlyItem(await bench.engine.run({ parameters, items: [await itemFor(operation)] }));
		const requests = inferenceRequests(bench.service);
		expect(requests).toHaveLength(1);
		expect(requests[0]).toMatchObject({ method: 'POST', path: `/v1/inference/${model}`, query: {} });
		expect(requests[0]?.headers.authorization).toBe('Bearer emulator-key');
		if (media === undefined) sentJson(requests[0]);
		else expect(Object.keys(sentForm(requests[0]).files)).toEqual([media]);
	});

	it('accepts a model chosen from the list and a version of it', async () => {
		answerWith(bench.service, answerOf(operation));
		const chosen = { ...parameters, model: { __rl: true, mode: 'list', value: model } };
		const items = [await itemFor(operation)];
		onlyItem(await bench.engine.run({ parameters: withOptions(chosen, { modelVersion: '0ObxGWB8' }), items }));
		expect(inferenceRequests(bench.service)).toMatchObject([
			{ path: `/v1/inference/${model}`, query: { version: '0ObxGWB8' } },
		]);
	});

	it('hands a webhook over and does not wait for a result', async () => {
		const url = 'https://n8n.example.com/webhook/result?token=a%20b';
		answerWith(bench.service, { request_id: 'Rqueued', inference_status: { status: 'queued' } });
		const items = [await itemFor(operation)];
		const item = onlyItem(await bench.engine.run({ parameters: withOptions(parameters, { webhook: url }), items }));
		const [request] = inferenceRequests(bench.service);
		expect((media === undefined ? sentJson(request) : sentForm(request).texts).webhook).toBe(url);
		expect(stored(item.json)).toEqual({ status: 'queued', requestId: 'Rqueued' });
		expect(item).toMatchObject({ pairedItem: { item: 0 } });
		expect(item.binary).toBeUndefined();
	});

	it('pairs every item and keeps the order', async () => {
		answerWith(bench.service, answerOf(operation));
		if (operation.name === 'embedding: create') {
			replyWith(bench.service, (request) => {
				const { inputs } = sentJson(request);
				return jsonReply({ embeddings: Array.isArray(inputs) ? inputs.map(() => [1, 2]) : [], ...envelope });
			});
		}
		const items = [await itemFor(operation), await itemFor(operation), await itemFor(operation)];
		const output = itemsOf(await bench.engine.run({ parameters, items }));
		expect(output.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		output.forEach(({ json }) => expectNoMedia(json));
	});

	it('reports only what the answer knows of its use', async () => {
		const counts = ['input_tokens', 'num_input_tokens', 'num_tokens'];
		const answer = Object.fromEntries(Object.entries(operation.result).filter(([key]) => !counts.includes(key)));
		answerWith(bench.service, { ...answer, request_id: null, inference_status: null });
		const item = onlyItem(await bench.engine.run({ parameters, items: [await itemFor(operation)] }));
		expect(stored(item.json).usage).toEqual({ model, attempts: 1 });
	});
});

describe.each(jsonCases)('%s', (_name, operation) => {
	const { model, parameters, output } = operation;

	it('gives the simplified output with its usage', async () => {
		answerWith(bench.service, answerOf(operation));
		const item = onlyItem(await bench.engine.run({ parameters, items: [await itemFor(operation)] }));
		expect(stored(item.json)).toEqual({ ...output, usage: usageFor(model) });
		expect(item.binary).toBeUndefined();
	});

	it("gives the API's own answer when simplify is off", async () => {
		const answer = { ...answerOf(operation), a_field_of_tomorrow: { kept: true } };
		answerWith(bench.service, answer);
		const items = [await itemFor(operation)];
		const item = onlyItem(await bench.engine.run({ parameters: { ...parameters, simplify: false }, items }));
		expect(item.json).toEqual(answer);
		expect(item).toMatchObject({ pairedItem: { item: 0 } });
	});

	it('reads a cost that comes as text', async () => {
		const answer = answerOf(operation);
		answerWith(bench.service, { ...answer, inference_status: { ...envelope.inference_status, cost: '0.000114' } });
		const item = onlyItem(await bench.engine.run({ parameters, items: [await itemFor(operation)] }));
		expect(stored(item.json).usage).toEqual(usageFor(model));
	});
});
