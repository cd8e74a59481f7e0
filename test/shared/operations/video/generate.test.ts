/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { makeMp4 } from '../../../emulator/media/video';
import { dataUrl, makePng } from '../../../support/files';
import { generateVideo } from '../../../../nodes/shared/operations/video/generate';
import { testOperation } from '../../../support/operation/suite';
import { asked } from '../../../support/parameters';
import { expectNoMedia, itemsOf, jsonOf, onlyItem, stored, withoutUsage } from '../../../support/results';
import type { RunOptions } from '../../../support/engine/engine';
import { putInVirtualClock } from '../../../support/engine/virtualClock';
import { jsonReply, notFound, type Reply, type SentRequest } from '../../../support/service';
import { openWorld, type World } from '../../../support/world';

const PRUNA = 'PrunaAI/p-video';

testOperation(generateVideo, {
	model: PRUNA,
	tasks: ['text-to-video', 'image-to-video'],
	// the waiting has its own tests
	parameters: { prompt: 'slow waves', waitForResult: false },
	required: 'prompt',
	request: {
		path: '/v1/videos',
		options: { seconds: 8, aspectRatio: '16:9', negativePrompt: 'text', resolution: '720p', seed: 3, style: 'anime' },
		body: {
			model: PRUNA,
			prompt: 'slow waves',
			seconds: 8,
			aspect_ratio: '16:9',
			negative_prompt: 'text',
			size: '720p',
			seed: 3,
			style: 'anime',
		},
		estimate: 0.18,
	},
	answer: {
		id: 'videos_abc',
		object: 'video.generation.job',
		created_at: 1,
		status: 'queued',
		model: PRUNA,
		data: null,
	},
	output: { videoId: 'videos_abc', status: 'queued' },
	usage: { costUnknown: true },
	unique: ['videoId'],
	names: {
		parameters: 'prompt startImage inputDataFieldName inputUrl waitForResult outputDataFieldName',
		options: 'aspectRatio negativePrompt resolution seconds seed size style',
	},
	values: { startImage: { of: ['binary', 'none', 'url'], preset: 'none' } },
});

