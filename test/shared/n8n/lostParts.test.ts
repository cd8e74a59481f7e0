import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { freshModel } from '../../support/parameters';
import { errorOf, hintsOf, pairedTo } from '../../support/results';
import { envelope } from '../../support/service';
import { openWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => (world = await openWorld({ asks: 'service' })));
afterAll(async () => await world.close());

const BAD = 'forbidden';
const PRICE = 0.01;
const wav = Buffer.concat([Buffer.from('RIFF\x28\0\0\0WAVEfmt \x10\0\0\0', 'latin1'), Buffer.alloc(16, 1)]);
const sound = Buffer.concat([wav, Buffer.from('data\x04\0\0\0abcd', 'latin1')]).toString('base64');
const choices = [{ message: { content: 'Short.' }, finish_reason: 'stop' }];
const answer = {
	...envelope,
	audio: `data:audio/wav;base64,${sound}`,
	choices,
	usage: { estimated_cost: PRICE },
	inference_status: { status: 'succeeded', cost: PRICE },
};

const sentTexts = () =>
	world.service.requests.filter(({ method }) => method === 'POST').map(({ body }) => body.toString());

/** Refuses what holds the bad word, in a moment; answers all else, which costs something. */
function answerAll(status = 400): void {
	world.service.requests.length = 0;
	world.service.reply = ({ method, body }) => {
		if (method !== 'POST') return { status: 404, body: '{}' };
		if (body.includes(BAD)) return { status, body: '{"error":"This cannot be said"}' };
		const inputs: unknown = JSON.parse(body.toString()).inputs;
		const embeddings = Array.isArray(inputs) ? inputs.map((_, index) => [index + 1, 1]) : undefined;
		return { body: JSON.stringify({ ...answer, embeddings }) };
	};
}

const sentences = (count: number, bad?: number) =>
	Array.from({ length: count }, (_, index) => `${index === bad ? BAD : 'Day'} ${index} was long. `.repeat(900));

const texts: ReadonlyArray<[string, INodeParameters]> = [
	['summarize', { resource: 'text', operation: 'summarize' }],
	['translate', { resource: 'text', operation: 'translate', targetLanguage: 'French' }],
	['synthesize', { resource: 'audio', operation: 'synthesize' }],
];

describe.each(texts)('what is left of an item that cannot be had any more is not paid: %s', (name, parameters) => {
	const run = async (items: INodeExecutionData[], options: INodeParameters = { maxConcurrency: 2 }) =>
		await world.engine.run({
			parameters: { ...parameters, model: freshModel(), text: '={{ $json.text }}', options },
			items,
			onError: 'continueErrorOutput',
		});
	const long = (bad?: number) => sentences(name === 'synthesize' ? 5 : 14, bad).join('');

	it('as soon as one of its parts has failed', async () => {
		answerAll();
		const whole = await run([{ json: { text: long() } }]);
		expect(whole.items).toHaveLength(1);
		const all = sentTexts().length;
		expect(all).toBeGreaterThan(8);

		answerAll();
		const failed = await run([{ json: { text: long(0) } }]);
		expect(failed.errorItems).toHaveLength(1);
		const { text } = errorOf(failed.errorItems[0] ?? { json: {} });
		expect(text).toContain('This cannot be said');
		const sent = sentTexts();
		expect(sent.length).toBeLessThan(all / 2);
		// What had been sent is paid, and told.
		const paid = sent.filter((each) => !each.includes(BAD)).length;
		if (paid > 0) expect(text).toContain(`$${(paid * PRICE).toFixed(2)}`);
		expect(hintsOf(failed).join()).toMatch(
			new RegExp(`1 failed .* ${sent.length} requests?.*${paid > 0 ? (paid * PRICE).toFixed(2) : ''}`),
		);
	});

	it('while other items are answered in whole', async () => {
		answerAll();
		const { items, errorItems } = await run([{ json: { text: long(0) } }, { json: { text: long() } }]);
		expect(items.map(pairedTo)).toEqual([1]);
		expect(errorItems.map(pairedTo)).toEqual([0]);
	});
});

it('an equal part of another item is asked by that item', async () => {
	answerAll();
	const shared = sentences(12);
	const { items, errorItems } = await world.engine.run({
		parameters: {
			resource: 'embedding',
			operation: 'create',
			model: freshModel(),
			text: '={{ $json.text }}',
			options: { maxConcurrency: 1 },
		},
		items: [{ json: { text: [BAD, ...shared] } }, { json: { text: shared } }],
		onError: 'continueErrorOutput',
	});
	expect(items.map(pairedTo)).toEqual([1]);
	expect(errorItems.map(pairedTo)).toEqual([0]);
});

it('what some parts said that they cost is told, although others said nothing', async () => {
	answerAll();
	const { reply } = world.service;
	let answered = 0;
	world.service.reply = (request) => {
		const said = reply(request);
		const isSilent = said.status === undefined && answered++ % 2 === 1;
		return isSilent ? { body: JSON.stringify({ choices }) } : said;
	};
	const { errorItems } = await world.engine.run({
		parameters: {
			resource: 'text',
			operation: 'translate',
			targetLanguage: 'French',
			model: freshModel(),
			text: sentences(14, 13).join(''),
			options: { maxConcurrency: 1 },
		},
		onError: 'continueErrorOutput',
	});
	const paid = Math.ceil(answered / 2) * PRICE;
	expect(answered).toBeGreaterThan(8);
	expect(errorOf(errorItems[0] ?? { json: {} }).text).toContain(`DeepInfra billed $${paid.toFixed(2)} for it`);
});
