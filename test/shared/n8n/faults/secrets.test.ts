/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { LoggerProxy } from 'n8n-workflow';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { Fault } from '../../../emulator';
import { faultKinds } from '../../../support/faults/kinds';
import { planOf } from '../../../support/faults/plan';
import { type Subject, makeSubject, operationNames, optionsOf, runOrdeal } from '../../../support/faults/ordeal';
import { type World, isInference, openWorld } from '../../../support/world';

const MINE = 'emulator-key-0aB1cD2eF3gH4';

let world: World;
let logged: unknown[];
let other: Server;
let otherUrl: string;
const seenByOther: IncomingHttpHeaders[] = [];

beforeAll(async () => {
	world = await openWorld({ apiKey: MINE });
	other = createServer(({ headers }, response) => {
		seenByOther.push(headers);
		response.end('{}');
	});
	await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
	const address = other.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	otherUrl = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
	await world.close();
	await new Promise((resolve) => other.close(resolve));
});
beforeEach(() => {
	logged = [];
	seenByOther.length = 0;
	const note = (...words: unknown[]) => logged.push(words);
	LoggerProxy.init({ error: note, warn: note, info: note, debug: note });
	for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
		jest.spyOn(console, method).mockImplementation(note);
	}
	for (const stream of [process.stdout, process.stderr]) {
		jest.spyOn(stream, 'write').mockImplementation((words) => {
			note(words);
			return true;
		});
	}
});
afterEach(() => {
	jest.restoreAllMocks();
	world.emulator.options.faults = undefined;
});

/** All that is in a value, however it hides: causes of errors, hidden properties, bytes. */
function dump(value: unknown, seen = new Set<unknown>()): string {
	if (typeof value === 'string') return value;
	if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
	if (typeof value !== 'object' || value === null || seen.has(value)) return String(value);
	seen.add(value);
	if (value instanceof Map || value instanceof Set) return [...value].map((entry) => dump(entry, seen)).join('\n');
	return Object.getOwnPropertyNames(value)
		.map((name) => `${name}: ${dump(Reflect.get(value, name), seen)}`)
		.join('\n');
}

it('the search for a key finds one that hides', () => {
	const error = new Error('x', { cause: new Error(`Bearer ${MINE}`) });
	expect(dump([{ deep: { error } }])).toContain(MINE);
	expect(dump(Buffer.from(MINE))).toContain(MINE);
});

async function run(subject: Subject, onError: 'stopWorkflow' | 'continueErrorOutput' | 'continueRegularOutput') {
	world.emulator.requests.length = 0;
	return await world.engine.run({
		parameters: { ...subject.parameters, options: { ...optionsOf(subject), maxRetries: 0 } },
		items: subject.items,
		onError,
	});
}

const sent = () => world.emulator.requests.filter(isInference);

describe.each(operationNames)('%s', (name) => {
	let subject: Subject;
	beforeAll(async () => {
		subject = await makeSubject(world.engine, name, 3);
	});

	it.each(['error', 'success'] as const)('keeps the key to itself when the service echoes it: %s', async (as) => {
		world.emulator.options.faults = (request) => (isInference(request) ? { kind: 'echoKey', as } : undefined);
		for (const onError of ['stopWorkflow', 'continueErrorOutput', 'continueRegularOutput'] as const) {
			expect(dump(await run(subject, onError))).not.toContain(MINE);
		}
		expect(sent()[0]?.headers.authorization).toBe(`Bearer ${MINE}`);
		expect(dump(logged)).not.toContain(MINE);
	});

	it('keeps it to itself in the raw response', async () => {
		await expectRawWithoutKey(subject);
	});

	it('keeps it to itself whatever goes wrong', async () => {
		const kinds = faultKinds.filter(({ isSlow }) => !isSlow);
		const { plan } = planOf(kinds, 1);
		const many = await makeSubject(world.engine, name, 40);
		const { result } = await runOrdeal(world, many, plan, { maxRetries: 0 });
		expect(result.errorItems.length).toBeGreaterThan(20);
		expect(dump(result)).not.toContain(MINE);
		expect(dump(logged)).not.toContain(MINE);
	});

	it('sends a key that is refused once', async () => {
		const first = { ...subject, items: subject.items.slice(0, 1) };
		world.emulator.requests.length = 0;
		const result = await world.engine.run({ ...first, credentials: { apiKey: 'not-the-key' } });
		expect(result.error).toMatchObject({ httpCode: '401', itemIndex: 0 });
		expect(sent().length).toBe(1);
		expect(dump(result)).not.toContain('not-the-key');
		expect(dump(logged)).not.toContain('not-the-key');
	});

	it.each([301, 302, 303, 307, 308])('follows no redirect (%d) with the key', async (status) => {
		const fault: Fault = { kind: 'redirect', location: `${otherUrl}/elsewhere`, status };
		world.emulator.options.faults = (request) => (isInference(request) ? fault : undefined);
		const result = await run(subject, 'continueErrorOutput');
		expect(result.errorItems.length).toBe(3);
		expect(String(result.errorItems[0]?.json.error)).toContain('redirects to another address');
		expect(seenByOther).toEqual([]);
		expect(sent().length).toBe(3);
	});
});

