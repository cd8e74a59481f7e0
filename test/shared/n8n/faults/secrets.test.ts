import type { IDataObject, StructuredChunk } from 'n8n-workflow';
import { omit } from '../../../../nodes/shared/core/values';
import { withoutUsage } from '../../../support/results';
import { dump } from '../../../support/dump';
import { trialOf, withMore, type Trial } from '../../../support/faults/ordeal';
import { subjectOf } from '../../../support/operation/registry';
import { startOtherHost, type OtherHost } from '../../../support/otherHost';
import { isInference, openWorld, type World } from '../../../support/world';

/** What the suite of every operation does not ask (test/support/operation/secrets.ts): files that come out. */

const MINE = 'emulator-key-0aB1cD2eF3gH4';

let world: World;
let other: OtherHost;
beforeAll(async () => {
	world = await openWorld({ apiKey: MINE });
	other = await startOtherHost();
});
afterAll(async () => {
	await world.close();
	await other.close();
});
beforeEach(() => void (other.seen.length = 0));
afterEach(() => void (world.emulator.options.faults = undefined));

const run = async ({ parameters, items }: Trial) =>
	await world.engine.run({
		parameters: withMore(parameters, { maxRetries: 0 }),
		items,
		onError: 'continueErrorOutput',
	});

it('the search for a key finds one that hides', () => {
	const error = new Error('x', { cause: new Error(`Bearer ${MINE}`) });
	expect(dump([{ deep: { error } }])).toContain(MINE);
	expect(dump(Buffer.from(MINE))).toContain(MINE);
});

it('a file of an answer is downloaded from elsewhere without the key', async () => {
	const subject = await trialOf(world.engine, subjectOf('image: generate'), 1);
	world.emulator.options.faults = (request) =>
		isInference(request)
			? { kind: 'status', status: 200, body: { images: [`${other.url}/image.png`], status: 'ok' } }
			: undefined;
	const result = await run(subject);
	expect(other.seen.length).toBeGreaterThan(0);
	expect(other.seen.map(({ authorization }) => authorization)).toEqual(other.seen.map(() => undefined));
	expect(dump(other.seen)).not.toContain(MINE);
	expect(dump(result)).not.toContain(MINE);
});

it('a download that is redirected from the base URL leaves the key behind', async () => {
	const subject = await trialOf(world.engine, subjectOf('image: generate'), 1);
	world.emulator.options.faults = (request) => {
		if (isInference(request))
			return { kind: 'status', status: 200, body: { images: ['/files/sample.jpg'], status: 'ok' } };
		return request.path === '/files/sample.jpg' ? { kind: 'redirect', location: `${other.url}/moved.jpg` } : undefined;
	};
	const result = await run(subject);
	const first = world.emulator.requests.find(({ path }) => path === '/files/sample.jpg');
	expect(first?.headers.authorization).toBe(`Bearer ${MINE}`);
	expect(other.seen.length).toBeGreaterThan(0);
	expect(dump(other.seen)).not.toContain(MINE);
	expect(dump(result)).not.toContain(MINE);
});

describe('a key that a service writes in another form', () => {
	const forms = {
		base64: (key: string) => Buffer.from(key).toString('base64').slice(4, -4),
		escaped: (key: string) => [...key].map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join(''),
		lines: (key: string) => key.slice(3, 11),
		plain: (key: string) => key,
	} as const;
	const written = ['base64', 'escaped', 'lines', 'plain'] as const;

	it.each(written.flatMap((form) => (['error', 'success', 'requestId'] as const).map((as) => [form, as] as const)))(
		'is hidden: %s in %s',
		async (form, as) => {
			const subject = await trialOf(world.engine, subjectOf('text: classify'), 1);
			world.emulator.options.faults = (request) => (isInference(request) ? { kind: 'echoKey', as, form } : undefined);
			for (const simplify of [true, false]) {
				const result = await run({ ...subject, parameters: { ...subject.parameters, simplify } });
				const everything = `${dump(result)} ${JSON.stringify(result.items)} ${JSON.stringify(result.errorItems)}`;
				expect(everything).not.toContain(MINE);
				expect(everything).not.toContain(forms[form](MINE));
				// Bearer and the key, in base64 as one
				expect(everything).not.toContain(Buffer.from(`Bearer ${MINE}`).toString('base64').slice(12, -4));
				if (as === 'success') expect(result.items.length).toBe(1);
				else expect(result.errorItems.length).toBe(1);
				if (as !== 'success' || !simplify) expect(everything).toContain('[API key]');
			}
		},
	);
});

