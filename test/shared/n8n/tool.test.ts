/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { isDict } from '../../../nodes/shared/core/answer';
import type { Field } from '../../../nodes/shared/core/fields';
import type { AnyOperation } from '../../../nodes/shared/core/operation';
import { isShown } from '../../../nodes/shared/engine/input';
import { operations } from '../../../nodes/shared/operations';
import { fieldsOf } from '../../../nodes/shared/operations/fields';
import { places } from '../../../scripts/host/places';
import { makePng, makeWav } from '../../support/files';
import { asked, filled, modelId } from '../../support/parameters';
import type { RunResult } from '../../support/engine/engine';
import { openWorld, type World } from '../../support/world';

/** The node as an agent's tool. */

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
beforeEach(() => void (world.emulator.requests.length = 0));

const MOST = 1500;
const TEXT = 'great [MASK] news, bad news of Anna in Paris';

/** What an operation needs that cannot be told from its fields, and what makes its answer long. */
const PARTICULARS: Readonly<Record<string, INodeParameters>> = {
	'account: getCosts': { requestIds: Array.from({ length: 200 }, (_, index) => `Request${index}`) },
	'chat: complete': { messages: { values: [{ role: 'user', content: 'Tell me all. '.repeat(300) }] } },
	'embedding: create': { text: Array.from({ length: 5 }, (_, index) => `text ${index}`) },
	'model: getAll': { returnAll: true, search: '' },
	'model: run': filled({ prompt: TEXT }),
	'text: generate': { prompt: 'Tell me all about it. '.repeat(200) },
	'text: rerank': { documentSource: 'list', documents: Array.from({ length: 200 }, (_, index) => `news ${index}`) },
	'text: translate': { text: 'the house is big. '.repeat(200), targetLanguage: 'French' },
};

/** What a person would fill in, by what the fields are. */
function fill(fields: readonly Field[], given: INodeParameters = {}): INodeParameters {
	const values: INodeParameters = { ...given };
	for (const field of fields) {
		if (field.name in given || !isShown(field, values)) continue;
		const { type, name, required, default: preset, placeholder = '' } = field;
		if (type === 'resourceLocator') values[name] = modelId(String(Object(preset).value));
		else if (type === 'fixedCollection') values[name] = { values: [fill(groupOf(field))] };
		else if (type === 'string' && preset === '' && (required || placeholder)) values[name] = TEXT;
		else if (type !== 'collection' && type !== 'resourceMapper') Object.assign(values, { [name]: preset });
	}
	return values;
}
const groupOf = (field: Field): Field[] =>
	(field.options ?? []).flatMap((option) => ('values' in option ? option.values : []));

async function itemFor(operation: AnyOperation): Promise<INodeExecutionData[]> {
	const hints = fieldsOf(operation).map(({ hint }) => hint ?? '');
	const isSound = hints.some((hint) => /audio|recording/.test(hint));
	const data = isSound
		? await world.engine.binary(makeWav(1), 'a.wav', 'audio/wav')
		: await world.engine.binary(await readFile(path.join(places.fixtures, 'photo.jpg')), 'a.jpg', 'image/jpeg');
	return [{ json: { chatInput: 'the agent was asked this' }, binary: { data } }];
}

async function parametersOf(operation: AnyOperation): Promise<INodeParameters> {
	const { resource, value } = operation;
	const name = `${resource}: ${value}`;
	return {
		resource,
		operation: value,
		...fill(fieldsOf(operation), { ...PARTICULARS[name], ...(await idsFor(name)) }),
		options: {},
	};
}

const first = ({ items, error }: RunResult): IDataObject => {
	if (error || !items[0]) throw new Error(error?.message ?? 'nothing came');
	return items[0].json;
};

/** Of what has to be made before it can be asked about. */
async function idsFor(name: string): Promise<INodeParameters> {
	if (name.startsWith('batch: ') && !/create|getAll/.test(name))
		return { batchId: await makeBatch(name !== 'batch: cancel') };
	if (name === 'video: get') {
		const parameters = asked('video', 'generate', 'PrunaAI/p-video', { prompt: 'waves', waitForResult: false });
		return { videoId: String(first(await world.engine.run({ parameters })).videoId) };
	}
	if (name === 'voice: delete' || name === 'voice: create') {
		const parameters = { resource: 'voice', operation: 'create', name: `Voice ${name}`, description: 'calm' };
		const items = [{ json: {}, binary: { data: await world.engine.binary(makeWav(1), 'a.wav', 'audio/wav') } }];
		if (name === 'voice: create') return parameters;
		const { voiceId } = first(await world.engine.run({ parameters, items }));
		return { voice: { __rl: true, mode: 'id', value: String(voiceId) } };
	}
	return {};
}

