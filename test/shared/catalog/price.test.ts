import { costFacts, estimateCost, mostFacts, type RequestFacts } from '../../../nodes/shared/catalog/estimate';
import { writeUsd } from '../../../nodes/shared/catalog/money';
import { readPrice } from '../../../nodes/shared/catalog/price';
import { pricing } from './fixtures/rows';

const TASKS = { image: ['text-to-image'], video: ['text-to-video'] };

describe('a price in words', () => {
	test.each([
		['input and output tokens', pricing.tokens, [], '$0.09 in, $0.55 out / 1M tokens'],
		['equal prices for both', pricing.evenTokens, [], '$0.20 / 1M tokens'],
		['tokens with one price missing', pricing.inputOnly, [], '$0.20 in / 1M tokens'],
		['input tokens', pricing.inputTokens, [], '$0.01 / 1M tokens'],
		['runtime', pricing.time, [], '$0.0005 / second of runtime'],
		['uptime', pricing.uptime, [], '$3.049 / hour'],
		['audio that goes in', pricing.inputLength, [], '$0.00045 / minute'],
		['characters', pricing.characters, [], '$0.62 / 1M characters'],
		['nothing', pricing.free, [], 'free'],
		['what comes out, by the number and not the text', pricing.outputLength, TASKS.video, '$0.025 / second'],
		['images', pricing.image, TASKS.image, '$0.009 / image (1024×1024, 25 steps)'],
		['images without steps', pricing.imageWithoutSteps, TASKS.image, '$0.014 / image (1024×1024)'],
		['images without a size', pricing.imageWithoutSize, TASKS.image, '$0.03 / image'],
		['images by their cost', pricing.imageByCost, TASKS.image, 'about $0.07 / image'],
		['videos in image units', pricing.imageWithoutSize, TASKS.video, '$0.03 / image unit'],
		['frame units', pricing.frames, TASKS.video, '$0.05 / second (720p)'],
		['frame units without words', pricing.framesWithoutWords, TASKS.video, '$0.002083 / frame unit'],
		['an unknown type with words', pricing.unknown, [], 'two hens a day'],
		['an unknown type with long words', pricing.unknownInFull, [], 'two hens a day, three on Sundays'],
		['amounts that are none, with words', pricing.brokenWithWords, [], 'ask us'],
		['an amount as text', pricing.asText, [], '$0.01 / 1M tokens'],
	])('%s', (_name, row, tasks, words) => {
		expect(readPrice(row, tasks)?.words).toBe(words);
	});

	test.each([
		['an unknown type without words', pricing.wordless],
		['amounts that are none', pricing.broken],
		['no object', 'cheap'],
		['null', null],
		['a list', [1]],
		['a name of Object.prototype as type', { type: 'constructor' }],
	])('none for %s', (_name, row) => {
		expect(readPrice(row)).toBeUndefined();
	});

	test('long and broken lines become one short line', () => {
		const price = readPrice({ type: 'barter', short: `two\n hens ${'and a goat '.repeat(30)}` });
		expect(price?.words).toMatch(/^two hens and a goat .*…$/);
		expect(price?.words).toHaveLength(80);
		expect(readPrice(pricing.outputLength)?.details).toBe('$0.03 / second for 720P, $0.05 / second for 1080P');
	});
});

