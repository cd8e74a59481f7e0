import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { omit } from '../../../nodes/shared/core/values';
import { filled } from '../../support/parameters';
import { subjectOf } from '../../support/operation/registry';
import { jsonOf } from '../../support/results';
import { askedOf, atService, script } from '../../support/operation/scripted';
import { openWorld, type World } from '../../support/world';

/** Names that objects have of their own, at every depth. */
const NAMED =
	'"__proto__":{"a":1},"constructor":2,"prototype":[3],"deep":[{"__proto__":{"b":4},"constructor":{"prototype":5},"x":"é"}]';

let world: World;
beforeAll(async () => (world = await openWorld({ asks: 'service' })));
afterAll(async () => await world.close());

/** What went over the wire, byte by byte: JSON that is read and written anew may lose what is looked for. */
async function sent(name: string, more: INodeParameters, options: INodeParameters = {}, json: IDataObject = {}) {
	const subject = subjectOf(name);
	script(world, subject);
	const [item] = await subject.items(world.engine);
	const parameters = subject.parameters(options);
	await atService(world, {
		parameters: { ...('schemaType' in more ? omit(parameters, 'attributes') : parameters), ...more },
		items: [{ ...item, json: { ...item?.json, ...json } }],
	});
	const [request] = askedOf(world, subject);
	return request?.body.toString() ?? '';
}

describe('names that objects have of their own are sent as they were typed', () => {
	it.each([
		['chat: complete'],
		['text: classify'],
		['embedding: create'],
		['text: rerank'],
		['image: generate'],
		['image: analyze'],
		['document: extractText'],
		['model: run'],
	])("in 'Extra Fields (JSON)' of %s", async (name) => {
		expect(await sent(name, {}, { extraFields: `{${NAMED}}` })).toContain(NAMED);
	});

	it.each([['audio: transcribe'], ['image: edit'], ['image: detectObjects']])(
		"in 'Extra Fields (JSON)' of %s, whose request is a form",
		async (name) => {
			const form = await sent(name, {}, { extraFields: `{${NAMED}}` });
			expect(form).toMatch(/name="__proto__"[^-]*\{"a":1\}/);
			expect(form).toMatch(/name="constructor"[^-]*2/);
			expect(form).toContain('[{"__proto__":{"b":4},"constructor":{"prototype":5},"x":"é"}]');
		},
	);

	it.each<[string, INodeParameters]>([
		['responseFormat', { responseFormat: 'json_schema', jsonSchema: `{"type":"object","properties":{${NAMED}}}` }],
		['tools', { tools: `[{"name":"f","parameters":{"type":"object","properties":{${NAMED}}}}]` }],
		['previousMessages', { previousMessages: `[{"role":"user","content":"x",${NAMED}}]` }],
		['seed of 64 bits', { extraFields: `{"seed":9223372036854775807,${NAMED}}` }],
		['a long text', { extraFields: `{"long":"${'x'.repeat(300_000)}",${NAMED}}` }],
	])('in %s of chat: complete', async (_, options) => {
		expect(await sent('chat: complete', {}, options)).toContain(NAMED);
	});

	it('in a schema of what is extracted', async () => {
		const jsonSchema = '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"number"}}}';
		const body = await sent('text: extract', { schemaType: 'manual', jsonSchema });
		expect(body).toContain(
			'"properties":{"__proto__":{"type":["string","null"]},"constructor":{"type":["number","null"]}}',
		);
		expect(body).toContain('"required":["__proto__","constructor"]');
	});

	it('in an example of what is extracted', async () => {
		const jsonExample = '{"__proto__":{"constructor":"x"}}';
		const body = await sent('text: extract', { schemaType: 'fromJson', jsonExample });
		expect(body).toContain('"properties":{"__proto__":{"type":["object","null"],"properties":{"constructor"');
	});

	it('in a field of a model', async () => {
		const more = filled({ input: 'x', corner: `{${NAMED}}` });
		expect(await sent('model: run', more)).toContain(JSON.stringify(`{${NAMED}}`).slice(1, -1));
	});

	it('in an object that an expression gives', async () => {
		const json = JSON.parse(`{"extra":{"constructor":1,"deep":[{"constructor":2}]}}`);
		const body = await sent('chat: complete', {}, { extraFields: '={{ $json.extra }}' }, json);
		expect(body).toContain('"constructor":1,"deep":[{"constructor":2}]');
	});

	it('and nothing of JavaScript is changed by them', async () => {
		await sent('chat: complete', {}, { extraFields: '{"__proto__":{"polluted":true}}' });
		expect('polluted' in {}).toBe(false);
	});
});

test('a dry run shows them', async () => {
	const subject = subjectOf('image: analyze');
	const { items } = { items: await subject.items(world.engine) };
	script(world, subject);
	const parameters = subject.parameters({ dryRun: true, extraFields: `{${NAMED}}` });
	expect(JSON.stringify(jsonOf(await atService(world, { parameters, items })))).toContain(NAMED);
});
