import { checkWebhook } from '../../../nodes/shared/n8n/http/address';
import { modelId, withOptions } from '../../support/parameters';
import { onlyItem, stored } from '../../support/results';
import { answerWith, inferenceRequests } from '../../support/service';
import { openWorld, type World } from '../../support/world';
import { subjectOf } from '../../support/operation/registry';

const classify = subjectOf('text: classify');

let world: World;
beforeAll(async () => (world = await openWorld({ binaryMode: 'default', asks: 'service' })));
afterAll(async () => await world.close());

describe('webhooks', () => {
	const parameters = withOptions(classify.parameters(), { webhook: 'https://n8n.example.com/hook' });
	const queued = { request_id: 'R1', inference_status: { status: 'queued' } };

	it('have a shape of their own, simplified or not', async () => {
		answerWith(world.service, queued);
		const { json } = onlyItem(await world.engine.run({ parameters: { ...parameters, simplify: false } }));
		expect(stored(json)).toEqual({ status: 'queued', requestId: 'R1' });
	});

	it('that fail at once are errors, and so is a queued answer that nobody asked for', async () => {
		answerWith(world.service, { ...queued, inference_status: { status: 'failed' } });
		expect(await world.engine.run({ parameters })).toMatchObject({ status: 'error', items: [] });
		answerWith(world.service, queued);
		const result = await world.engine.run({ parameters: classify.parameters() });
		expect(result).toMatchObject({ status: 'error', error: { message: expect.stringContaining('queued') } });
	});

	it.each([
		'http://localhost:5678/webhook/x',
		'https://n8n:5678/webhook/x',
		'http://192.168.1.5/x',
		'http://[fd00::1]/x',
		'https://n8n.local/x',
		'https://0x7f.1/x',
	])('that DeepInfra cannot call are refused before they are paid: %s', (webhook) => {
		for (const request of [
			{ path: '', json: { webhook } },
			{ path: '', form: { webhook } },
		]) {
			expect(() => checkWebhook(request, 'https://api.deepinfra.com')).toThrow(/DeepInfra cannot call it/);
			// A service at home may call its neighbours.
			checkWebhook(request, 'http://127.0.0.1:8000');
		}
	});

	it('that it can call are not', () => {
		for (const webhook of [
			'https://n8n.example.com/webhook/x',
			'https://8.8.8.8/x',
			'https://[2001:db8::1]/',
			undefined,
		])
			checkWebhook({ path: '', json: { webhook } }, 'https://api.deepinfra.com');
	});

	it('are looked at in a run, with the address of its credential', async () => {
		const credentials = { baseUrl: 'https://proxy.example.com' };
		const local = withOptions(classify.parameters(), { webhook: 'http://localhost:5678/webhook/x' });
		const { error } = await world.engine.run({ parameters: local, credentials });
		expect(error?.message).toContain('The webhook leads to localhost');
	});
});

describe('models', () => {
	it.each([
		['bert-base-cased', '/v1/inference/bert-base-cased'],
		['openai/whisper-large-v3', '/v1/inference/openai/whisper-large-v3'],
		['deploy_id:aB3-x_9', '/v1/inference/deploy/aB3-x_9'],
	])('%s goes to %s', async (model, path) => {
		answerWith(world.service, classify.answer);
		const { json } = onlyItem(
			await world.engine.run({ parameters: { ...classify.parameters(), model: modelId(model) } }),
		);
		expect(inferenceRequests(world.service)).toMatchObject([{ path }]);
		expect(json).toHaveProperty('usage.model', model);
	});

	it.each(['/', '//', ''])('a base URL may end with "%s"', async (end) => {
		answerWith(world.service, classify.answer);
		const credentials = { baseUrl: `${world.service.url}${end}` };
		onlyItem(await world.engine.run({ parameters: classify.parameters(), credentials }));
		expect(inferenceRequests(world.service)).toMatchObject([{ path: `/v1/inference/${classify.model}` }]);
	});

	it.each(['key', 'Bearer key', '  key\n', 'bearer key\r\n'])('an API key pasted as %j works', async (apiKey) => {
		answerWith(world.service, classify.answer);
		onlyItem(await world.engine.run({ parameters: classify.parameters(), credentials: { apiKey } }));
		expect(inferenceRequests(world.service)[0]?.headers.authorization).toBe('Bearer key');
	});
});