async function expectRawWithoutKey(subject: Subject) {
	world.emulator.options.faults = (request) => (isInference(request) ? { kind: 'echoKey', as: 'success' } : undefined);
	const result = await world.engine.run({
		parameters: { ...subject.parameters, simplify: false },
		items: subject.items,
	});
	expect(result.items.length).toBe(3);
	expect(dump(result.items)).toContain('[API key]');
	expect(dump(result)).not.toContain(MINE);
}

it('a file of an answer is downloaded from elsewhere without the key', async () => {
	const subject = await makeSubject(world.engine, 'image: generate', 1);
	world.emulator.options.faults = (request) =>
		isInference(request)
			? { kind: 'status', status: 200, body: { images: [`${otherUrl}/image.png`], status: 'ok' } }
			: undefined;
	const result = await run(subject, 'continueErrorOutput');
	expect(seenByOther.length).toBeGreaterThan(0);
	expect(seenByOther.map(({ authorization }) => authorization)).toEqual(seenByOther.map(() => undefined));
	expect(dump(seenByOther)).not.toContain(MINE);
	expect(dump(result)).not.toContain(MINE);
});

it('a download that is redirected from the base URL leaves the key behind', async () => {
	const subject = await makeSubject(world.engine, 'image: generate', 1);
	world.emulator.options.faults = (request) => {
		if (isInference(request))
			return { kind: 'status', status: 200, body: { images: ['/files/sample.jpg'], status: 'ok' } };
		return request.path === '/files/sample.jpg' ? { kind: 'redirect', location: `${otherUrl}/moved.jpg` } : undefined;
	};
	const result = await run(subject, 'continueErrorOutput');
	const first = world.emulator.requests.find(({ path }) => path === '/files/sample.jpg');
	expect(first?.headers.authorization).toBe(`Bearer ${MINE}`);
	expect(seenByOther.length).toBeGreaterThan(0);
	expect(dump(seenByOther)).not.toContain(MINE);
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
			const subject = await makeSubject(world.engine, 'text: classify', 1);
			world.emulator.options.faults = (request) => (isInference(request) ? { kind: 'echoKey', as, form } : undefined);
			for (const simplify of [true, false]) {
				const result = await run(
					{ ...subject, parameters: { ...subject.parameters, simplify } },
					'continueErrorOutput',
				);
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

it('a key that is a common word is left in results, and hidden in messages', async () => {
	const subject = await makeSubject(world.engine, 'text: classify', 1);
	world.emulator.options.faults = (request) =>
		isInference(request)
			? {
					kind: 'status',
					status: 200,
					body: { results: [{ label: 'test', score: 1 }], request_id: 'test', inference_status: null },
				}
			: undefined;
	const good = await world.engine.run({ ...subject, credentials: { apiKey: 'test' } });
	expect(good.items[0]?.json).toMatchObject({ label: 'test', usage: { requestId: 'test' } });
	world.emulator.options.faults = (request) => (isInference(request) ? { kind: 'echoKey', as: 'error' } : undefined);
	const bad = await world.engine.run({ ...subject, credentials: { apiKey: 'test' } });
	expect(bad.error?.message).toContain('Authorization: Bearer [API key] was refused');
});
