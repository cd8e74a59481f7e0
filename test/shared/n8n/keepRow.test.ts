import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { makePng } from '../../support/files';
import { asked } from '../../support/parameters';
import { openWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());

const texts = ['A great win for everybody', 'A terrible loss', 'The meeting is on Monday'];

async function rows(): Promise<INodeExecutionData[]> {
	const photo = await world.engine.binary(makePng(24, 24), 'photo.png', 'image/png');
	const note = await world.engine.binary(Buffer.from('note'), 'note.txt', 'text/plain');
	return texts.map((text, row) => ({
		json: { row, text, deep: { list: [row] }, label: 'mine' },
		binary: { data: photo, note },
	}));
}

const kinds: Array<[string, INodeParameters]> = [
	['one request an item', asked('text', 'classify', 'ProsusAI/finbert', { text: '={{ $json.text }}' })],
	['several items a request', asked('embedding', 'create', 'BAAI/bge-large-en-v1.5', { text: '={{ $json.text }}' })],
	['files that go in', asked('image', 'classify', 'google/vit-base-patch16-224')],
	[
		'files that come out',
		asked('image', 'generate', 'black-forest-labs/FLUX-1-schnell', {
			prompt: '={{ $json.text }}',
			options: { width: 128, height: 128 },
		}),
	],
];

describe.each(kinds)('with %s', (_, parameters) => {
	it('an output has the fields and files of its item, and its own win where names meet', async () => {
		const { items } = await world.engine.run({ parameters, items: await rows() });
		expect(items.map(({ json }) => json)).toEqual(
			texts.map((__, row) => expect.objectContaining({ row, text: expect.any(String), deep: { list: [row] } })),
		);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(texts.map((__, item) => ({ item })));
		expect(items.every(({ binary }) => binary?.note?.fileName === 'note.txt')).toBe(true);
		expect(items.every(({ json }) => typeof json.usage === 'object')).toBe(true);
	});

	it('an output has the result alone when the other fields are not wanted', async () => {
		const { items } = await world.engine.run({
			parameters: { ...parameters, includeOtherFields: false },
			items: await rows(),
		});
		expect(items).toHaveLength(texts.length);
		expect(items.filter(({ json, binary }) => 'row' in json || 'deep' in json || binary?.note)).toEqual([]);
	});

	it.each(['result', 'my result', 'row', 'toString'])('the result goes into the field %s', async (resultField) => {
		const options = { ...(typeof parameters.options === 'object' ? parameters.options : {}), resultField };
		const { items } = await world.engine.run({ parameters: { ...parameters, options }, items: await rows() });
		expect(items.map(({ json }) => Object.keys(json).sort())).toEqual(
			texts.map(() => [...new Set(['row', 'text', 'deep', 'label', resultField])].sort()),
		);
		expect(items.every(({ json }) => JSON.stringify(json[resultField]).includes('"usage"'))).toBe(true);
	});

	it('an item of the error branch keeps them, too', async () => {
		const broken = { ...parameters, model: { __rl: true, mode: 'id', value: 'nobody/nothing' } };
		const { items, errorItems } = await world.engine.run({
			parameters: broken,
			items: await rows(),
			onError: 'continueErrorOutput',
		});
		expect(items).toEqual([]);
		expect(errorItems.map(({ json }) => json)).toEqual(
			texts.map((text, row) => ({
				row,
				text,
				deep: { list: [row] },
				label: 'mine',
				error: expect.stringContaining('nobody/nothing'),
			})),
		);
		expect(errorItems.every(({ binary }) => binary?.note && binary.data)).toBe(true);
	});
});

it("a label of the item does not hide the model's", async () => {
	const [, parameters = {}] = kinds[0] ?? [];
	const { items } = await world.engine.run({ parameters, items: await rows() });
	expect(items.filter(({ json }) => json.label === 'mine')).toEqual([]);
});