async function makeBatch(isAwaited: boolean): Promise<string> {
	world.emulator.options.batches = { ms: isAwaited ? 60 : 60_000 };
	const parameters = { resource: 'batch', operation: 'create', batchTask: 'embedding', text: '={{ $json.text }}' };
	const items = Array.from({ length: 30 }, (_, index) => ({ json: { text: `text ${index}` } }));
	const { batchId } = first(await world.engine.run({ parameters, items }));
	const isOpen = () =>
		isAwaited && world.emulator.kept().batches.some(({ id, status }) => id === batchId && status !== 'completed');
	while (isOpen()) await new Promise((resolve) => setTimeout(resolve, 20));
	return String(batchId);
}

const hasVector = (value: unknown): boolean =>
	Array.isArray(value)
		? (value.length > 8 && value.every(Number.isFinite)) || value.some(hasVector)
		: isDict(value) && Object.values(value).some(hasVector);

const told = ({ items, error }: RunResult) =>
	error ? `${error.message} ${error.description ?? ''}` : JSON.stringify(items.map(({ json }) => json));

describe('the answer that an agent gets', () => {
	it.each(
		operations.map((operation): [string, AnyOperation] => [`${operation.resource}: ${operation.value}`, operation]),
	)('from %s is small, and whole as JSON', async (_, operation) => {
		const parameters = await parametersOf(operation);
		const result = await world.engine.run({ parameters, items: await itemFor(operation), asTool: true });
		expect(result.error).toBeUndefined();
		expect(result.items.length).toBeGreaterThan(0);
		const text = told(result);
		expect(text.length).toBeLessThanOrEqual(MOST);
		expect(text).not.toMatch(/;base64,|[A-Za-z0-9+/]{300}/);
		expect(hasVector(result.items.map(({ json }) => json))).toBe(false);
		expect(text).not.toContain('the agent was asked this');
		// A file stays one of n8n's, and the agent is told its name and where it is.
		const files = result.items.flatMap(({ binary = {} }) => Object.values(binary));
		const links = result.items.flatMap(({ json }) => (Array.isArray(json.files) ? json.files : []));
		expect(links).toEqual(files.map(({ fileName, mimeType }) => expect.objectContaining({ fileName, mimeType })));
		for (const { fileName } of files) expect(fileName).toMatch(/^[^/]+\.\w+$/);
	});

	it.each(
		operations.map((operation): [string, AnyOperation] => [`${operation.resource}: ${operation.value}`, operation]),
	)('is asked for with what $fromAI can fill: %s', (_, operation) => {
		const fields = fieldsOf(operation).filter(({ type }) => type !== 'collection');
		// The editor offers it for texts, numbers, switches, JSON and the model; a choice has a value from the start.
		const unfit = fields.filter(
			({ type, required, default: preset }) =>
				!['string', 'number', 'boolean', 'json', 'resourceLocator'].includes(type) &&
				required === true &&
				(preset === '' || preset === undefined),
		);
		expect(unfit.map(({ name }) => name)).toEqual([]);
		// All that a model is told of a field is its label, as a name of letters.
		const keys = fields.map(({ displayName }) => displayName.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64));
		const shownTogether = fields.filter((field) => !field.displayOptions?.show);
		const labels = shownTogether.map(({ displayName }) => displayName);
		expect(new Set(labels).size).toBe(labels.length);
		expect(keys.every((key) => /^[A-Za-z0-9]/.test(key))).toBe(true);
		// n8n makes the tool's description of it: "Rerank texts in DeepInfra".
		expect(operation.action).toMatch(/^[A-Z][a-z]+( [a-z]+)+$/);
	});

	it('keeps the best models of the catalogue, with what decides, and says how many more there are', async () => {
		const parameters = { resource: 'model', operation: 'getAll', returnAll: true };
		const { items } = await world.engine.run({ parameters, asTool: true });
		expect(items.length).toBeGreaterThan(8);
		expect(items[0]?.json).toEqual({
			name: expect.any(String),
			task: expect.any(String),
			contextLength: expect.any(Number),
			price: expect.any(String),
		});
		expect(items.at(-1)?.json.note).toMatch(/^\d+ more are left out/);
	});

	it('grows where the user wants it to', async () => {
		const parameters = asked('text', 'translate', 'meta-llama/Llama-3.3-70B-Instruct-Turbo', {
			text: 'the house is big. '.repeat(200),
			targetLanguage: 'French',
			options: {},
		});
		const short = await world.engine.run({ parameters, asTool: true });
		expect(first(short).translation).toMatch(/… \(\d+ more letters\)$/);
		const long = await world.engine.run({
			parameters: { ...parameters, options: { longestToolAnswer: 9000 } },
			asTool: true,
		});
		expect(String(first(long).translation).length).toBeGreaterThan(MOST);
		expect(first(long).translation).not.toMatch(/more letters/);
	});

	it('keeps every link to a file and the file of what is left out', async () => {
		const parameters = asked('image', 'generate', 'black-forest-labs/FLUX-1-schnell', {
			prompt: 'a burger',
			options: { numImages: 4 },
		});
		const result = await world.engine.run({ parameters, asTool: true });
		expect(told(result).length).toBeLessThanOrEqual(MOST);
		expect(result.items.flatMap(({ binary = {} }) => Object.values(binary))).toHaveLength(4);
	});

	it('is a word where there is nothing', async () => {
		const parameters = { resource: 'model', operation: 'getAll', search: 'no such words' };
		expect(first(await world.engine.run({ parameters, asTool: true })).note).toBe('There is nothing.');
		expect((await world.engine.run({ parameters })).items).toEqual([]);
	});

	it('is an error that says what to do', async () => {
		const parameters = asked('text', 'classify', 'no/such-model', { text: 'x' });
		const result = await world.engine.run({ parameters, asTool: true });
		expect(told(result)).toMatch(/no model 'no\/such-model'/);
		expect(told(result).length).toBeLessThanOrEqual(MOST);
	});
});

