import type { IDataObject } from 'n8n-workflow';
import { MODELS } from '../../../emulator';
import { asked } from '../../../support/parameters';
import { jsonOf } from '../../../support/results';
import { type World, openWorld } from '../../../support/world';

import { getModel } from '../../../../nodes/shared/operations/model/get';
import { testOperation } from '../../../support/operation/suite';

testOperation(getModel, {
	model: 'openai/whisper-large-v3',
	request: { method: 'GET', path: '/models/openai/whisper-large-v3' },
	answer: { model_name: 'openai/whisper-large-v3', type: 'automatic-speech-recognition', version: 'v1' },
	names: { parameters: '', options: '' },
});

describe('in the emulator', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld()));
	afterAll(async () => await world.close());
	beforeEach(() => void (world.emulator.requests.length = 0));

	const get = async (model: string): Promise<IDataObject> =>
		jsonOf(await world.engine.run({ parameters: asked('model', 'get', model) }));

	describe('one model', () => {
		it('gives one model with its schema and an example', async () => {
			const json = await get('openai/whisper-large-v3');
			const model = MODELS.find(({ name }) => name === 'openai/whisper-large-v3');
			expect(json).toMatchObject({
				name: 'openai/whisper-large-v3',
				task: 'automatic-speech-recognition',
				isDeprecated: false,
				pricing: { rates: [{ usd: 0.00045, per: 'minute of input' }] },
				version: expect.stringMatching(/^[0-9a-f]{40}$/),
				exampleRequest: expect.stringMatching(/^curl -X POST .*\/v1\/inference\/openai\/whisper-large-v3/),
			});
			expect(json.inputSchema).toEqual(model?.schema);
			expect(json.outputSchema).toEqual(model?.schemaOut);
			expect(JSON.parse(String(json.exampleOutput))).toMatchObject({ text: 'Hello', language: 'en' });
		});

		it.each([
			'emulator/everything',
			'emulator/malformed-schema',
			'emulator/huge-schema',
			'emulator/unpriced-13b',
			'emulator/barter-13b',
			'emulator/waking-70b',
			'emulator/retired-gpt',
			'emulator-user/support-llama',
			'civitai/watercolour-lora',
		])('gives %s, whatever it is like', async (model) => {
			expect((await get(model)).name).toBe(model);
		});

		it('gives each item its own model', async () => {
			const parameters = asked('model', 'get', '={{ $json.model }}');
			const items = [
				{ json: { model: 'bert-base-cased' } },
				{ json: { model: 'no/such' } },
				{ json: { model: 'roberta-base' } },
			];
			const result = await world.engine.run({ parameters, items, onError: 'continueErrorOutput' });
			expect(result.items.map(({ json, pairedItem }) => [json.name, pairedItem])).toEqual([
				['bert-base-cased', { item: 0 }],
				['roberta-base', { item: 2 }],
			]);
			expect(result.errorItems.map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual([
				[
					expect.stringMatching(/^DeepInfra has no model 'no\/such': Model not found \[item 1\]\. Choose /),
					{ item: 1 },
				],
			]);
		});

		it('a name with a typing error is told the right one', async () => {
			const { error } = await world.engine.run({ parameters: asked('model', 'get', 'openai/wisper-large-v3') });
			expect(error?.description).toContain('openai/whisper-large-v3');
		});

		it('a certain version', async () => {
			const parameters = asked('model', 'get', 'bert-base-cased', { options: { modelVersion: 'abc' } });
			expect(jsonOf(await world.engine.run({ parameters })).version).toBe('abc');
			expect(world.emulator.requests).toMatchObject([{ path: '/models/bert-base-cased', query: { version: 'abc' } }]);
		});

		it('a deployment has no page of its own: that is said, with its name', async () => {
			const { error } = await world.engine.run({ parameters: asked('model', 'get', 'deploy_id:dep1A2b3C4d5E6f7') });
			expect(error).toMatchObject({
				message: "DeepInfra has no model 'deploy_id:dep1A2b3C4d5E6f7': Model not found [item 0]",
				itemIndex: 0,
			});
		});
	});
});
