/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import type { INodeParameters } from 'n8n-workflow';
import type { Fault } from '../../emulator';
import { modelId, withOptions } from '../../support/parameters';
import { operations } from '../../../nodes/shared/operations';
import { subjectOf } from '../../support/operation/registry';
import { type World, openWorld } from '../../support/world';

let world: World;
beforeAll(async () => {
	world = await openWorld({ batches: { ms: 1 } });
});
afterAll(async () => await world.close());
afterEach(() => void (world.emulator.options.faults = undefined));

const faults: Array<[string, Fault]> = [
	['an error', { kind: 'status', status: 500 }],
	['a gateway that gave up', { kind: 'status', status: 504 }],
	['an answer that breaks off', { kind: 'resetMidBody' }],
	['an empty answer', { kind: 'empty' }],
	['an answer that says something else', { kind: 'wrongShape', shape: 'missingFields' }],
	['no answer', { kind: 'stalledHeaders' }],
];
/** Each takes a second. */
const WAITED_FOR = ['text: countTokens', 'video: get', 'account: getUsage'];

async function errorOf(parameters: INodeParameters, fault: Fault): Promise<string> {
	world.emulator.options.faults = () => fault;
	const result = await world.engine.run({
		parameters: withOptions(parameters, { timeout: 1, maxRetries: 0 }),
		items: [{ json: {} }],
		onError: 'continueErrorOutput',
	});
	return String(result.errorItems[0]?.json.error);
}

const keyOf = ({ resource, value }: { resource: string; value: string }) => `${resource}: ${value}`;
// A voice is made of files, which the item would need; results of a batch have no example.
const free = operations.filter(
	({ isFree, resource, value }) => isFree && value !== 'getResults' && resource !== 'voice',
);

const looks: Array<[string, () => INodeParameters]> = [
	...[...free.map(keyOf), 'voice: getAll', 'voice: delete', 'video: get'].map(
		(key): [string, () => INodeParameters] => [key, () => subjectOf(key).parameters()],
	),
	['batch: getResults', () => ({ resource: 'batch', operation: 'getResults', batchId: 'batch_1' })],
];

describe.each(looks)('%s', (key, parameters) => {
	it.each(WAITED_FOR.includes(key) ? faults : faults.slice(0, -1))(
		'that fails by %s is not said to be billed',
		async (fault, kind) => {
			const error = await errorOf(parameters(), kind);
			// An answer that says something else may be an empty list.
			if (fault !== 'an answer that says something else') expect(error).toMatch(/DeepInfra|127\.0\.0\.1/);
			expect(error).not.toMatch(/bill/);
		},
	);
});

const batch = {
	resource: 'batch',
	operation: 'create',
	batchTask: 'chat',
	model: modelId('meta-llama/Llama-3.3-70B-Instruct-Turbo'),
	messages: { values: [{ role: 'user', content: 'Hello' }] },
};

it.each(faults.slice(0, 4))('the upload of a batch, of which no batch was made, is not: %s', async (_, fault) => {
	const error = await errorOf(batch, fault);
	expect(error).toContain('No batch was made of it.');
	expect(error).not.toMatch(/may have billed/);
});

// A file that is empty or holds something else is read.
it.each(faults.filter(([, { kind }]) => kind !== 'empty' && kind !== 'wrongShape'))(
	'to read the results of a batch is not: %s',
	async (_, fault) => {
		const [made] = (await world.engine.run({ parameters: batch, items: [{ json: {} }] })).items;
		await new Promise((resolve) => setTimeout(resolve, 100));
		world.emulator.options.faults = ({ path }) => (path.endsWith('/content') ? fault : undefined);
		const result = await world.engine.run({
			parameters: {
				resource: 'batch',
				operation: 'getResults',
				batchId: String(made?.json.batchId),
				options: { timeout: 1, maxRetries: 0 },
			},
			onError: 'continueErrorOutput',
		});
		expect(String(result.errorItems[0]?.json.error)).toMatch(/DeepInfra|127\.0\.0\.1/);
		expect(String(result.errorItems[0]?.json.error)).not.toMatch(/may have billed/);
	},
);

it.each(faults.slice(0, 4))('a request to a model may be, and says so: %s', async (_, fault) => {
	expect(await errorOf(subjectOf('text: classify').parameters(), fault)).toMatch(/may have billed this request/);
});
