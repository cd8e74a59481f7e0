import { Logger } from '@n8n/backend-common';
import { Container } from '@n8n/di';
import type { INodeExecutionData } from 'n8n-workflow';
import { makeMp4 } from '../../emulator/media/video';
import type { RunOptions } from '../../support/engine/engine';
import { makePng } from '../../support/files';
import { asked } from '../../support/parameters';
import { hintsOf } from '../../support/results';
import { jsonReply, notFound } from '../../support/service';
import { openWorld, type World } from '../../support/world';

/** What a run tells those who did not watch it, and what it keeps to itself. */

const LONG = 'emulator-key-0aB1cD2eF3gH4';
const STARS = 'emulator/review-stars';

let world: World;
beforeAll(async () => (world = await openWorld({ apiKey: LONG })));
afterAll(async () => await world.close());
afterEach(() => {
	jest.restoreAllMocks();
	world.emulator.options.faults = undefined;
});

/** The lines of n8n's log. */
function catchLog(): string[] {
	const lines: string[] = [];
	const logger = Container.get(Logger);
	for (const level of ['info', 'debug', 'warn', 'error'] as const)
		jest.spyOn(logger, level).mockImplementation((line: string, more?: unknown) => {
			lines.push(`${level} ${line} ${JSON.stringify(more ?? '')}`);
		});
	return lines;
}

it("each retry and fallback is in the log at debug, the run at info and in the editor's console", async () => {
	const lines = catchLog();
	const messages: string[] = [];
	let seen = 0;
	world.emulator.ledger.length = 0;
	world.emulator.options.faults = ({ path }) =>
		path === `/v1/inference/${STARS}` && seen++ === 0 ? { kind: 'status', status: 503, retryAfter: 0.01 } : undefined;
	const result = await world.engine.run({
		parameters: asked('text', 'classify', 'emulator/gone', {
			text: '={{ $json.text }}',
			options: { fallbackModels: STARS },
		}),
		items: ['Secret one', 'Secret two', 'Secret three', ''].map((text) => ({ json: { text } })),
		onError: 'continueErrorOutput',
		onMessage: (message) => messages.push(message),
	});
	const ours = lines.filter((line) => line.includes('DeepInfra'));
	expect(ours.filter((line) => line.startsWith('debug'))).toEqual(
		expect.arrayContaining([
			expect.stringContaining(`'${STARS}' is asked, since 'emulator/gone' is not available (status 404)`),
			expect.stringContaining(`'${STARS}' is asked again after status 503`),
		]),
	);
	const info = ours.filter((line) => line.startsWith('info'));
	expect(info).toEqual([
		expect.stringContaining('text: classify: 4 items, 3 to be asked for'),
		expect.stringMatching(/4 items in · 1 failed \(1: 'Text' is empty\) · 3 by the fallback model .* sent again · \$/),
	]);
	expect(messages.filter((message) => message.includes('items'))).toHaveLength(2);
	expect([...lines, ...messages].join('\n')).not.toMatch(/Secret|emulator-key/);
	const bill = world.emulator.ledger.reduce((sum, { costUsd }) => sum + costUsd, 0);
	expect(Number(result.customData.deepInfraCostUsd)).toBeCloseTo(bill, 9);
	expect(result.customData).toMatchObject({
		deepInfraFailed: '1',
		deepInfraModel: `emulator/gone, ${STARS}`,
	});
	expect(hintsOf(result).at(-1)).toMatch(/^4 items in · 1 failed/);
});

describe('a file that cannot be sent', () => {
	const photos = async (): Promise<INodeExecutionData[]> => [
		{ json: {}, binary: { data: await world.engine.binary(makePng(20, 20), "Jane O'Doe: passport.png", 'image/png') } },
		{
			json: {},
			binary: { data: await world.engine.binary(Buffer.from('%PDF-1.4 no'), "Jane O'Doe.pdf", 'image/png') },
		},
		{ json: {}, binary: { data: await world.engine.binary(Buffer.from('text'), 'Jane.txt', 'text/plain') } },
		{ json: {}, binary: { "Jane's photo": await world.engine.binary(makePng(20, 20), 'x.png', 'image/png') } },
	];
	const parameters = asked('image', 'classify', 'google/vit-base-patch16-224');

	it('is told on its item, and never by its name in the log', async () => {
		const lines = catchLog();
		const messages: string[] = [];
		const result = await world.engine.run({
			parameters,
			items: await photos(),
			onError: 'continueErrorOutput',
			onMessage: (message) => messages.push(message),
		});
		expect(result.errorItems.length).toBeGreaterThan(1);
		expect(JSON.stringify(result.errorItems)).toContain('Jane');
		expect(lines.join('\n')).toContain('4 items in · ');
		expect([...lines, ...messages, ...hintsOf(result)].join('\n')).not.toMatch(/Jane|Doe|passport|emulator-key/);
		expect(result.customData.deepInfraFailed).toBe(String(result.errorItems.length));
	});

	it('is told at the end of a run in which nothing could be sent, too', async () => {
		const lines = catchLog();
		const items = (await photos()).slice(-1);
		const result = await world.engine.run({ parameters, items: [...items, ...items], onError: 'continueErrorOutput' });
		expect(hintsOf(result)).toEqual([
			expect.stringMatching(
				/^2 items in · 2 failed \(2: The input item has no file in the field '…'\) · 0 requests · /,
			),
		]);
		expect(lines.join()).toContain('2 items in · 2 failed');
		expect(result.customData).toMatchObject({ deepInfraFailed: '2' });
	});

	it('ends a run that does not go on', async () => {
		const lines = catchLog();
		const { error, customData } = await world.engine.run({ parameters, items: await photos() });
		// Nothing was sent, so there is nothing to say beside the error.
		expect(error?.description).not.toMatch(/items in/);
		expect(lines.filter((line) => line.startsWith('info')).join('\n')).not.toMatch(/Jane|Doe/);
		expect(customData.deepInfraFailed).toBe('1');
	});
});