describe('a price in numbers', () => {
	test('tokens, with every multiplier', () => {
		expect(readPrice(pricing.tokens)?.rates).toEqual([
			{ usd: 0.09, per: '1M input tokens' },
			{ usd: 0.55, per: '1M output tokens' },
			{ usd: 0.009, per: '1M cached input tokens' },
			{ usd: 0.1125, per: '1M input tokens written to an explicit cache' },
			{ usd: 0.135, per: '1M input tokens (priority)' },
			{ usd: 0.825, per: '1M output tokens (priority)' },
			{ usd: 0.072, per: '1M input tokens (flex)' },
			{ usd: 0.44, per: '1M output tokens (flex)' },
		]);
	});

	test.each([
		[pricing.inputTokens, [{ usd: 0.01, per: '1M input tokens' }]],
		[pricing.time, [{ usd: 0.0005, per: 'second of runtime' }]],
		[pricing.uptime, [{ usd: 3.0492, per: 'hour of uptime' }]],
		[pricing.inputLength, [{ usd: 0.00045, per: 'minute of input' }]],
		[pricing.outputLength, [{ usd: 0.025, per: 'second of output' }]],
		[pricing.characters, [{ usd: 0.62, per: '1M input characters' }]],
		[pricing.free, [{ usd: 0, per: '1M input characters' }]],
		[pricing.image, [{ usd: 0.009, per: 'image (1024×1024, 25 steps)' }]],
		[
			pricing.imageByCost,
			[
				{ usd: 0.07, per: 'image (usual)' },
				{ usd: 0.1, per: 'image unit' },
			],
		],
		[pricing.frames, [{ usd: 0.002083, per: 'frame unit' }]],
		[pricing.unknown, []],
	])('%#', (row, rates) => {
		expect(readPrice(row)?.rates).toEqual(rates);
	});

	describe('a discount', () => {
		const now = Date.UTC(2026, 10, 25);
		const listed = { type: 'tokens', cents_per_input_token: 1e-4, cents_per_output_token: 2e-4 };
		const later = now / 1000 + 86_400;

		test.each<[unknown, unknown, number, unknown]>([
			[0.2, null, 0.8, { share: 0.2 }],
			[0.5, later, 0.5, { share: 0.5, endsAt: later * 1000 }],
			['0.25', undefined, 0.75, { share: 0.25 }],
			[1, null, 0, { share: 1 }],
			[0.5, later * 1000, 0.5, { share: 0.5, endsAt: later * 1000 }],
			[0.5, String(later), 0.5, { share: 0.5, endsAt: later * 1000 }],
			[0.5, '2026-11-25T00:00:01', 0.5, { share: 0.5, endsAt: now + 1000 }],
			[0.5, '2026-11-26', 0.5, { share: 0.5, endsAt: now + 86_400_000 }],
			[0.5, ' 2026-11-25 02:00:01.5+02:00 ', 0.5, { share: 0.5, endsAt: now + 1500 }],
			// over, and none
			[0.5, now, 1, undefined],
			[0.5, now - 1, 1, undefined],
			[0.5, '2026-11-25T00:00', 1, undefined],
			[0.5, '2026-11-25', 1, undefined],
			// ends that cannot be read: they may be over
			[0.5, 0, 1, undefined],
			[0.5, '0', 1, undefined],
			[0.5, -1, 1, undefined],
			[0.5, '', 1, undefined],
			[0.5, 'soon', 1, undefined],
			[0.5, 'until 2099', 1, undefined],
			[0.5, 'January 5, 2099', 1, undefined],
			[0.5, '2099-13-45', 1, undefined],
			[0.5, true, 1, undefined],
			[0.5, [later], 1, undefined],
			[0.5, { seconds: later }, 1, undefined],
			[0.5, now / 1000 - 1, 1, undefined],
			[0, later, 1, undefined],
			[null, null, 1, undefined],
			[-0.5, null, 1, undefined],
			[20, null, 1, undefined],
			[{ name: 'summer' }, null, 1, undefined],
		])('of %j until %j leaves %d of the price', (discount, discount_ends_at, left, told) => {
			const price = readPrice({ ...listed, discount, discount_ends_at }, [], now);
			expect(price?.rates.map(({ usd }) => usd)).toEqual([1 * left, 2 * left]);
			expect(price?.discount).toEqual(told);
			expect(price?.basis).toMatchObject({ input: expect.closeTo(1e-6 * left, 12) });
		});

		test('of an image, of its usual price and of seconds', () => {
			const read = (pricing: object) => readPrice({ discount: 0.1, ...pricing }, ['text-to-image'], now)?.rates[0]?.usd;
			expect(read({ type: 'image_units', cents_per_image_unit: 10, default_width: 1024 })).toBe(0.09);
			expect(read({ type: 'image_units', cents_per_image_unit: 10, default_price_cents: 20 })).toBe(0.18);
			expect(read({ type: 'time', cents_per_sec: 1 })).toBe(0.009);
			expect(read({ type: 'input_character_length', cents_per_input_chars: 1e-4 })).toBe(0.9);
		});
	});

	test('writing to an explicit cache has a price for each time it is kept', () => {
		const explicit = (times: unknown) =>
			readPrice({ type: 'tokens', cents_per_input_token: 1e-4, rate_per_explicit_cache_write_token: times })
				?.rates.slice(1)
				.map(({ usd, per }) => [usd, per]);
		expect(explicit({ '5m': 1.25, '1h': 2 })).toEqual([
			[1.25, '1M input tokens written to an explicit cache (5m)'],
			[2, '1M input tokens written to an explicit cache (1h)'],
		]);
		expect(explicit(1.5)).toEqual([[1.5, '1M input tokens written to an explicit cache']]);
		expect([explicit({}), explicit({ '5m': 'much' }), explicit(null), explicit([1, 2])]).toEqual([[], [], [], []]);
	});
});