describe('a file of the item that an agent works on', () => {
	const parameters = asked('image', 'classify', 'google/vit-base-patch16-224', { options: {} });
	/** As n8n hands a tool its input: the item's fields and what the model chose. */
	const toolItem = (json: IDataObject): INodeExecutionData[] => [{ json: { ...json, toolCallId: 'call_1' } }];
	const withFile = async (json: IDataObject, seed: number): Promise<INodeExecutionData> => ({
		json,
		binary: { data: await world.engine.binary(makePng(30, 20, seed), `photo-${seed}.png`, 'image/png') },
	});
	const sentFiles = () => world.inference().flatMap(({ form = [] }) => form.flatMap(({ filename }) => filename ?? []));

	it('goes into the tool by the name of its field', async () => {
		const before = [await withFile({ chatInput: 'What is it?' }, 1)];
		const result = await world.engine.run({
			parameters,
			items: toolItem({ chatInput: 'What is it?' }),
			before,
			asTool: true,
		});
		expect(first(result).label).toEqual(expect.any(String));
		expect(sentFiles()).toEqual(['photo-1.png']);
	});

	it('is that of the very item, where there are several', async () => {
		const before = [await withFile({ id: 1 }, 1), await withFile({ id: 2 }, 2), await withFile({ id: 3 }, 3)];
		await world.engine.run({ parameters, items: toolItem({ id: 2 }), before, asTool: true });
		expect(sentFiles()).toEqual(['photo-2.png']);
	});

	it('is not guessed where items are alike, and not taken by a node that is no tool', async () => {
		const before = [await withFile({}, 1), await withFile({}, 2)];
		const alike = await world.engine.run({ parameters, items: toolItem({}), before, asTool: true });
		expect(told(alike)).toMatch(/no file in the field 'data'.*'URL'.*\.item\.binary\.data/);
		const plain = await world.engine.run({ parameters, items: toolItem({}), before: before.slice(0, 1) });
		expect(told(plain)).toMatch(/no file in the field 'data'.*'Binary' tab/);
		expect(sentFiles()).toEqual([]);
	});
});