it('a run that a failure ends says what was done and paid until then', async () => {
	let seen = 0;
	world.emulator.options.faults = ({ path }) =>
		path.startsWith('/v1/inference/') && ++seen === 3 ? { kind: 'status', status: 422 } : undefined;
	const { error } = await world.engine.run({
		parameters: asked('text', 'classify', 'ProsusAI/finbert', {
			text: '=Secret {{ $itemIndex }}',
			options: { maxConcurrency: 1 },
		}),
		items: Array.from({ length: 5 }, () => ({ json: {} })),
	});
	expect(error?.description).toMatch(
		/5 items in · 1 failed \(1: DeepInfra does not accept .*\) · [34] requests · \$0\.0+\d+ · /,
	);
});

describe('a run that hands nothing on', () => {
	const VIDEO = 'PrunaAI/p-video';
	const job = (id: string, status: string) => ({
		id,
		status,
		object: 'video.generation.job',
		created_at: 1,
		model: VIDEO,
		data: status === 'succeeded' ? [{ url: '/made.mp4' }] : null,
		inference_status: { cost: 0.1 },
	});

	/** Jobs are called as they are asked for; one that is to be ready is, one that is to fail does at its second look. */
	function makeVideos(): void {
		const looks = new Map<string, number>();
		world.service.requests.length = 0;
		world.service.reply = ({ method, path, body }) => {
			if (path === '/made.mp4') return { body: makeMp4(1), contentType: 'video/mp4' };
			if (method === 'POST' && path === '/v1/videos')
				return jsonReply(job(String(JSON.parse(body.toString()).prompt), 'queued'));
			const id = path.replace('/v1/videos/', '');
			const seen = (looks.get(id) ?? 0) + 1;
			looks.set(id, seen);
			if (!path.startsWith('/v1/videos/')) return notFound;
			return jsonReply(job(id, id === 'ready' ? 'succeeded' : id === 'fails' && seen > 1 ? 'failed' : 'processing'));
		};
	}

	const film = (prompts: string[], rest: Partial<RunOptions> = {}) =>
		world.engine.run({
			parameters: asked('video', 'generate', VIDEO, { prompt: '={{ $json.prompt }}' }),
			items: prompts.map((prompt) => ({ json: { prompt } })),
			credentials: { baseUrl: world.service.url },
			...rest,
		});

	it('since an item failed says how to get what the others paid for', async () => {
		makeVideos();
		const { error } = await film(['goesOn', 'ready', 'fails', 'goesOnToo']);
		expect(error?.message).toMatch(/video job fails failed.*item 2/);
		expect(error?.description).toMatch(/Item 1: The video is ready at DeepInfra\. Get it with .* video ID ready,/);
		// In the order of the items, whichever ended first.
		expect(error?.description).toMatch(
			/Item 0: The video goes on .* video ID goesOn, .*Item 1: .*Item 3: .* video ID goesOnToo,/,
		);
		expect(error?.description).toMatch(/4 items in .* \$0\.40 /);
	});

	it('since it was stopped says so, too, and what it cost, also in the log', async () => {
		makeVideos();
		const lines = catchLog();
		const result = await film(['ready', 'goesOn'], {
			cancelAfterMs: 200,
			cancelOnce: () => world.service.requests.some(({ path }) => path === '/v1/videos/goesOn'),
		});
		expect(result.status).toBe('canceled');
		expect(result.error?.description).toMatch(
			/Item 0: The video is ready .*Item 1: The video goes on .* video ID goesOn,/,
		);
		expect(result.error?.description).toMatch(/2 items in .* \$0\.20 /);
		expect(lines.filter((line) => line.startsWith('info')).at(-1)).toMatch(/2 items in .* \$0\.20 /);
		expect(result.customData).toMatchObject({ deepInfraCostUsd: '0.2' });
	});

	const isChat = ({ path }: { readonly path: string }) => path === '/v1/chat/completions';

	it.each<[string, number | undefined, Partial<RunOptions>]>([
		['stopped', undefined, { cancelAfterMs: 50, cancelOnce: () => world.emulator.requests.some(isChat) }],
		['ended by a failure', 422, {}],
	])('since it was %s says what may be billed for what was on its way', async (_, status, how) => {
		world.emulator.requests.length = 0;
		world.emulator.options.faults = (request) => {
			if (!isChat(request)) return undefined;
			const isLast = status !== undefined && JSON.stringify(request.json).includes('text 2');
			return isLast ? { kind: 'status', status } : { kind: 'stalledHeaders' };
		};
		const { error } = await world.engine.run({
			parameters: asked('chat', 'complete', 'meta-llama/Llama-3.3-70B-Instruct-Turbo', {
				messages: { values: [{ role: 'user', content: '={{ "text " + $itemIndex }}' }] },
				options: { budgetUsd: 1, maxTokens: 20, timeout: 5 },
			}),
			items: Array.from({ length: 3 }, () => ({ json: {} })),
			...how,
		});
		expect(error?.description).toMatch(/3 items in .* up to \$0\.\d+ more may be billed/);
	});
});
