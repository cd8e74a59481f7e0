import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { makePng, makeWav } from '../../support/files';
import { jsonOf } from '../../support/results';
import { openWorld, type World } from '../../support/world';

/** Items whose requests are equal, though what they want of the answer is not. */
describe('an answer that equal requests share', () => {
	let world: World;
	beforeAll(async () => {
		world = await openWorld();
	});
	afterAll(async () => await world.close());
	beforeEach(() => (world.emulator.requests.length = 0));

	const asked = () =>
		world.emulator.requests.filter(({ method, path }) => method === 'POST' && path.startsWith('/v1/')).length;
	const withoutUsage = ({ json }: INodeExecutionData) => ({ ...json, usage: undefined });

	/** Side by side they cost one request, and each gets what it gets alone. */
	async function expectOwnOutputs(parameters: INodeParameters, items: readonly INodeExecutionData[]) {
		const alone: unknown[] = [];
		for (const item of items) {
			const result = await world.engine.run({ parameters, items: [item] });
			expect(result.error).toBeUndefined();
			alone.push(result.items.map(withoutUsage));
		}
		world.emulator.requests.length = 0;
		const result = await world.engine.run({ parameters, items: [...items] });
		expect(result.error).toBeUndefined();
		expect(asked()).toBe(1);
		const together = items.map((_, at) =>
			result.items
				.filter(({ pairedItem }) => JSON.stringify(pairedItem) === JSON.stringify({ item: at }))
				.map(withoutUsage),
		);
		expect(together).toEqual(alone);
		// Else nothing is proven.
		expect(new Set(alone.map((each) => JSON.stringify(each))).size).toBe(items.length);
	}

	const rows = (...all: INodeExecutionData['json'][]) => all.map((json) => ({ json }));

	it('keeps the blanks around each translated text', async () => {
		const parameters = {
			resource: 'text',
			operation: 'translate',
			text: '={{ $json.text }}',
			targetLanguage: 'French',
		};
		await expectOwnOutputs(
			{ ...parameters, includeOtherFields: false },
			rows({ text: 'Hello' }, { text: '  Hello\n\n' }),
		);
	});

	it.each([
		['text: classify', { resource: 'text', operation: 'classify', text: 'Shares rose' }],
		[
			'text: classifyZeroShot',
			{ resource: 'text', operation: 'classifyZeroShot', text: 'Shares rose', candidateLabels: 'money, sport' },
		],
	])('holds to the minimum score of each item: %s', async (_, given) => {
		const parameters = { ...given, includeOtherFields: false, options: { minScore: '={{ $json.least }}' } };
		await expectOwnOutputs(parameters, rows({ least: 0 }, { least: 1 }));
	});

	it.each([
		[true, false],
		[false, true],
	])('is simplified for the items that want that: %s, then %s', async (...simple) => {
		const parameters = {
			resource: 'text',
			operation: 'classify',
			text: 'Shares rose',
			simplify: '={{ $json.simple }}',
		};
		const items = rows(...simple.map((each) => ({ simple: each })));
		const result = await world.engine.run({ parameters: { ...parameters, includeOtherFields: false }, items });
		expect(asked()).toBe(1);
		expect(result.items.map(({ json }) => 'label' in json)).toEqual(simple);
	});

	it('is split and written as each item asks: a recording', async () => {
		const recording = await world.engine.binary(makeWav(4), 'memo.wav', 'audio/wav');
		const parameters = {
			resource: 'audio',
			operation: 'transcribe',
			includeOtherFields: false,
			options: { splitInto: '={{ $json.into }}' },
		};
		const items = rows({ into: 'none' }, { into: 'segments' }).map((item) => ({
			...item,
			binary: { data: recording },
		}));
		await expectOwnOutputs(parameters, items);
	});

	it('is filtered as each item asks: a photo', async () => {
		const photo = await world.engine.binary(makePng(64, 48, 3), 'photo.png', 'image/png');
		const parameters = {
			resource: 'image',
			operation: 'detectObjects',
			includeOtherFields: false,
			options: { minScore: '={{ $json.least }}' },
		};
		const items = rows({ least: 0 }, { least: 1 }).map((item) => ({ ...item, binary: { data: photo } }));
		await expectOwnOutputs(parameters, items);
	});

	it('tells of each item which model was asked instead', async () => {
		const parameters = {
			resource: 'text',
			operation: 'classify',
			model: { __rl: true, mode: 'id', value: 'emulator/gone' },
			text: 'Shares rose',
			options: { fallbackModels: 'ProsusAI/finbert', minScore: '={{ $json.least }}' },
		};
		const result = await world.engine.run({ parameters, items: rows({ least: 0 }, { least: 1 }) });
		expect(result.items.map(({ json }) => json.label === 'unsure')).toEqual([false, true]);
		expect(result.items.map(({ json }) => json.usage)).toEqual(
			[0, 1].map(() => expect.objectContaining({ model: 'ProsusAI/finbert', requestedModel: 'emulator/gone' })),
		);
		expect(jsonOf({ ...result, items: result.items.slice(1) }).usage).toMatchObject({ reused: true, costUsd: 0 });
	});
});
