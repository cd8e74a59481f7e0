import type { INodeParameters } from 'n8n-workflow';
import { startEmulator, type Emulator } from '../../../emulator';
import { makePng, makeWav, sha256 } from '../../../support/files';
import { asked, editedRun, filled, runParameters } from '../../../support/parameters';
import { jsonOf } from '../../../support/results';
import { type World, openWorld } from '../../../support/world';
import { stopwatch } from '../../../support/yardstick';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
beforeEach(() => void (world.emulator.requests.length = 0));

const png = makePng(40, 20, 9);
const wav = makeWav(1);

const run = async (parameters: INodeParameters) => {
	const binary = {
		data: await world.engine.binary(png, 'photo.png', 'image/png'),
		take_1: await world.engine.binary(wav, 'take.wav', 'audio/wav'),
	};
	return await world.engine.run({ parameters, items: [{ json: { field: 'data' }, binary }] });
};

/** The files of the only request. */
const sentFiles = () => (world.inference()[0]?.form ?? []).filter(({ filename }) => filename !== undefined);
const sentTexts = () => (world.inference()[0]?.form ?? []).filter(({ filename }) => filename === undefined);

const photo = { name: 'image', filename: 'photo.png', mimeType: 'image/png', size: png.length, sha256: sha256(png) };

describe('a file', () => {
	it.each(['google/vit-base-patch16-224', 'hustvl/yolos-small', 'facebook/detr-resnet-50'])(
		'of the item goes to %s by the name of its field',
		async (model) => {
			expect(jsonOf(await run(runParameters(model, { image: 'data' })))).toHaveProperty('results');
			expect(sentFiles()).toEqual([photo]);
			expect(sentTexts()).toEqual([]);
		},
	);

	it('and text beside it: lists as JSON, numbers as they are written', async () => {
		const labels = { image: 'data', candidate_labels: '["grey", "red, black"]' };
		const { results } = jsonOf(await run(runParameters('openai/clip-vit-base-patch32', labels)));
		expect(results).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ label: 'grey' }),
				expect.objectContaining({ label: 'red, black' }),
			]),
		);
		expect(sentFiles()).toEqual([photo]);
		expect(sentTexts()).toMatchObject([{ name: 'candidate_labels', value: '["grey","red, black"]' }]);
	});

	it('of sound goes to a model that transcribes', async () => {
		const value = { audio: 'take_1', chunk_length_s: 5, task: 'translate', chunk_level: 'word' };
		const json = jsonOf(await run(runParameters('openai/whisper-large-v3', value)));
		expect(json.text).toMatch(/^Translated into English: a 1 second recording with the name take\.wav/);
		expect(sentFiles()).toEqual([
			{ name: 'audio', filename: 'take.wav', mimeType: 'audio/wav', size: wav.length, sha256: sha256(wav) },
		]);
		expect(sentTexts().map(({ name, value: text }) => [name, text])).toEqual([
			['chunk_length_s', '5'],
			['task', 'translate'],
			['chunk_level', 'word'],
		]);
	});

	it('is changed by a model that edits', async () => {
		const json = jsonOf(await run(runParameters('Qwen/Qwen-Image-Edit', { prompt: 'make it blue', image: 'data' })));
		expect(json).toMatchObject({ images: ['data'] });
		expect(sentFiles()).toEqual([photo]);
	});

	it('is named by an expression', async () => {
		jsonOf(await run(runParameters('hustvl/yolos-small', { image: '={{ $json.field }}' })));
		expect(sentFiles()).toEqual([photo]);
	});

	it('is downloaded from a web address, without the key', async () => {
		const url = `${world.emulator.url}/files/sample.jpg`;
		jsonOf(await run(runParameters('hustvl/yolos-small', { image: url })));
		expect(sentFiles()).toMatchObject([{ name: 'image', filename: 'sample.jpg', mimeType: 'image/jpeg' }]);
		const download = world.emulator.requests.find(({ path }) => path === '/files/sample.jpg');
		expect(download?.headers.authorization).toBeUndefined();
	});

	it('as a data URL is sent as it is', async () => {
		const text = `data:image/png;base64,${png.toString('base64')}`;
		expect(jsonOf(await run(runParameters('hustvl/yolos-small', { image: text })))).toHaveProperty('results');
		expect(world.inference()[0]?.json).toEqual({ image: text });
	});

	it.each(['image/png;base64,', ';base64,', '"data:image/png;name="a,b.png";base64,'])(
		'as a data URL that lost its beginning, or has more in it, is sent as one: %j',
		async (before) => {
			const text = `${before}${png.toString('base64')}`;
			expect(jsonOf(await run(runParameters('hustvl/yolos-small', { image: text })))).toHaveProperty('results');
			const type = before.includes('png') ? 'image/png' : '';
			expect(world.inference()[0]?.json).toEqual({ image: `data:${type};base64,${png.toString('base64')}` });
		},
	);

	it.each([
		['missing', "The input item has no file in the field 'missing' [item 0]"],
		['', "'Image' is missing, but this model needs it [item 0]"],
		[null, "'Image' is missing, but this model needs it [item 0]"],
	])('that is not there (%j) is said, and nothing is sent', async (image, message) => {
		const { error } = await run(runParameters('hustvl/yolos-small', { image }));
		expect(error).toMatchObject({ message, itemIndex: 0 });
		expect(world.inference()).toEqual([]);
	});

	it('that cannot be downloaded is said, and nothing is sent', async () => {
		const url = `${world.emulator.url}/files/nothing-here`;
		const { error } = await run(runParameters('hustvl/yolos-small', { image: url }));
		expect(error?.message).toMatch(/^The file at 127\.0\.0\.1:\d+ cannot be downloaded: status 404 \[item 0\]$/);
		expect(world.inference()).toEqual([]);
	});
});

