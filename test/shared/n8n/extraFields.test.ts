import type { FormPart } from '../../emulator';
import { asked, filled, runParameters } from '../../support/parameters';
import { jsonOf, onlyItem } from '../../support/results';
import { type World, openWorld } from '../../support/world';
import { makePng } from '../../support/files';
import { subjectOf } from '../../support/operation/registry';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
beforeEach(() => void (world.emulator.requests.length = 0));

const textsOf = (form: FormPart[] = []): Record<string, string | undefined> =>
	Object.fromEntries(form.filter(({ filename }) => filename === undefined).map(({ name, value }) => [name, value]));

it('overrides what the form says', async () => {
	const parameters = subjectOf('text: generate').parameters({
		promptFormat: 'raw',
		temperature: 0.2,
		maxNewTokens: 50,
		extraFields: '{ "temperature": 0.9, "min_p": 0.1 }',
	});
	jsonOf(await world.engine.run({ parameters }));
	expect(world.inference()[0]?.json).toEqual({ input: 'Hello!', temperature: 0.9, max_new_tokens: 50, min_p: 0.1 });
});

it('overrides even the input', async () => {
	const parameters = subjectOf('text: classify').parameters({ extraFields: '{ "input": "Losses grew" }' });
	jsonOf(await world.engine.run({ parameters }));
	expect(world.inference()[0]?.json).toEqual({ input: 'Losses grew' });
});

it('overrides a text beside a file', async () => {
	const subject = subjectOf('audio: transcribe');
	const parameters = subject.parameters({ language: 'de', extraFields: '{ "language": "fr" }' });
	expect(jsonOf(await world.engine.run({ parameters, items: await subject.items(world.engine) })).language).toBe('fr');
	expect(textsOf(world.inference()[0]?.form)).toEqual({ language: 'fr' });
});

it('gives a model that changes an image its image', async () => {
	const image = `data:image/png;base64,${makePng(16, 8, 2).toString('base64')}`;
	const parameters = asked('image', 'generate', 'Qwen/Qwen-Image-Edit', {
		prompt: 'make it blue',
		options: { extraFields: JSON.stringify({ image }), seed: 3 },
	});
	const { binary } = onlyItem(await world.engine.run({ parameters }));
	expect(world.inference()[0]?.json).toEqual({ prompt: 'make it blue', seed: 3, image });
	expect(binary?.data).toMatchObject({ mimeType: 'image/png' });
});

it('extends and overrides the fields of model: run', async () => {
	const options = { extraFields: '{ "seed": 9, "width": 256, "unheard_of": [1] }' };
	const parameters = runParameters(
		'black-forest-labs/FLUX-1-schnell',
		{ prompt: 'a boat', width: 128, height: 128 },
		{ options },
	);
	expect(jsonOf(await world.engine.run({ parameters }))).toMatchObject({ seed: 9 });
	expect(world.inference()[0]?.json).toEqual({ prompt: 'a boat', width: 256, height: 128, seed: 9, unheard_of: [1] });
});

it('does not change what is another field: names of objects are just names', async () => {
	const options = { extraFields: '{ "__proto__": { "polluted": true }, "constructor": 1, "toString": "x" }' };
	const parameters = asked('model', 'run', 'emulator/dreamer', { ...filled({ prompt: 'x' }), options });
	jsonOf(await world.engine.run({ parameters }));
	expect(world.inference()[0]?.json).toMatchObject({ prompt: 'x', toString: 'x' });
	expect(Object.getOwnPropertyDescriptor(Object.prototype, 'polluted')).toBeUndefined();
});

it('may differ from item to item', async () => {
	const parameters = subjectOf('text: generate').parameters({
		promptFormat: 'raw',
		maxConcurrency: 1,
		extraFields: '={{ JSON.stringify({ seed: $itemIndex }) }}',
	});
	const result = await world.engine.run({ parameters, items: [{ json: {} }, { json: {} }] });
	expect(result.items).toHaveLength(2);
	expect(world.inference().map(({ json }) => json)).toEqual([
		{ input: 'Hello!', seed: 0 },
		{ input: 'Hello!', seed: 1 },
	]);
});

it('keeps apart embeddings that would share a request', async () => {
	const parameters = subjectOf('embedding: create').parameters({
		extraFields: '={{ JSON.stringify({ custom_instruction: "for " + $itemIndex % 2 }) }}',
	});
	const items = Array.from({ length: 4 }, (_, index) => ({ json: { index } }));
	const result = await world.engine.run({ parameters: { ...parameters, text: '={{ "text " + $itemIndex }}' }, items });
	expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual([0, 1, 2, 3].map((item) => ({ item })));
	const sent = world.inference().map(({ json }) => JSON.stringify(json));
	expect(sent.sort()).toEqual([
		'{"inputs":["text 0","text 2"],"custom_instruction":"for 0"}',
		'{"inputs":["text 1","text 3"],"custom_instruction":"for 1"}',
	]);
});
