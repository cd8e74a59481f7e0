import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { completion } from '../../support/chat';
import { asked } from '../../support/parameters';
import { errorOf, stored } from '../../support/results';
import { envelope, jsonReply, notFound, type Reply, type SentRequest } from '../../support/service';
import { openWorld, type World } from '../../support/world';

/** Answers in other shapes than the documented one, each of a service that exists. What is paid comes out right, or fails. */

let world: World;
beforeAll(async () => (world = await openWorld({ asks: 'service' })));
afterAll(async () => await world.close());

let models = 0;
const freshName = () => `shapes/model-${++models}`;

/** What comes of a question that is answered so: items, and the errors of those that failed. */
async function resultOf(parameters: INodeParameters, reply: (request: SentRequest) => Reply, items?: IDataObject[]) {
	world.service.requests.length = 0;
	world.service.reply = (request) => (request.path.startsWith('/v1/') ? reply(request) : notFound);
	const run = await world.engine.run({
		parameters,
		items: items?.map((json) => ({ json })),
		onError: 'continueErrorOutput',
	});
	expect(run.error).toBeUndefined();
	return { items: run.items.map(({ json }) => stored(json)), errors: run.errorItems.map((item) => errorOf(item).text) };
}

const told =
	(answer: IDataObject): (() => Reply) =>
	() =>
		jsonReply({ ...envelope, ...answer });
const options = { maxRetries: 0 };

describe('a chat', () => {
	const chat = (own: INodeParameters = {}) =>
		asked('chat', 'complete', freshName(), {
			messages: { values: [{ role: 'user', content: 'x' }] },
			options: { ...options, ...own },
		});
	const say = (message: IDataObject, more: IDataObject = {}) => ({
		...completion(''),
		choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
		...more,
	});
	const call = { name: 'f', arguments: '{"a":1}' };
	const tokens = { prompt_tokens: 5, completion_tokens: 6 };
	it.each<[string, IDataObject, IDataObject]>([
		['its text in texts', say({ content: ['Hello ', 'you'] }), { text: 'Hello you' }],
		['its text as one part', say({ content: { type: 'text', text: 'Hi' } }), { text: 'Hi' }],
		['parts without a type', say({ content: [{ text: 'Hi' }, { type: 'image', text: 'no' }] }), { text: 'Hi' }],
		['the form of completions', { ...completion(''), choices: [{ index: 0, text: 'Hi' }] }, { text: 'Hi' }],
		[
			'arguments that are JSON twice',
			say({
				content: null,
				tool_calls: [{ id: 't', function: { ...call, arguments: JSON.stringify(call.arguments) } }],
			}),
			{ toolCalls: [{ id: 't', name: 'f', arguments: { a: 1 } }] },
		],
		[
			'a single function',
			say({ content: null, function_call: call }),
			{ toolCalls: [{ id: '', name: 'f', arguments: { a: 1 } }] },
		],
		['no usage', say({ content: 'Hi' }, { usage: null }), { usage: { requestId: envelope.request_id } }],
		[
			'a price with its sign',
			say({ content: 'Hi' }, { usage: { ...tokens, estimated_cost: '$0.5' } }),
			{ usage: { costUsd: 0.5 } },
		],
		[
			'with its name',
			say({ content: 'Hi' }, { usage: { ...tokens, estimated_cost: '2e-3 USD' } }),
			{ usage: { costUsd: 0.002 } },
		],
		[
			'in parts',
			say({ content: 'Hi' }, { usage: { ...tokens, estimated_cost: [0.1, '0.2'] } }),
			{ usage: { costUsd: 0.3 } },
		],
	])('%s', async (_, answer, expected) => {
		const { items, errors } = await resultOf(chat(), () => jsonReply(answer));
		expect(errors).toEqual([]);
		expect(items).toMatchObject([expected]);
	});

	it.each([['free'], [-1], [['a', 1]], [{ usd: 1 }], ['$-1'], [[]]])('a cost of %j is none', async (cost) => {
		const answer = say({ content: 'Hi' }, { usage: { ...tokens, estimated_cost: cost } });
		const { items } = await resultOf(chat(), () => jsonReply(answer));
		expect(items[0]?.usage).not.toHaveProperty('costUsd');
	});

	it('its choices out of order', async () => {
		const choices = ['c', 'a', 'b'].map((content, at) => ({
			index: [2, 0, 1][at],
			message: { content },
			finish_reason: 'stop',
		}));
		const answer = () => jsonReply({ ...completion(''), choices });
		const { items } = await resultOf(chat({ numResponses: 3 }), answer);
		expect(items.map(({ text, index }) => [text, index])).toEqual([
			['a', 0],
			['b', 1],
			['c', 2],
		]);
	});
});

describe('the letters of an answer', () => {
	const classify = () => asked('text', 'classify', freshName(), { text: 'x', options });
	const json = JSON.stringify({ ...envelope, results: [{ label: 'grün', score: 1 }] });
	const swapped = () => Buffer.from(json, 'utf16le').swap16();
	it.each<[string, string, () => Buffer]>([
		['Latin-1', 'application/json; charset=iso-8859-1', () => Buffer.from(json, 'latin1')],
		['Windows', 'application/json;charset="windows-1252"', () => Buffer.from(json, 'latin1')],
		['UTF-8 that is declared otherwise', 'application/json; charset=ISO-8859-1', () => Buffer.from(json)],
		['UTF-8 declared as nothing known', 'application/json; charset=x-mine', () => Buffer.from(json)],
		['UTF-16 without a mark', 'application/json; charset=utf-16le', () => Buffer.from(json, 'utf16le')],
		['UTF-16 that nobody declared', 'application/json', () => Buffer.from(json, 'utf16le')],
		['the other one', 'application/json; charset=utf-16', swapped],
	])('in %s', async (_, contentType, write) => {
		const { items, errors } = await resultOf(classify(), () => ({ contentType, body: write() }));
		expect(errors).toEqual([]);
		expect(items).toMatchObject([{ label: 'grün', usage: { costUsd: 0.000114 } }]);
	});
});
