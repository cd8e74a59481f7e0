import type { INodeParameters } from 'n8n-workflow';
import { countTokens } from '../../../../nodes/shared/operations/text/countTokens';
import { chatParameters, LLAMA } from '../../../support/chat';
import { withOptions } from '../../../support/parameters';
import { testOperation } from '../../../support/operation/suite';
import { jsonOf } from '../../../support/results';
import { type World, openWorld } from '../../../support/world';

testOperation(countTokens, {
	model: LLAMA,
	parameters: { text: 'Hello big world!' },
	required: 'text',
	textOf: (index) => `case ${index}.${' [MASK]'.repeat(index % 7)}`,
	tasks: ['text-generation'],
	request: { path: '/v1/tokenize', body: { model: LLAMA, prompt: 'Hello big world!' } },
	answer: { count: 4, max_model_len: 131072, tokens: [1, 2, 3, 4] },
	output: { tokens: 4, contextLength: 131072 },
	names: { parameters: 'text', options: '' },
});

describe('text: countTokens', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld({ binaryMode: 'filesystem' })));
	afterAll(async () => await world.close());
	beforeEach(() => (world.emulator.requests.length = 0));

	const run = async (rest: INodeParameters, options: INodeParameters = {}, model = LLAMA) =>
		await world.engine.run({
			parameters: withOptions(chatParameters('text', 'countTokens', rest, model), options),
			onError: 'continueErrorOutput',
		});

	it('counts tokens for free', async () => {
		const json = jsonOf(await run({ text: 'Hello big world!' }));
		expect(json).toEqual({ tokens: 4, contextLength: 131072 });
	});
});