describe('what is refused before anybody pays', () => {
	const everything = { title: 'T', photo: 'data', mode: 'fast' };

	it.each<[string, INodeParameters, string]>([
		['openai/clip-features', { input: '{ "inputs": ' }, "'Input' is not valid JSON"],
		['openai/clip-features', { input: '[1]' }, "'Input' is a list, but this model takes a JSON object"],
		['openai/clip-features', {}, "'Input' is missing, but this model needs it"],
		['emulator/everything', { ...everything, title: ' \u200b\u00ad' }, "'Title' is missing, but this model needs it"],
		['Qwen/Qwen3-Reranker-8B', { queries: '["a"', documents: '["b"]' }, "'Queries' is not valid JSON"],
		['emulator/everything', { ...everything, corner: '{x: 1}' }, "'Corner' is not valid JSON"],
		['emulator/everything', { ...everything, count: 10 }, "'Count' is 10, but this model takes 1 to 9"],
		[
			'emulator/everything',
			{ ...everything, count: 2.5 },
			"'Count' is 2.5, but this model takes a whole number, 1 to 9",
		],
		[
			'emulator/everything',
			{ ...everything, count: 'many' },
			"'Count' is 'many', but this model takes a whole number, 1 to 9",
		],
		[
			'emulator/everything',
			{ ...everything, ratio: 1 },
			"'Ratio' is 1, but this model takes more than 0 and less than 1",
		],
		['emulator/everything', { ...everything, limit: -1 }, "'Limit' is -1, but this model takes at least 0"],
		[
			'emulator/everything',
			{ ...everything, mode: 'fats' },
			"'Mode' is 'fats', but this model takes one of: fast, good",
		],
		['emulator/everything', { ...everything, level: 3 }, "'Level' is '3', but this model takes one of: 1, 2, 4, 8"],
		['emulator/everything', { ...everything, loud: 'maybe' }, "'Loud' is 'maybe', but this model takes true or false"],
		['emulator/everything', { ...everything, points: '["a"]' }, "'Points' holds 'a', but this model takes a number"],
		[
			'emulator/everything',
			{ ...everything, tags: '["1","2","3","4","5","6"]' },
			"'Tags' has 6 entries, but this model takes at most 5",
		],
		[
			'emulator/everything',
			{ ...everything, title: 'x'.repeat(81) },
			"'Title' has 81 characters, but this model takes at most 80",
		],
		['emulator/everything', { photo: 'data', mode: 'fast' }, "'Title' is missing, but this model needs it"],
		['emulator/everything', { title: 'T', mode: 'fast' }, "'Photo' is missing, but this model needs it"],
		[
			'meta-llama/Meta-Llama-3-8B-Instruct',
			{ input: 'x', top_k: 1000 },
			"'Top K' is 1000, but this model takes at least 0 and less than 1000",
		],
	])('%s %j', async (model, value, message) => {
		const { error, items } = await run(runParameters(model, value));
		expect(error).toMatchObject({ message: `${message} [item 0]`, itemIndex: 0, name: 'NodeOperationError' });
		expect(items).toEqual([]);
		expect(world.inference()).toEqual([]);
	});

	it.each<[string, INodeParameters, string]>([
		['openai/clip-features', { input: '{ "inputs": ' }, 'input'],
		['Qwen/Qwen3-Reranker-8B', { queries: '["a"', documents: '["b"]' }, 'queries'],
		['emulator/everything', { ...everything, count: 'many' }, 'count'],
		['emulator/everything', { ...everything, mode: 'fats' }, 'mode'],
		['hustvl/yolos-small', {}, 'image'],
	])(
		'in the form as the editor stores it, what is wrong is refused by n8n or the node: %s %j',
		async (model, value, name) => {
			const { error, items } = await run(await editedRun(world.engine, model, value));
			expect(error?.message.toLowerCase()).toContain(`'${name}'`);
			expect(items).toEqual([]);
			expect(world.inference()).toEqual([]);
		},
	);

	it('a deployment is checked as its model is', async () => {
		const { error } = await run(runParameters('deploy_id:dep1A2b3C4d5E6f7', { input: 'x', top_k: 1000 }));
		expect(error?.message).toBe("'Top K' is 1000, but this model takes at least 0 and less than 1000 [item 0]");
		expect(world.inference()).toEqual([]);
	});

	it('a value that is nearly right gets a hint', async () => {
		const { error } = await run(runParameters('emulator/everything', { ...everything, mode: 'goood' }));
		expect(error?.description).toBe("Did you mean 'good'?");
	});

	it('one bad item does not stop the others', async () => {
		const parameters = runParameters('ProsusAI/finbert', { input: '={{ $json.text }}' });
		const items = [{ json: { text: 'up' } }, { json: {} }, { json: { text: 'down' } }];
		const result = await world.engine.run({ parameters, items, onError: 'continueErrorOutput' });
		expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		expect(result.errorItems.map(({ json, pairedItem }) => [json, pairedItem])).toEqual([
			[
				{ error: "'Input' is missing, but this model needs it [item 1]. Fill it in, or choose another model." },
				{ item: 1 },
			],
		]);
		expect(world.inference()).toHaveLength(2);
	});
});