describe('of its own', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld({ videoMs: 200 })));
	afterAll(async () => await world.close());
	beforeEach(() => void (world.emulator.requests.length = 0));

	const film = (
		prompt: string,
		options: INodeParameters = {},
		rest: INodeParameters = {},
		model = PRUNA,
	): INodeParameters => asked('video', 'generate', model, { prompt, options, includeOtherFields: false, ...rest });

	const get = (videoId: string, rest: INodeParameters = {}): INodeParameters => ({
		resource: 'video',
		operation: 'get',
		videoId,
		includeOtherFields: false,
		...rest,
	});

	const routes = () =>
		world.emulator.requests.map(({ method, path }) => `${method} ${path.replace(/videos_\w+/, 'ID')}`);
	const jobRoutes = () => routes().filter((route) => route.includes('/v1/videos') || route.includes('/inference/'));

	/** Milliseconds that the movie lasts. */
	const lengthOf = (mp4: Buffer) => mp4.readUInt32BE(mp4.indexOf('mvhd') + 20);

	async function picture(
		bytes = makePng(16, 9),
		fileName = 'start.png',
		mimeType = 'image/png',
	): Promise<INodeExecutionData> {
		return { json: {}, binary: { data: await world.engine.binary(bytes, fileName, mimeType) } };
	}

	describe('a video', () => {
		it('is made as a job, waited for and stored as a file', async () => {
			const options = { seconds: 7, seed: 3, aspectRatio: '16:9', negativePrompt: 'text', resolution: '720p' };
			const { json, binary } = onlyItem(await world.engine.run({ parameters: film('waves', options) }));
			expect(world.emulator.requests.find(({ path }) => path === '/v1/videos')?.json).toEqual({
				model: PRUNA,
				prompt: 'waves',
				seconds: 7,
				seed: 3,
				aspect_ratio: '16:9',
				negative_prompt: 'text',
				size: '720p',
			});
			expect(withoutUsage({ json })).toEqual({
				seed: 3,
				status: 'succeeded',
				videoId: expect.stringMatching(/^videos_/),
			});
			if (!binary?.data) throw new Error('no video');
			expect(binary.data).toMatchObject({ mimeType: 'video/mp4', fileExtension: 'mp4' });
			expect(lengthOf(await world.engine.read(binary.data))).toBe(7000);
			expect(jobRoutes()).toEqual(['POST /v1/videos', 'GET /v1/videos/ID']);
		});

		it.each([
			['a relative link', 'waves <<relative>>'],
			['a data URL', 'waves <<data>>'],
		])('comes from %s, too', async (_, prompt) => {
			const { json, binary } = onlyItem(await world.engine.run({ parameters: film(prompt) }));
			expectNoMedia(json);
			if (!binary?.data) throw new Error('no video');
			expect(await world.engine.read(binary.data)).toEqual(makeMp4(5));
		});

		it('is begun while the first of its model is still made', async () => {
			world.service.requests.length = 0;
			const isStart = ({ method }: SentRequest) => method === 'POST';
			world.service.reply = (request) => {
				const job = { id: 'videos_abc', object: 'video.generation.job', created_at: 1, model: PRUNA };
				if (isStart(request)) return jsonReply({ ...job, status: 'queued' });
				if (request.path === '/made.mp4') return { body: makeMp4(2), contentType: 'video/mp4' };
				if (request.path !== '/v1/videos/videos_abc') return notFound;
				const areBegun = world.service.requests.filter(isStart).length === 3;
				return jsonReply({ ...job, status: areBegun ? 'succeeded' : 'queued', data: [{ url: '/made.mp4' }] });
			};
			const items = ['a', 'b', 'c'].map((prompt) => ({ json: { prompt } }));
			const credentials = { baseUrl: world.service.url };
			const parameters = film('={{ $json.prompt }}', { timeout: 8 });
			expect(itemsOf(await world.engine.run({ parameters, items, credentials }))).toHaveLength(3);
		});

		it('of several results is an item each', async () => {
			const output = itemsOf(await world.engine.run({ parameters: film('waves <<3 results>>') }));
			expect(output.map(({ json, pairedItem }) => [json.index, json.status, pairedItem])).toEqual(
				[0, 1, 2].map((index) => [index, 'succeeded', { item: 0 }]),
			);
			expect(output.every(({ binary }) => binary?.data?.mimeType === 'video/mp4')).toBe(true);
		});

		it('starts from a picture of the item or of the web', async () => {
			const parameters = film('turn', {}, { startImage: 'binary' });
			onlyItem(await world.engine.run({ parameters, items: [await picture()] }));
			const url = `${world.emulator.url}/files/sample.jpg`;
			onlyItem(await world.engine.run({ parameters: film('turn', {}, { startImage: 'url', inputUrl: url }) }));
			const images = world.emulator.requests.flatMap(({ path, json }) => (path === '/v1/videos' ? [json] : []));
			expect(images).toMatchObject([
				{ image_url: dataUrl(makePng(16, 9), 'image/png') },
				{ image_url: expect.stringMatching(/^data:image\/jpeg;base64,/) },
			]);
		});

		it('of a model without jobs comes by the native route, which is asked instead', async () => {
			const model = 'FastVideo/FastWan-QAD-FP8-1.3B';
			const items = [0, 1, 2].map((n) => ({ json: { n } }));
			const parameters = film('=waves {{ $json.n }}', { seconds: 4, resolution: '480p', maxConcurrency: 1 }, {}, model);
			const output = itemsOf(await world.engine.run({ parameters, items }));
			expect(world.inference()).toHaveLength(3);
			expect(world.inference()[0]?.json).toEqual({ prompt: 'waves 0', seconds: 4, resolution: '480p' });
			const [first] = output;
			if (!first?.binary?.data) throw new Error('no video');
			expect(withoutUsage(first)).toEqual({ seed: expect.any(Number) });
			expect(lengthOf(await world.engine.read(first.binary.data))).toBe(4000);
			expect(first.json.usage).toMatchObject({ model, costUsd: 0.01 });
		});

		it('by the native route has the names that the model has', async () => {
			const parameters = film(
				'waves',
				{ seconds: 4, aspectRatio: '1:1', modelVersion: 'abc' },
				{ startImage: 'binary' },
				'ByteDance/Seedance-1.5-Pro',
			);
			onlyItem(await world.engine.run({ parameters, items: [await picture()] }));
			expect(world.inference()).toMatchObject([
				{
					query: { version: 'abc' },
					json: {
						prompt: 'waves',
						duration: 4,
						aspect_ratio: '1:1',
						first_frame_image: expect.stringMatching(/^data:image\/png/),
					},
				},
			]);
		});
	});

	describe('a video that is not waited for', () => {
		it('gives its ID and its status at once, and is got later', async () => {
			const started = jsonOf(await world.engine.run({ parameters: film('waves', {}, { waitForResult: false }) }));
			expect(started).toMatchObject({ videoId: expect.stringMatching(/^videos_/), status: 'queued' });
			expect(Object.keys(started).sort()).toEqual(['status', 'usage', 'videoId']);
			const videoId = String(started.videoId);
			const soon = jsonOf(await world.engine.run({ parameters: get(videoId, { waitForResult: false }) }));
			expect(soon).toMatchObject({ videoId, status: expect.stringMatching(/queued|processing|succeeded/) });
			const { json, binary } = onlyItem(await world.engine.run({ parameters: get(videoId) }));
			expect(withoutUsage({ json })).toEqual({ videoId, status: 'succeeded' });
			expect(binary?.data?.mimeType).toBe('video/mp4');
		});

		it('that failed is an item with its error, so that a loop can end', async () => {
			const start = async (prompt: string) =>
				String(jsonOf(await world.engine.run({ parameters: film(prompt, {}, { waitForResult: false }) })).videoId);
			const [failed, expired, odd] = [
				await start('<<fails>>'),
				await start('<<expires>>'),
				await start('<<state resting>>'),
			];
			const end = async (id: string) => withoutUsage(onlyItem(await world.engine.run({ parameters: get(id) })));
			expect(await end(failed)).toEqual({
				videoId: failed,
				status: 'failed',
				error: `The video job ${failed} failed: The model ran out of memory on this prompt`,
			});
			expect(await end(expired)).toMatchObject({ status: 'expired', error: expect.stringContaining('has expired') });
			expect(await end(odd)).toMatchObject({ status: 'resting', error: expect.stringContaining('does not know') });
		});

		it("gives the API's own answer when Simplify is off", async () => {
			const parameters = film('waves', {}, { waitForResult: false, simplify: false });
			expect(jsonOf(await world.engine.run({ parameters }))).toMatchObject({
				object: 'video.generation.job',
				data: null,
			});
			const { json, binary } = onlyItem(await world.engine.run({ parameters: film('waves', {}, { simplify: false }) }));
			expect(stored(json)).toMatchObject({ status: 'succeeded', data: [{ url: expect.any(String) }] });
			expect(binary?.data?.mimeType).toBe('video/mp4');
		});
	});

	/** What the service scripts, without the waits between looks. */
	async function runAtOnce(parameters: INodeParameters, rest: Partial<RunOptions> = {}) {
		const clock = putInVirtualClock(world.emulator);
		const result = await world.engine
			.run({ parameters, credentials: { baseUrl: world.service.url }, ...rest })
			.finally(() => clock.remove());
		return { ...result, elapsed: clock.now() };
	}

	describe('one clear error', () => {
		const failure = async (parameters: INodeParameters, items?: INodeExecutionData[]) => {
			const { error } = await world.engine.run({ parameters, items });
			return `${error?.message} ${error?.description}`;
		};

		it.each([
			['failed', '<<fails>>', /job videos_\w+ failed: The model ran out of memory/],
			['was moderated', '<<moderated>>', /safety filter refused the video job videos_\w+: Content Moderated/],
			['expired', '<<expires>>', /job videos_\w+ has expired/],
			[
				'has an unknown state',
				'<<state resting>>',
				/videos_\w+ has a state that this node does not know.*"resting".*Get it with/,
			],
		])('for a job that %s', async (_, prompt, words) => {
			expect(await failure(film(prompt))).toMatch(words);
		});

		it('for a job that takes too long: it goes on, and how to get it', async () => {
			const credentials = { baseUrl: world.emulator.url };
			const { error, elapsed } = await runAtOnce(film('slow <<takes 60000 ms>>', { timeout: 30 }), { credentials });
			expect(`${error?.message} ${error?.description}`).toMatch(
				/within 30 seconds.*goes on being made.*operation 'Get'.*video ID videos_\w+/,
			);
			expect(elapsed).toBeGreaterThan(29_900);
		});

		const job = { id: 'videos_abc', status: 'queued', object: 'video.generation.job', created_at: 1, model: PRUNA };

		it.each<[string, Reply]>([
			['a gateway that waits too long', { status: 504, body: '<html>Gateway Time-out</html>' }],
			['a service that breaks', jsonReply({ error: { message: 'oops' } }, 500)],
			['an empty answer', { body: '' }],
			['a service that does not know the job yet', jsonReply({ error: { message: 'Video not found' } }, 404)],
			['a gateway that does not know it yet', notFound],
			['an answer that breaks off', { ...jsonReply({ ...job, inference_status: { cost: 0.1 } }), cutAfter: 30 }],
			[
				'one that tells its cost and breaks off',
				{ ...jsonReply({ inference_status: { cost: 0.1 }, ...job }), cutAfter: 60 },
			],
		])('never for one look that meets %s: the video is paid for', async (_, bad) => {
			let looks = 0;
			world.service.requests.length = 0;
			world.service.reply = ({ method, path }: SentRequest) => {
				if (method === 'POST') return jsonReply({ ...job, inference_status: { cost: 0.1 } });
				if (path === '/made.mp4') return { body: makeMp4(2), contentType: 'video/mp4' };
				if (path !== '/v1/videos/videos_abc') return notFound;
				return looks++ === 0 ? bad : jsonReply({ ...job, status: 'succeeded', data: [{ url: '/made.mp4' }] });
			};
			const { json, binary } = onlyItem(await runAtOnce(film('x')));
			expect(binary?.data?.mimeType).toBe('video/mp4');
			expect(json.usage).toMatchObject({ costUsd: 0.1 });
			expect(world.service.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
		});

		it.each([
			[1, 200],
			[2, 200],
			[99, 70],
		])(
			'never for looks whose connection is dead, as long as there is time: %d of them, in %d seconds',
			async (dead, timeout) => {
				let looks = 0;
				world.service.requests.length = 0;
				world.service.reply = ({ method, path }: SentRequest) => {
					if (method === 'POST') return jsonReply(job);
					if (path === '/made.mp4') return { body: makeMp4(2), contentType: 'video/mp4' };
					if (path !== '/v1/videos/videos_abc') return notFound;
					return looks++ < dead
						? { body: '', stallAfter: 'nothing' }
						: jsonReply({ ...job, status: 'succeeded', data: [{ url: '/made.mp4' }] });
				};
				const { items, error, elapsed } = await runAtOnce(film('x', { timeout }));
				expect(elapsed).toBeLessThan((timeout + 5) * 1000);
				expect(items.map(({ json }) => json.status)).toEqual(dead < 99 ? ['succeeded'] : []);
				if (dead < 99) expect(elapsed).toBeLessThan(dead * 70_000);
				else
					expect(`${error?.message} ${error?.description}`).toMatch(
						/within 70 seconds.*goes on being made.*videos_abc/,
					);
				expect(world.service.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
			},
		);

		it.each([undefined, '7', '250'])(
			'once its time is over, whatever break a look asks for: %s seconds',
			async (pause) => {
				world.service.requests.length = 0;
				const headers: Record<string, string> = pause === undefined ? {} : { 'retry-after': pause };
				world.service.reply = ({ method, path }: SentRequest) => {
					if (method === 'POST') return jsonReply(job);
					return path === '/v1/videos/videos_abc' ? { ...jsonReply({ error: 'busy' }, 429), headers } : notFound;
				};
				const { error, elapsed } = await runAtOnce(film('x', { timeout: 20, maxRetries: 10 }));
				expect(elapsed).toBeLessThan(22_000);
				expect(`${error?.message} ${error?.description}`).toMatch(/within 20 seconds.*goes on being made.*videos_abc/);
			},
		);

		it.each<[string, Reply, number]>([
			['is busy', jsonReply({ error: 'busy' }, 429), 1],
			['is busy and asks for 7 seconds', { ...jsonReply({ error: 'busy' }, 429), headers: { 'retry-after': '7' } }, 1],
			['asks for 250 seconds', { ...jsonReply({ error: 'busy' }, 429), headers: { 'retry-after': '250' } }, 30],
			['is down', jsonReply({ error: 'down' }, 503), 20],
			['does not answer', { body: '', stallAfter: 'nothing' }, 1],
		])('once its time is over, where the service %s at the first look of Get', async (_, reply, count) => {
			// The catalogue would have seconds of its own.
			world.service.reply = ({ path }: SentRequest) => (path === '/v1/videos/videos_abc' ? reply : notFound);
			const parameters = get('videos_abc', { options: { timeout: 20, maxRetries: 10 } });
			const items = Array.from({ length: count }, () => ({ json: {} }));
			const { errorItems, elapsed } = await runAtOnce(parameters, { items, onError: 'continueErrorOutput' });
			expect(elapsed).toBeLessThan(22_000);
			expect(errorItems).toHaveLength(count);
			for (const { json } of errorItems)
				expect(json.error).toMatch(/within 20 seconds.*goes on being made.*'Get'.*videos_abc/);
		});

		it('for a key that is refused, which is not tried for each video that Get waits for', async () => {
			world.service.requests.length = 0;
			world.service.reply = () => jsonReply({ error: 'no' }, 401);
			const items = Array.from({ length: 200 }, () => ({ json: {} }));
			const { errorItems } = await runAtOnce(get('videos_abc'), { items, onError: 'continueErrorOutput' });
			expect(errorItems).toHaveLength(200);
			expect(world.service.requests.length).toBeLessThan(80);
		});

		it.each([402, 429, 503])(
			'for what is refused with %i, and none for the videos that were begun before',
			async (status) => {
				let begun = 0;
				let looks = 0;
				world.service.requests.length = 0;
				world.service.reply = ({ method, path }: SentRequest) => {
					if (path === '/made.mp4') return { body: makeMp4(2), contentType: 'video/mp4' };
					if (method === 'POST')
						return begun++ < 3 ? jsonReply({ ...job, id: `videos_${begun}` }) : jsonReply({ error: 'no' }, status);
					if (!path.startsWith('/v1/videos/videos_')) return notFound;
					const id = path.replace('/v1/videos/', '');
					return jsonReply({
						...job,
						id,
						...(looks++ < 3 ? {} : { status: 'succeeded', data: [{ url: '/made.mp4' }] }),
					});
				};
				const items = Array.from({ length: 120 }, (_, index) => ({ json: { prompt: `number ${index}` } }));
				const parameters = film('={{ $json.prompt }}', { maxRetries: 0 });
				const result = await runAtOnce(parameters, { items, onError: 'continueErrorOutput' });
				expect(result.items.map(({ json }) => json.videoId)).toEqual(['videos_1', 'videos_2', 'videos_3']);
				expect(result.errorItems).toHaveLength(117);
				expect(begun).toBeLessThan(60);
			},
		);

		it.each<[string, Reply, RegExp]>([
			['the service breaks', jsonReply({ error: { message: 'oops' } }, 500), /oops/],
			['the key is refused', jsonReply({ error: { message: 'Not authenticated' } }, 401), /API key/],
		])('for a wait that ends because %s: how to get the video', async (_, reply, words) => {
			world.service.reply = ({ method, path }: SentRequest) =>
				path === '/v1/videos'
					? jsonReply(job)
					: method === 'GET' && path === '/v1/videos/videos_abc'
						? reply
						: notFound;
			const { error } = await runAtOnce(film('x'));
			expect(error?.message).toMatch(words);
			expect(error?.description).toMatch(/video ID videos_abc/);
		});

		it('for a video that cannot be downloaded: how to get it again', async () => {
			const made = { id: 'videos_abc', status: 'succeeded', data: [{ url: '/gone.mp4' }], model: PRUNA };
			world.service.reply = ({ path }) => (path === '/v1/videos' ? jsonReply(made) : notFound);
			const credentials = { baseUrl: world.service.url };
			const { error } = await world.engine.run({ parameters: film('x'), credentials });
			expect(error?.message).toMatch(/could not be downloaded: .*status 404/);
			expect(error?.description).toMatch(/video ID videos_abc/);
		});

		it('for a picture that is none, an address that is none, an empty prompt: nothing is sent', async () => {
			const text = await picture(Buffer.from('just text, no picture'), 'notes.txt', 'text/plain');
			expect(await failure(film('x', {}, { startImage: 'binary' }), [text])).toMatch(
				/'notes.txt' is no picture, but text/,
			);
			expect(await failure(film('x', {}, { startImage: 'url', inputUrl: 'nowhere' }))).toMatch(/not a web address/);
			expect(await failure(film('={{ " " }}'))).toMatch(/'Prompt' is empty/);
			expect(await failure(get('../../models'))).toMatch(/'Video ID' is no ID/);
			expect(jobRoutes()).toEqual([]);
		});

		it('for an ID of nobody', async () => {
			expect(await failure(get('videos_nobody'))).toMatch(/does not have this video.*Check the ID/);
		});
	});

	it('takes the content from the API itself where a job tells no address', async () => {
		const job = { id: 'videos_abc', status: 'completed', data: null, model: PRUNA };
		world.service.reply = ({ path, query }) => {
			if (path === '/v1/videos/videos_abc') return jsonReply(job);
			const isContent = path === '/v1/videos/videos_abc/content' && query.variant === 'video';
			return isContent ? { body: makeMp4(2), contentType: 'video/mp4' } : notFound;
		};
		const credentials = { baseUrl: world.service.url };
		const { binary } = onlyItem(await world.engine.run({ parameters: get('videos_abc'), credentials }));
		if (!binary?.data) throw new Error('no video');
		expect(lengthOf(await world.engine.read(binary.data))).toBe(2000);
		expect(world.service.requests.at(-1)?.headers.authorization).toBe('Bearer emulator-key');
	});

	it('ends at once when the run is stopped while a job is made', async () => {
		const cancelOnce = () => world.emulator.requests.some(({ path }) => path === '/v1/videos');
		const parameters = film('slow <<takes 60000 ms>>');
		const result = await world.engine.run({ parameters, cancelAfterMs: 300, cancelOnce });
		expect(result.status).toBe('canceled');
		expect(result.stoppedInMs).toBeLessThan(100);
	});

	/** Before the first try: what one holds in memory, the next one would find there. */
	let before: number | undefined;
	it('streams a large video into the storage', async () => {
		// the whole 500 MB: npm run bench
		const size = 120 * 1024 * 1024;
		global.gc?.();
		before ??= process.memoryUsage().rss;
		let most = 0;
		const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
		const { binary } = onlyItem(await world.engine.run({ parameters: film(`long <<${size} bytes>>`) }));
		clearInterval(watch);
		expect(binary?.data).toMatchObject({ mimeType: 'video/mp4', bytes: size });
		expect((most - before) / 1024 / 1024).toBeLessThan(60);
	});

	describe('the dry run', () => {
		const estimate = async (model: string, options: INodeParameters) =>
			jsonOf(await world.engine.run({ parameters: film('waves', { ...options, dryRun: true }, {}, model) }));

		it('shows what would be sent', async () => {
			const parameters = film('waves', { dryRun: true }, { startImage: 'binary' });
			const json = jsonOf(await world.engine.run({ parameters, items: [await picture()] }));
			expect(json.request).toEqual({
				method: 'POST',
				path: '/v1/videos',
				body: { model: PRUNA, prompt: 'waves', image_url: 'start.png' },
			});
			expect(jobRoutes()).toEqual([]);
		});

		it.each<[string, string, INodeParameters, number]>([
			['the second', PRUNA, { seconds: 8 }, 0.18],
			['the second, of the length that the model makes unless told', PRUNA, {}, 0.1125],
			['the frame unit, 24 a second at 720p', 'emulator/world-sim', { seconds: 4, resolution: '720p' }, 0.2],
			['the frame unit, half at 480p', 'emulator/world-sim', { seconds: 4, resolution: '480p' }, 0.1],
			['the token, by pixels and frames', 'ByteDance/Seedance-1.5-Pro', { seconds: 5, resolution: '720p' }, 0.1296],
		])('knows prices by %s', async (_, model, options, usd) => {
			const json = await estimate(model, options);
			expect(json.estimatedCostUsd).toBeCloseTo(usd, 4);
		});
	});
});