describe('what a request will cost', () => {
	test.each<[string, unknown, string[], RequestFacts, number]>([
		['tokens', pricing.tokens, [], { inputCharacters: 4000, maxNewTokens: 100 }, 0.000145],
		['several answers', pricing.tokens, [], { inputCharacters: 4000, maxNewTokens: 100, responses: 3 }, 0.000255],
		['input tokens', pricing.inputTokens, [], { inputCharacters: 400_000 }, 0.001],
		['short texts, a token each at least', pricing.inputTokens, [], { inputCharacters: 20, texts: 1000 }, 0.00001],
		[
			'characters that are a token each',
			pricing.inputTokens,
			[],
			{ inputCharacters: 400, wideCharacters: 400 },
			0.000004,
		],
		['characters', pricing.characters, [], { inputCharacters: 1000, wideCharacters: 1000 }, 0.00062],
		['a recording', pricing.inputLength, [], { inputSeconds: 120 }, 0.0009],
		['a video', pricing.outputLength, TASKS.video, { outputSeconds: 5 }, 0.125],
		['an image of the default size', pricing.image, TASKS.image, {}, 0.009],
		[
			'smaller images, more steps',
			pricing.image,
			TASKS.image,
			{ width: 512, height: 512, steps: 50, images: 2 },
			0.009,
		],
		['steps that do not count', pricing.imageWithoutSteps, TASKS.image, { steps: 50 }, 0.014],
		['sizes that do not count', pricing.imageWithoutSize, TASKS.image, { width: 64, height: 64, images: 3 }, 0.09],
		['images by their cost', pricing.imageByCost, TASKS.image, { width: 64 }, 0.07],
		['nothing, whatever is sent', pricing.free, [], {}, 0],
	])('%s', (_name, row, tasks, facts, usd) => {
		expect(estimateCost(readPrice(row, tasks), facts)).toEqual({ usd });
	});

	test.each([
		['English', 'The river is long. ', 19 / 4, 19],
		['Chinese', '这条河很长。', 6, 6],
		['Russian with English', 'Река - river', 4 + 8 / 4, 12],
		['Arabic', 'النهر طويل', 9 + 1 / 4, 10],
	])('a text in %s', (_, text, about, most) => {
		const facts = costFacts({
			path: '/v1/chat/completions',
			json: { messages: [{ role: 'user', content: text.repeat(1000) }] },
		});
		const tokens = (each: RequestFacts) => (estimateCost(readPrice(pricing.inputTokens, []), each).usd ?? NaN) / 1e-8;
		expect(tokens(facts)).toBeCloseTo(about * 1000, -1);
		// Ten for the template around each message, and as many for the answer's begin.
		expect(tokens(mostFacts(facts))).toBeCloseTo(most * 1000 + 20, -1);
	});

	const long = 'x'.repeat(20_000);
	const hello = { role: 'user', content: 'Hi' };
	const tokensOf = (more: Record<string, unknown>, of = mostFacts) => {
		const facts = costFacts({ path: '/v1/chat/completions', json: { messages: [hello], ...more } });
		return (estimateCost(readPrice(pricing.inputTokens, []), of(facts)).usd ?? NaN) / 1e-8;
	};
	test.each<[string, Record<string, unknown>]>([
		['tools', { tools: [{ type: 'function', function: { name: 'f', description: long } }] }],
		['a schema', { response_format: { type: 'json_schema', json_schema: { schema: { description: long } } } }],
		['names in a schema', { response_format: { json_schema: { schema: { properties: { [long]: {} } } } } }],
		['earlier calls', { messages: [hello, { role: 'assistant', content: null, tool_calls: [{ arguments: long }] }] }],
		['earlier thoughts', { messages: [hello, { role: 'assistant', content: 'x', reasoning_content: long }] }],
	])('%s are read, and billed', (_, more) => {
		expect(tokensOf(more)).toBeGreaterThan(20_000);
		expect(tokensOf(more)).toBeLessThan(20_200);
		expect(tokensOf(more, (facts) => facts)).toBeGreaterThan(5000);
		expect(tokensOf(more, (facts) => facts)).toBeLessThan(5100);
	});

	test('pictures among the messages leave the length unknown, whatever tools there are', () => {
		const messages = [{ role: 'user', content: [{ type: 'text', text: 'x' }, { type: 'image_url' }] }];
		expect(tokensOf({ messages, tools: [{ name: long }] })).toBeNaN();
	});

	test.each<[string, unknown, number, number]>([
		['none', undefined, 1, 1],
		['priority', 'priority', 1.5, 1.5],
		['auto, which is priority', 'auto', 1.5, 1.5],
		['flex, which may be served as default', 'flex', 0.8, 1],
		['unknown', 'express', 1, 1],
		['no text', 7, 1, 1],
	])('a tier: %s', (_, tier, about, most) => {
		const tiers = { rate_per_service_tier_priority: 1.5, rate_per_service_tier_flex: 0.8 };
		const base = { type: 'tokens', cents_per_input_token: 1e-3, cents_per_output_token: 2e-3 };
		const facts = costFacts({ path: '/', json: { prompt: 'abcd', max_tokens: 1000, service_tier: tier } });
		const usd = (row: unknown, each: RequestFacts) => estimateCost(readPrice(row, []), each).usd;
		expect(usd({ ...base, ...tiers }, facts)).toBeCloseTo(about * 0.02001, 6);
		expect(usd({ ...base, ...tiers }, mostFacts(facts))).toBeCloseTo(most * 0.02004, 6);
		// Nobody knows whether the model has the tier.
		expect(usd(base, facts)).toBeCloseTo(0.02001, 6);
		expect(usd(base, mostFacts(facts))).toBeCloseTo(most * 0.02004, 6);
	});

	test.each(['512x768', '512×768', ' 512 * 768 '])('the edges of a picture, as %j', (size) => {
		expect(costFacts({ path: '/', json: { size } })).toMatchObject({ width: 512, height: 768 });
	});

	test('the largest limit of an answer counts, whatever it is called', () => {
		const of = (json: Record<string, unknown>) => costFacts({ path: '/', json }).maxNewTokens;
		expect(of({ max_completion_tokens: 5000 })).toBe(5000);
		expect(of({ max_tokens: 100, max_completion_tokens: 5000 })).toBe(5000);
		expect(of({ max_tokens: 100 })).toBe(100);
		expect(of({})).toBeUndefined();
	});

	test('tools of thousands of requests are counted once, and deep ones are counted', () => {
		let deep: Record<string, unknown> = { text: long };
		for (let depth = 0; depth < 20_000; depth++) deep = { deep };
		const tools = [
			deep,
			...Array.from({ length: 20_000 }, (_, index) => ({ name: `tool ${index}`, text: 'x'.repeat(100) })),
		];
		const since = performance.now();
		for (let count = 0; count < 2000; count++) tokensOf({ tools });
		expect(performance.now() - since).toBeLessThan(1000);
	});

	test('a text that is billed by its characters costs at most what it costs', () => {
		const facts = costFacts({ path: '/v1/inference/a/b', json: { input: 'x'.repeat(1000) } });
		const price = readPrice(pricing.characters, []);
		expect(estimateCost(price, mostFacts(facts))).toEqual(estimateCost(price, facts));
	});

	test.each<[string, unknown, string[], RequestFacts, RegExp]>([
		['no price', null, [], {}, /names no price/],
		['a price in words', pricing.unknown, [], {}, /two hens a day/],
		['an answer without limit', pricing.tokens, [], { inputCharacters: 8 }, /'Max New Tokens'/],
		['an unknown input', pricing.tokens, [], { maxNewTokens: 8 }, /length of the input is not known/],
		['a recording of unknown length', pricing.inputLength, [], {}, /recording/],
		['a video of unknown length', pricing.outputLength, TASKS.video, {}, /output becomes/],
		['runtime', pricing.time, [], { inputCharacters: 8 }, /time it runs/],
		['uptime', pricing.uptime, [], { inputCharacters: 8 }, /hours it is up/],
		['frame units', pricing.frames, TASKS.video, {}, /How long and how large/],
		['frame units of another size', pricing.frames, TASKS.video, { outputSeconds: 5, resolution: '4k' }, /How long/],
		["an image's tokens", pricing.inputTokens, TASKS.image, { inputCharacters: 8 }, /tokens the image counts for/],
		['a video in image units', pricing.imageWithoutSize, TASKS.video, {}, /image unit/],
	])('nobody knows: %s', (_name, row, tasks, facts, why) => {
		expect(estimateCost(readPrice(row, tasks), facts)).toEqual({ usd: null, why: expect.stringMatching(why) });
	});
});

test.each([
	[0, '$0'],
	[12.345, '$12.35'],
	[3, '$3.00'],
	[0.1, '$0.10'],
	[0.045, '$0.045'],
	[0.000000123456, '$0.0000001235'],
])('%d USD is written %s', (usd, written) => {
	expect(writeUsd(usd)).toBe(written);
});