describe('models whose schema is no help', () => {
	it('broken: what is filled in is sent', async () => {
		const value = { prompt: 'hello', broken: '{"a":1}', loop: 'round', bounds: 1 };
		const { output } = jsonOf(await run(runParameters('emulator/malformed-schema', value)));
		expect(world.inference()[0]?.json).toEqual({ prompt: 'hello', broken: { a: 1 }, loop: 'round', bounds: 1 });
		expect(output).toMatchObject({ files: [] });
	});

	it('huge: it is checked in a moment', async () => {
		const took = stopwatch();
		const { output } = jsonOf(
			await run(runParameters('emulator/huge-schema', { field_0: 'first', field_1499: 'last' })),
		);
		expect(output).toEqual({ fields: { field_0: 'first', field_1499: 'last' }, files: [] });
		expect(took()).toBeLessThan(8000);
		const { error } = await run(runParameters('emulator/huge-schema', { field_1: 'second' }));
		expect(error?.message).toBe("'Field 0' is missing, but this model needs it [item 0]");
	});

	describe('none at all', () => {
		let bare: Emulator;
		beforeAll(async () => {
			bare = await startEmulator({
				faults: ({ path }) => (path.startsWith('/models/') ? { kind: 'status', status: 404 } : undefined),
			});
		});
		afterAll(async () => await bare.close());
		beforeEach(() => void (bare.requests.length = 0));

		it('what was filled in before is sent, and nothing is checked', async () => {
			const value = { input: 'Profits rose', unheard_of: '9', count: 1e9 };
			const parameters = runParameters('ProsusAI/finbert', value);
			const result = await world.engine.run({ parameters, credentials: { baseUrl: bare.url } });
			expect(jsonOf(result)).toHaveProperty('results');
			expect(bare.requests.find(({ method }) => method === 'POST')?.json).toEqual(value);
		});

		it('Extra Fields do the work of the form', async () => {
			const options = { extraFields: '{ "input": "Profits rose" }' };
			const parameters = asked('model', 'run', 'ProsusAI/finbert', { ...filled({}), options });
			const result = await world.engine.run({ parameters, credentials: { baseUrl: bare.url } });
			expect(jsonOf(result)).toHaveProperty('results');
			expect(bare.requests.find(({ method }) => method === 'POST')?.json).toEqual({ input: 'Profits rose' });
		});
	});

	it('a form that was never filled in (no value stored)', async () => {
		const parameters = asked('model', 'run', 'ProsusAI/finbert', {
			modelFields: { mappingMode: 'defineBelow', value: null },
			options: { extraFields: '{ "input": "Profits rose" }' },
		});
		expect(jsonOf(await run(parameters))).toHaveProperty('results');
	});
});
