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