/** How programs and services write a text that they quote. */
const WRITTEN: ReadonlyArray<[string, (key: string) => string]> = [
	['for a program', (key) => [...key].map((letter) => `\\x${letter.charCodeAt(0).toString(16)}`).join('')],
	['with braces', (key) => [...key].map((letter) => `\\u{${letter.charCodeAt(0).toString(16)}}`).join('')],
	['for an address', (key) => [...key].map((letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`).join('')],
	['for an address, twice', (key) => [...key].map((letter) => `%25${letter.charCodeAt(0).toString(16)}`).join('')],
	['for HTML', (key) => [...key].map((letter) => `&#x${letter.charCodeAt(0).toString(16)};`).join('')],
	['in hex', (key) => Buffer.from(key).toString('hex')],
	['in base64 for addresses', (key) => Buffer.from(`{"k":"${key}"}`).toString('base64url')],
	['in two lines', (key) => `${key.slice(0, 12)}\r\n\t${key.slice(12)}`],
	['in JSON in JSON', (key) => JSON.stringify(JSON.stringify({ key: [...key].map((letter) => letter).join('') }))],
];

/** Some ten letters of what was written, from its middle. */
const middleOf = (text: string) => text.slice(Math.floor(text.length / 2) - 5, Math.floor(text.length / 2) + 5);

it.each<[string, (words: string) => object, number]>([
	['text: classifyTokens', (words) => ({ results: [], debug: { [words]: [words] } }), 200],
	['image: classify', (words) => ({ results: [{ label: words, score: 1 }] }), 200],
	['embedding: create', (words) => ({ detail: { error: words } }), 422],
	['audio: transcribe', (words) => ({ text: words }), 200],
	['text: generate', (words) => ({ inference_status: { status: 'failed', error: words } }), 200],
	['chat: complete', (words) => ({ choices: [{ message: { content: words } }] }), 200],
	['chat: complete', (words) => ({ error: { message: words } }), 400],
	['text: extract', (content) => ({ choices: [{ message: { content } }] }), 200],
	['text: rerank', (words) => ({ error: words }), 200],
	['audio: synthesize', (words) => ({ audio: words }), 200],
	['video: generate', (error) => ({ id: 'v1', status: 'failed', error }), 200],
])('a key that %s has in its answer is hidden in any writing: %p, status %i', async (name, bodyOf, status) => {
	const subject = subjectOf(name);
	// Another writing for each item.
	const trial = await trialOf(world.engine, subject, WRITTEN.length);
	const parameters = omit(withMore(trial.parameters, { maxConcurrency: 1 }), 'includeOtherFields');
	for (const more of [{}, ...(status === 200 ? [{ simplify: false }] : [])]) {
		const told = new Set<number>();
		world.emulator.options.faults = (request) => {
			const item = subject.asks(request) ? subject.itemOf(request) : -1;
			const [, write] = WRITTEN[item] ?? [];
			if (!write) return undefined;
			told.add(item);
			return { kind: 'status', status, body: bodyOf(`got ${write(MINE)} there`) };
		};
		const result = await run({ ...trial, parameters: { ...parameters, ...more } });
		expect(told.size).toBe(WRITTEN.length);
		const everything = `${dump(result)} ${JSON.stringify(result)}`;
		expect(everything).not.toContain(MINE);
		for (const [, write] of WRITTEN) expect(everything).not.toContain(middleOf(write(MINE)));
	}
});

describe('a key that a stream holds', () => {
	const subject = subjectOf('chat: complete');
	const events = (...all: object[]) =>
		`${all.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`;
	const piece = (content: string) => ({ id: 'c1', choices: [{ index: 0, delta: { content } }] });
	const end = { id: 'c1', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
	const stream = async (body: string, apiKey = MINE) => {
		world.emulator.options.faults = (request) =>
			subject.asks(request) ? { kind: 'status', status: 200, body, contentType: 'text/event-stream' } : undefined;
		const chunks: StructuredChunk[] = [];
		const result = await world.engine.run({
			parameters: subject.parameters({ maxRetries: 0 }),
			onChunk: (chunk) => chunks.push(chunk),
			credentials: { apiKey },
			onError: 'continueErrorOutput',
		});
		return { result, chunks, everything: `${dump(result)} ${dump(chunks)}` };
	};

	it.each(WRITTEN)('is hidden: %s', async (_, write) => {
		for (const body of [
			events(piece(`It is ${write(MINE)}.`), end),
			events(piece('It'), { error: { message: `no ${write(MINE)}` } }),
		]) {
			const { everything } = await stream(body);
			expect(everything).not.toContain(MINE);
			expect(everything).not.toContain(middleOf(write(MINE)));
			expect(everything).toContain('[API key]');
		}
	});

	it.each([1, 3, 8, 13])('is never shown where it comes in pieces of %i letters', async (size) => {
		for (const [, write] of [['as it is', (key: string) => key] as const, ...WRITTEN]) {
			const words = `It is ${write(MINE)}, they say.`;
			const pieces = words.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
			const { result, chunks } = await stream(events(...pieces.map(piece), end));
			const shown = chunks.map(({ content }) => content ?? '').join('');
			expect(shown).toMatch(/^It is .{0,20}\[API key\].{0,20}, they say\.$/);
			expect(result.items[0]?.json.text).toBe(shown);
		}
	});

	it('comes to its end where it only begins like the key', async () => {
		const { result, chunks } = await stream(events(piece('So: '), piece(MINE.slice(0, 9)), end));
		expect(chunks.map(({ content }) => content ?? '').join('')).toBe(`So: ${MINE.slice(0, 9)}`);
		expect(result.items[0]?.json).toMatchObject({ text: `So: ${MINE.slice(0, 9)}`, finishReason: 'stop' });
	});

	it.each(['content', 'null', '1', 'choices', 'The', 'data'])('is a word where it is short: %s', async (apiKey) => {
		const { result } = await stream(events(piece('The content 1'), piece(' null data'), end), apiKey);
		expect(result.errorItems).toEqual([]);
		expect(result.items[0]?.json).toMatchObject({ text: 'The content 1 null data', finishReason: 'stop' });
	});
});

const withLongKey = new Map<string, IDataObject[]>();
it.each(['true', 'results', '0', 'label', 'positive', '.'])(
	'the short key %j changes no good answer',
	async (apiKey) => {
		for (const name of ['text: classify', 'image: detectObjects', 'chat: complete', 'text: classifyZeroShot']) {
			const subject = subjectOf(name);
			const parameters = omit(subject.parameters(), 'includeOtherFields');
			const items = await subject.items(world.engine);
			world.emulator.options.faults = (request) =>
				subject.asks(request) ? { kind: 'status', status: 200, body: subject.answer } : undefined;
			const plain = withLongKey.get(name) ?? (await world.engine.run({ parameters, items })).items.map(withoutUsage);
			withLongKey.set(name, plain);
			const short = await world.engine.run({ parameters, items, credentials: { apiKey } });
			expect(short.error).toBeUndefined();
			expect(short.items.map(withoutUsage)).toEqual(plain);
		}
	},
);

it('a short key is hidden in the words of an output that failed by itself', async () => {
	const subject = subjectOf('chat: complete');
	world.emulator.options.faults = (request) =>
		subject.asks(request)
			? {
					kind: 'status',
					status: 200,
					body: { choices: [{ message: { refusal: 'not with hunter2' } }, { message: { content: 'fine' } }] },
				}
			: undefined;
	const result = await world.engine.run({
		parameters: subject.parameters({ numResponses: 2 }),
		credentials: { apiKey: 'hunter2' },
		onError: 'continueErrorOutput',
	});
	expect(result.items.map(({ json }) => json.text)).toEqual(['fine']);
	expect(result.errorItems[0]?.json.error).toContain('not with [API key]');
});

describe('a name or a password in an address', () => {
	it.each([
		'http://:secret-word@HOST',
		'http://me@HOST',
		'http://me:secret-word@HOST/v1/openai',
		'http://me:secret%2Dword@HOST/proxy/',
		'  http://%6d%65:secret-word@HOST\n',
	])('is refused as the base URL: %s', async (written) => {
		const baseUrl = written.replace('HOST', new URL(world.emulator.url).host);
		world.emulator.requests.length = 0;
		for (const name of ['text: classify', 'image: generate', 'chat: complete', 'model: getAll', 'video: generate']) {
			const { error } = await world.engine.run({
				parameters: omit(subjectOf(name).parameters(), 'includeOtherFields'),
				credentials: { baseUrl },
			});
			expect(error?.message).toBe(
				"The 'Base URL' in the DeepInfra credential holds a user name or a password [item 0]",
			);
			expect(`${error?.message} ${error?.description}`).not.toMatch(/secret|me:/);
		}
		const tested = await world.engine.testCredential({ baseUrl });
		expect(JSON.stringify(tested)).not.toContain('secret');
		expect(tested.status).toBe('Error');
		expect(world.emulator.requests).toEqual([]);
	});

	it.each<[string, (address: string) => object]>([
		['image: generate', (address) => ({ images: [address] })],
		['audio: synthesize', (audio) => ({ audio })],
		['video: generate', (url) => ({ id: 'v1', object: 'video.generation.job', status: 'succeeded', data: [{ url }] })],
		['image: edit', (url) => ({ data: [{ url }] })],
	])('is not followed in an answer: %s', async (name, bodyOf) => {
		const subject = subjectOf(name);
		const host = new URL(other.url).host;
		const parameters = omit(subject.parameters({ maxRetries: 0 }), 'includeOtherFields');
		const items = await subject.items(world.engine);
		for (const address of [
			`http://me:secret-word@${host}/a.png`,
			`http://:secret-word@${host}/a.png`,
			`http://me@${host}/a.png`,
			`http://${new URL(world.emulator.url).host}@${host}/a.png`,
			`//me:secret-word@${host}/a.png`,
		]) {
			world.emulator.options.faults = (request) =>
				subject.asks(request) ? { kind: 'status', status: 200, body: bodyOf(address) } : undefined;
			const result = await world.engine.run({
				parameters: name === 'video: generate' ? { ...parameters, waitForResult: true } : parameters,
				items,
				onError: 'continueErrorOutput',
			});
			expect(result.items).toEqual([]);
			expect(String(result.errorItems[0]?.json.error)).not.toContain('secret-word');
			if (!address.startsWith('//'))
				expect(String(result.errorItems[0]?.json.error)).toContain('its address holds a user name or a password');
		}
		expect(other.seen).toEqual([]);
	});
});

it('a key that is a common word is left in results, and hidden in messages', async () => {
	const subject = await trialOf(world.engine, subjectOf('text: classify'), 1);
	world.emulator.options.faults = (request) =>
		isInference(request)
			? {
					kind: 'status',
					status: 200,
					body: { results: [{ label: 'test', score: 1 }], request_id: 'test', inference_status: null },
				}
			: undefined;
	const good = await world.engine.run({
		parameters: subject.parameters,
		items: subject.items,
		credentials: { apiKey: 'test' },
	});
	expect(good.items[0]?.json).toMatchObject({ label: 'test', usage: { requestId: 'test' } });
	world.emulator.options.faults = (request) => (isInference(request) ? { kind: 'echoKey', as: 'error' } : undefined);
	const bad = await world.engine.run({
		parameters: subject.parameters,
		items: subject.items,
		credentials: { apiKey: 'test' },
	});
	expect(bad.error?.message).toContain('Authorization: Bearer [API key] was refused');
});
