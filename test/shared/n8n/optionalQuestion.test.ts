import type { INodeParameters } from 'n8n-workflow';
import { putInVirtualClock } from '../../support/engine/virtualClock';
import { chatParameters, completion, LLAMA } from '../../support/chat';
import { withOptions } from '../../support/parameters';
import { hintsOf, itemsOf, onlyItem, stored } from '../../support/results';
import { jsonReply, notFound, type Reply } from '../../support/service';
import { openWorld, type World } from '../../support/world';

/** A result that is paid for stands, whatever becomes of the question that was to mend it. */

let world: World;
beforeAll(async () => (world = await openWorld({ asks: 'service' })));
afterAll(async () => await world.close());

const billing = (content: string, cost: number, finish = 'stop') => ({
	...completion(content, { finish_reason: finish }),
	usage: { estimated_cost: cost },
});

/** The first translation lacks its placeholder; what follows is said by the test. */
async function translate(second: Reply, options: INodeParameters = {}, isStopped = false) {
	let asked = 0;
	world.service.reply = ({ path }) => {
		if (!path.endsWith('/chat/completions')) return notFound;
		asked++;
		return asked === 1 ? jsonReply(billing('English\nBonjour', 0.1)) : second;
	};
	const parameters = chatParameters('text', 'translate', { text: 'Hello {{name}}', targetLanguage: 'French' }, LLAMA);
	const result = await world.engine.run({
		parameters: withOptions({ ...parameters, includeOtherFields: false }, { maxRetries: 0, ...options }),
		onError: 'continueErrorOutput',
		...(isStopped ? { cancelAfterMs: 50, cancelOnce: () => asked === 2 } : {}),
	});
	return { result, asked };
}

const told = { detail: { error: 'no' }, inference_status: { status: 'failed', cost: 0.05 } };

it.each<[string, Reply, INodeParameters, number, number]>([
	['is refused', jsonReply({ error: 'no' }, 400), {}, 0.1, 2],
	['is refused, and billed', jsonReply(told, 400), {}, 0.15, 2],
	['finds DeepInfra busy', jsonReply({ error: 'busy' }, 429), {}, 0.1, 2],
	['finds the key used up', jsonReply({ error: 'no balance' }, 402), {}, 0.1, 2],
	['fails at DeepInfra', jsonReply({ error: 'oh' }, 500), {}, 0.1, 2],
	['is not answered in time', { body: '', stallAfter: 'nothing' }, { timeout: 1 }, 0.1, 2],
	['gets a broken answer', { body: '{"choices": [', cutAfter: 5 }, {}, 0.1, 2],
	['gets an answer without choices', jsonReply({ usage: { estimated_cost: 0.2 } }), {}, 0.3, 2],
	['gets half a translation', jsonReply(billing('English\nBon', 0.2, 'length')), {}, 0.3, 2],
	['is not sent, since the budget is used up', notFound, { budgetUsd: 0.1 }, 0.1, 1],
])(
	'a translation stands with its note where the second question %s',
	async (_what, second, options, cost, requests) => {
		const { result, asked } = await translate(second, options);
		expect(asked).toBe(requests);
		expect(result.errorItems).toEqual([]);
		expect(stored(onlyItem(result).json)).toMatchObject({
			translation: 'Bonjour',
			sourceLanguage: 'English',
			usage: { model: LLAMA, requestId: completion('').id },
		});
		const { costUsd } = Object(stored(onlyItem(result).json).usage);
		expect(costUsd).toBeCloseTo(cost, 9);
		expect(hintsOf(result).join()).toContain('A translation lacks {{name}}');
	},
);

it('the second answer is taken where it can be read', async () => {
	const { result } = await translate(jsonReply(billing('English\nBonjour {{name}}', 0.2)));
	expect(itemsOf(result).map(({ json }) => json.translation)).toEqual(['Bonjour {{name}}']);
	expect(Object(stored(onlyItem(result).json).usage).costUsd).toBeCloseTo(0.3, 9);
});

it('a run that is stopped meanwhile stays stopped', async () => {
	const { result } = await translate({ body: '', stallAfter: 'nothing' }, {}, true);
	expect(result).toMatchObject({ status: 'canceled', errorItems: [] });
});

it.each(['7', '250'])('a translation does not wait longer than Timeout for a break of %s seconds', async (pause) => {
	const clock = putInVirtualClock(world.emulator);
	const busy = { ...jsonReply({ error: 'busy' }, 429), headers: { 'retry-after': pause } };
	const { result } = await translate(busy, { timeout: 20, maxRetries: 10 }).finally(() => clock.remove());
	expect(stored(onlyItem(result).json)).toMatchObject({ translation: 'Bonjour', usage: { costUsd: 0.1 } });
	expect(clock.now()).toBeLessThan(22_000);
});
