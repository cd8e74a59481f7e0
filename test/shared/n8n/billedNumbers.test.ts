import type { INodeParameters } from 'n8n-workflow';
import { filled } from '../../support/parameters';
import { subjectOf } from '../../support/operation/registry';
import { jsonReply } from '../../support/service';
import { openWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => (world = await openWorld({ asks: 'service' })));
afterAll(async () => await world.close());

let models = 0;

/** What an operation's example comes to with these options, for a model with such inputs. */
async function run(name: string, options: INodeParameters, properties?: object, more: INodeParameters = {}) {
	const subject = subjectOf(name);
	const model = `acme/model-${++models}`;
	const { service } = world;
	service.requests.length = 0;
	service.reply = ({ method, path }) =>
		method === 'POST'
			? jsonReply({ detail: 'sent' }, 400)
			: path.includes('/schema/') && properties
				? jsonReply({ schema_in: { properties } })
				: path === `/models/${model}`
					? jsonReply({ model_name: model })
					: { status: 404, body: '{}' };
	const { error } = await world.engine.run({
		parameters: { ...subject.parameters(options), model: { __rl: true, mode: 'id', value: model }, ...more },
		items: await subject.items(world.engine),
	});
	return { error, sent: service.requests.filter(({ method }) => method === 'POST').length };
}

const drawn = { prompt: {}, num_images: { type: 'integer' }, width: {}, num_inference_steps: { type: 'integer' } };

describe('a number that multiplies the bill is not sent where nobody means it', () => {
	it.each<[string, INodeParameters, object | undefined, string]>([
		['image: generate', { numImages: 1e9 }, drawn, "'Number of Images' is 1000000000"],
		['image: generate', { numImages: 1e9 }, undefined, "'Number of Images' is 1000000000"],
		['image: generate', { numInferenceSteps: 100_000 }, drawn, "'Inference Steps' is 100000"],
		['image: generate', { width: '={{ 1024 * 1024 }}' }, drawn, "'Width' is 1048576"],
		['image: edit', { numImages: 40 }, undefined, "'Number of Images' is 40"],
		['image: edit', { size: '102400x1024' }, undefined, "'Size' is '102400x1024'"],
		['image: edit', { numImages: 40, modelVersion: 'v' }, undefined, "'Number of Images' is 40"],
		['video: generate', { seconds: 1e9 }, undefined, "'Seconds' is 1000000000"],
		['video: generate', { seconds: 601, modelVersion: 'v' }, { prompt: {}, duration: {} }, "'Seconds' is 601"],
		['text: generate', { maxNewTokens: 1e9 }, undefined, "'Max New Tokens' is 1000000000"],
		['text: generate', { numResponses: 1000 }, undefined, "'Number of Responses' is 1000"],
		['chat: complete', { maxTokens: 1e9 }, undefined, "'Max Tokens' is 1000000000"],
		['text: summarize', { maxTokens: 1e9 }, undefined, "'Max Tokens' is 1000000000"],
	])('%s %j', async (name, options, properties, words) => {
		const { error, sent } = await run(name, options, properties);
		expect(error?.message.slice(0, words.length)).toBe(words);
		expect(error?.message).toMatch(/\[item 0\]$/);
		expect(sent).toBe(0);
	});

	it.each<[string, string | number]>([
		['num_images', 1e9],
		['num_outputs', '5'],
		['max_new_tokens', 1e9],
		['duration', 7200],
	])('model: run with %s %j', async (name, value) => {
		const properties = { prompt: {}, [name]: { type: 'integer' } };
		const { error, sent } = await run('model: run', {}, properties, filled({ prompt: 'x', [name]: value }));
		expect(error?.message).toMatch(/ at most .*\[item 0\]$/);
		expect(sent).toBe(0);
	});
});

describe('what is sent all the same', () => {
	it.each<[string, INodeParameters, object | undefined]>([
		['image: generate', { numImages: 6 }, { ...drawn, num_images: { type: 'integer', maximum: 8 } }],
		['image: generate', { extraFields: '{ "num_images": 40 }' }, drawn],
		['video: generate', { extraFields: '{ "seconds": 120 }' }, undefined],
		['video: generate', { seconds: 90 }, { prompt: {}, seconds: { type: 'integer', maximum: 120 } }],
	])('%s %j', async (name, options, properties) => {
		expect((await run(name, { ...options, maxRetries: 0 }, properties)).sent).toBeGreaterThan(0);
	});

	it('but not what is absurd', async () => {
		const { error, sent } = await run('image: generate', { extraFields: '{ "num_images": 1000000000 }' }, drawn);
		expect(error?.message).toMatch(/^'num_images' is 1000000000, but this node sends at most 400/);
		expect(sent).toBe(0);
	});

	it('but not against what the schema says of it', async () => {
		const properties = { ...drawn, num_images: { type: 'integer', maximum: 8 } };
		const { error, sent } = await run('image: generate', { extraFields: '{ "num_images": 9 }' }, properties);
		expect(error?.message).toMatch(/^'Number of Images' is 9, but this model takes at most 8/);
		expect(sent).toBe(0);
	});
});
