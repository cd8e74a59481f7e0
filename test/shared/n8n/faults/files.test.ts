/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { connect, createServer } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { putInVirtualClock } from '../../../support/engine/virtualClock';
import { asked, runParameters } from '../../../support/parameters';
import { errorOf, hintsOf, onlyItem, pairedTo } from '../../../support/results';
import { sentJson } from '../../../support/service';
import { isInference, openWorld, type World } from '../../../support/world';
import { images, makePng, makeWav, sha256 } from '../../../support/files';
import { block } from '../../../support/work';
import type { Fault, RecordedRequest } from '../../../emulator';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
beforeEach(() => {
	world.emulator.requests.length = 0;
	world.emulator.options.faults = undefined;
	world.emulator.options.early = undefined;
	world.service.requests.length = 0;
});

const continued = { onError: 'continueErrorOutput' as const };
const withUrls = (urls: string[]): INodeExecutionData[] => urls.map((url) => ({ json: { url } }));
const fromUrl = (options: INodeParameters = {}): INodeParameters =>
	asked('image', 'classify', 'google/vit-base-patch16-224', {
		inputSource: 'url',
		inputUrl: '={{ $json.url }}',
		options,
	});
const fromFile = (options: INodeParameters = {}): INodeParameters =>
	asked('image', 'classify', 'google/vit-base-patch16-224', { options });
const isFile = ({ path }: Pick<RecordedRequest, 'path'>) => !isInference({ path });
const inference = () => world.emulator.requests.filter(isInference);

/** A fault for each of the first requests of a path; then none. */
function faultsOnce(match: (request: RecordedRequest) => boolean, ...faults: Fault[]): void {
	const left = [...faults];
	world.emulator.options.faults = (request) => (match(request) ? left.shift() : undefined);
}

describe('the host of an input', () => {
	it('is the one that is blamed, by name, without its tokens, and DeepInfra is not', async () => {
		const here = world.service.url;
		world.service.reply = ({ path }) => {
			if (path === '/page') return { contentType: 'text/html', body: '<!doctype html><title>Log in</title>' };
			if (path === '/json') return { contentType: 'image/png', body: '{"error":"expired"}' };
			if (path === '/xml') return { contentType: 'image/png', body: '<?xml version="1.0"?><Error/>' };
			if (path === '/cut') return { contentType: 'image/png', body: makePng(200, 200), cutAfter: 900 };
			if (path === '/none') return { contentType: 'image/png', body: '' };
			return { status: 404, body: 'no' };
		};
		const urls = [
			'http://nowhere.invalid/photo.png?token=sekret',
			'http://127.0.0.1:9/photo.png?token=sekret',
			...['page', 'json', 'xml', 'cut', 'none', 'gone'].map((path) => `${here}/${path}?token=sekret`),
		];
		const { errorItems } = await world.engine.run({
			parameters: fromUrl({ maxRetries: 1 }),
			items: withUrls(urls),
			...continued,
		});
		expect(errorItems.map(pairedTo)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
		const texts = errorItems.map((item) => errorOf(item).text);
		for (const [index, text] of texts.entries()) {
			expect(text).toContain(new URL(urls[index] ?? '').host);
			expect(text).toMatch(/Nothing was billed/);
			expect(text).not.toMatch(/sekret|Base URL|may have billed|bill it twice/);
		}
		expect(texts[0]).toMatch(/name/);
		expect(texts[1]).toMatch(/refuses the connection/);
		expect(texts[2]).toMatch(/web page/);
		expect(texts[3]).toMatch(/JSON/);
		expect(texts[4]).toMatch(/XML/);
		expect(texts[5]).toMatch(/closed the connection|bytes/);
		expect(texts[6]).toMatch(/empty/);
		expect(texts[7]).toMatch(/404/);
		// It cost nothing, so each was asked twice.
		for (const path of ['/page', '/cut', '/gone']) {
			expect(world.service.requests.filter((request) => request.path === path)).toHaveLength(2);
		}
		// What began to come and broke off never arrived whole.
		expect(inference().filter(({ aborted }) => !aborted)).toEqual([]);
	});

	/** Operations that take a file from an address, each in its own way: as a part, within JSON, as pages. */
	const ofUrl = { inputSource: 'url', inputUrl: '={{ $json.url }}' };
	const sees = 'Qwen/Qwen3-VL-30B-A3B-Instruct';
	it.each<[string, INodeParameters]>([
		['image: classify', asked('image', 'classify', 'google/vit-base-patch16-224', ofUrl)],
		['image: analyze', asked('image', 'analyze', sees, { prompt: 'x', ...ofUrl })],
		['document: extractText', asked('document', 'extractText', sees, ofUrl)],
	])('is named by %s, and asked again, whatever it does', async (_name, parameters) => {
		const here = world.service.url;
		const png = images.jpeg.bytes;
		const seen = new Map<string, number>();
		world.service.reply = ({ path }) => {
			const tries = (seen.get(path) ?? 0) + 1;
			seen.set(path, tries);
			const good = { contentType: 'image/jpeg', body: png };
			if (path.startsWith('/slow')) return { ...good, stallAfter: 'nothing' };
			if (path.startsWith('/stops')) return { ...good, stallAfter: 20 };
			if (path.startsWith('/once')) return tries > 1 ? good : { status: 503, body: 'busy' };
			return path.startsWith('/cut') && tries === 1
				? { ...good, cutAfter: 20 }
				: { ...good, status: tries > 1 ? 200 : 429 };
		};
		const secret = 'bot123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11';
		const urls = [
			...['slow', 'stops'].map((path) => `${here}/${path}?sig=${secret}`),
			`${here.replace('http:', 'https:')}/x.png?sig=${secret}`,
			`${here}/slow/${secret}/photos/1.jpg`,
			`${here}/slow/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc`,
			...['once', 'cut', 'busy'].map((path) => `${here}/${path}.jpg`),
		];
		const clock = putInVirtualClock(world.emulator);
		const { items, errorItems } = await world.engine
			.run({
				parameters: { ...parameters, options: { timeout: 10, maxRetries: 2 } },
				items: withUrls(urls),
				...continued,
			})
			.finally(() => clock.remove());
		expect(errorItems.map(pairedTo)).toEqual([0, 1, 2, 3, 4]);
		expect(items.map(pairedTo)).toEqual([5, 6, 7]);
		for (const text of errorItems.map((item) => errorOf(item).text)) {
			expect(text).toContain(new URL(here).host);
			expect(text).toMatch(/Nothing was billed by DeepInfra: it did not get the whole request/);
			expect(text).not.toMatch(/Base URL|may have billed|ABC-DEF|eyJhb|openssl/);
		}
		expect(errorOf(errorItems[0] ?? { json: {} }).text).toMatch(/took longer than 10 seconds/);
		expect(errorOf(errorItems[2] ?? { json: {} }).text).toMatch(/does not speak TLS/);
		// It cost nothing, so a slow one was asked twice.
		expect(seen.get('/slow')).toBe(2);
	});

	it('may come right when it is asked again, and may redirect, but not in a circle', async () => {
		const photo = makePng(40, 40);
		let busy = 0;
		const redirect = (path: string): Fault => ({ kind: 'redirect', location: path });
		const png = `${world.emulator.url}/files/bytes/4000.png`;
		world.service.reply = ({ path }) =>
			path === '/busy.png' && busy++ === 0 ? { status: 503, body: 'busy' } : { contentType: 'image/png', body: photo };
		world.emulator.options.faults = ({ path, query }) => {
			if (!path.includes('4000.png')) return undefined;
			if (query.to === 'circle') return redirect(`${png}?to=circle2`);
			if (query.to === 'circle2') return redirect(`${png}?to=circle`);
			return query.to === 'photo' ? redirect(`${world.service.url}/photo.png`) : undefined;
		};
		const urls = [`${world.service.url}/busy.png`, `${png}?to=photo`, `${png}?to=circle`];
		const { items, errorItems } = await world.engine.run({
			parameters: fromUrl(),
			items: withUrls(urls),
			...continued,
		});
		expect(items.map(pairedTo)).toEqual([0, 1]);
		expect(errorItems.map((item) => errorOf(item).text)).toEqual([expect.stringMatching(/circle/)]);
	});

	it('may pack what it sends: the length is that of the packed bytes', async () => {
		const url = (size: number) => `${world.emulator.url}/files/bytes/${size}.png`;
		world.emulator.options.faults = (request) =>
			isFile(request) && request.path.endsWith('.png') ? { kind: 'zipped' } : undefined;
		world.service.reply = () => ({ status: 404, body: '' });
		const sizes = [5000, 70_000, 400_000];
		const parameters = fromUrl();
		const { items, errorItems } = await world.engine.run({ parameters, items: withUrls(sizes.map(url)), ...continued });
		expect(errorItems.map((item) => errorOf(item).text)).toEqual([]);
		expect(items.map(pairedTo)).toEqual([0, 1, 2]);
	});

	it.each<[string, INodeParameters]>([
		[
			'image: analyze',
			asked('image', 'analyze', 'Qwen/Qwen3-VL-30B-A3B-Instruct', { prompt: 'x', inputSource: 'url' }),
		],
		['image: detectObjects', asked('image', 'detectObjects', 'hustvl/yolos-base', { inputSource: 'url' })],
		['video: generate', asked('video', 'generate', 'PrunaAI/p-video', { prompt: 'x', startImage: 'url' })],
	])('may pack it for %s, too', async (_, parameters) => {
		world.emulator.options.faults = (request) =>
			request.path.endsWith('.png') && request.path.includes('/files/') ? { kind: 'zipped' } : undefined;
		const inputUrl = `${world.emulator.url}/files/bytes/70000.png`;
		onlyItem(await world.engine.run({ parameters: { ...parameters, inputUrl } }));
	});
});

it('a login page, JSON or XML that was saved as a picture is not sent', async () => {
	const bodies = [
		'<html><body>Log in',
		'{"error": "expired"}',
		'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
	];
	const items = await Promise.all(
		bodies.map(async (body) => ({
			json: {},
			binary: { data: await world.engine.binary(Buffer.from(body), 'photo.jpg', 'image/jpeg') },
		})),
	);
	const { errorItems } = await world.engine.run({ parameters: fromFile(), items, ...continued });
	expect(errorItems.map((item) => errorOf(item).text)).toEqual([
		expect.stringMatching(/'photo.jpg' holds a web page/),
		expect.stringMatching(/'photo.jpg' holds JSON/),
		expect.stringMatching(/'photo.jpg' holds XML/),
	]);
	expect(inference()).toEqual([]);
});

it('a page that is written in other ways is not sent either', async () => {
	const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
	const pages: Array<[Buffer, RegExp]> = [
		[utf16('<!DOCTYPE html><title>Log in</title>'), /holds a web page/],
		[utf16('{"error":"expired"}'), /holds JSON/],
		[utf16('[{"error":"expired"}]').swap16(), /holds JSON/],
		[Buffer.from('\ufeff\r\n<!-- proxy --><HTML><body>Blocked'), /holds a web page/],
		[Buffer.from('<br />\n<b>Warning</b>: readfile()'), /holds XML/],
		[Buffer.from('[ {"message":"not found"} ]'), /holds JSON/],
	];
	const items = await Promise.all(
		pages.map(async ([body]) => ({
			json: {},
			binary: { data: await world.engine.binary(body, 'memo.mp3', 'audio/mpeg') },
		})),
	);
	for (const parameters of [
		asked('audio', 'transcribe', 'openai/whisper-large-v3'),
		asked('image', 'analyze', 'Qwen/Qwen3-VL-30B-A3B-Instruct', { prompt: 'x' }),
		runParameters('openai/whisper-large-v3', { audio: 'data' }),
	]) {
		const { errorItems } = await world.engine.run({ parameters, items, ...continued });
		expect(errorItems.map((item) => errorOf(item).text)).toEqual(
			pages.map(([, words]) => expect.stringMatching(words)),
		);
	}
	expect(world.emulator.requests.filter(({ method }) => method === 'POST')).toEqual([]);
});

it('a file keeps what is right of its name, and its bytes decide over what is wrong, in forms and from addresses', async () => {
	const latin = (text: string) => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(600)]);
	const mp4 = (brand: string) => latin(`\0\0\0\x20ftyp${brand}`);
	const cases: Array<[string, Buffer, string, string, string]> = [
		['memo.spx', latin('OggS'), 'audio/ogg', 'memo.spx', 'audio/ogg'],
		['song.mka', latin('\x1a\x45\xdf\xa3'), 'application/octet-stream', 'song.mka', 'audio/x-matroska'],
		['ring.m4r', mp4('M4A '), 'audio/x-m4a', 'ring.m4r', 'audio/x-m4a'],
		['call.3gp', mp4('3gp4'), 'audio/mp4', 'call.3gp', 'audio/mp4'],
		['memo.awb', latin('#!AMR-WB\n'), 'audio/amr-wb', 'memo.awb', 'audio/amr-wb'],
		['memo.snd', latin('.snd\0'), 'audio/basic', 'memo.snd', 'audio/basic'],
		['talk.MOV', mp4('qt  '), 'video/quicktime', 'talk.MOV', 'video/quicktime'],
		['memo.wav', latin('fLaC'), 'audio/wav', 'memo.flac', 'audio/flac'],
		['interview.final', latin('ID3'), 'audio/mpeg', 'interview.final.mp3', 'audio/mpeg'],
		['memo.ape', latin('\x01\x02\x03'), 'audio/x-ape', 'memo.ape', 'audio/x-ape'],
	];
	const served = new Map(cases.map(([name, body, contentType]) => [`/${name}`, { body, contentType }]));
	world.service.reply = ({ method, path }) =>
		method === 'POST'
			? { body: '{"text":"x"}' }
			: (served.get(path) ?? { status: 404, body: '{"detail":{"error":"none"}}' });
	const items = await Promise.all(
		cases.map(async ([name, body, type]) => ({
			json: { url: `${world.service.url}/${name}` },
			binary: { data: await world.engine.binary(body, name, type) },
		})),
	);
	const credentials = { baseUrl: world.service.url };
	for (const inputSource of ['binary', 'url']) {
		world.service.requests.length = 0;
		const where = inputSource === 'url' ? { inputSource, inputUrl: '={{ $json.url }}' } : { inputSource };
		const parameters = asked('audio', 'transcribe', 'a/b', where);
		const { errorItems } = await world.engine.run({ parameters, items, credentials, ...continued });
		expect(errorItems.map((item) => errorOf(item).text)).toEqual([]);
		const sent = world.service.requests.filter(({ method }) => method === 'POST');
		const named = sent.map(({ body }) => {
			const [, name, type] = /filename="([^"]*)"\r\nContent-Type: ([^\r]*)/i.exec(body.toString('latin1')) ?? [];
			return `${name} ${type}`;
		});
		expect(named.sort()).toEqual(cases.map(([, , , name, type]) => `${name} ${type}`).sort());
	}
});

describe('a file in transfer', () => {
	const picture = makePng(60, 60);
	const half = picture.subarray(0, picture.length / 2);
	type Headers = Record<string, string>;
	const range = (from: number, to: number, of: number | string = picture.length): Headers => ({
		'content-range': `bytes ${from}-${to}/${of}`,
	});
	const WHOLE: Array<[string, Buffer, Headers, number?]> = [
		['gzip', gzipSync(picture), { 'content-encoding': 'gzip' }],
		['x-gzip', gzipSync(picture), { 'content-encoding': 'x-gzip' }],
		['deflate', deflateSync(picture), { 'content-encoding': 'deflate' }],
		['deflate without a header', deflateRawSync(picture), { 'content-encoding': 'deflate' }],
		['brotli', brotliCompressSync(picture), { 'content-encoding': 'br' }],
		['gzip in chunks', gzipSync(picture), { 'content-encoding': 'gzip', 'content-length': '' }],
		[
			'gzip in members',
			Buffer.concat([half, picture.subarray(half.length)].map((each) => gzipSync(each))),
			{ 'content-encoding': 'gzip' },
		],
		['chunks', picture, { 'content-length': '' }],
		['an encoding that is none', picture, { 'content-encoding': 'aws-chunked' }],
		['an encoding that names letters', picture, { 'content-encoding': 'utf-8' }],
		['a range that is the whole', picture, range(0, picture.length - 1), 206],
		['a 200 with the whole range', picture, range(0, picture.length - 1)],
		['ranges that could be asked for', picture, { 'accept-ranges': 'bytes' }],
		['no type', picture, { 'content-type': '' }],
	];
	const NOT_WHOLE: Array<[string, Buffer, Headers, number?]> = [
		['a range that is a part', half, range(0, half.length - 1), 206],
		['a range without its length', half, range(0, half.length - 1, '*'), 206],
		['a range from the middle', half, range(half.length, picture.length - 1), 206],
		['a part without a range', half, {}, 206],
		['a part with status 200', half, range(0, half.length - 1)],
		['an encoding that cannot be read', gzipSync(picture), { 'content-encoding': 'zstd' }],
		['two encodings', brotliCompressSync(gzipSync(picture)), { 'content-encoding': 'gzip, br' }],
	];
	const cases = [...WHOLE, ...NOT_WHOLE];

	it('is whole or none, as an input and as a result, however it is packed', async () => {
		world.service.reply = (request) => {
			const { method, path, body } = request;
			if (method === 'POST' && path.endsWith('/draws')) {
				const { prompt } = sentJson(request);
				return { body: JSON.stringify({ images: [`${world.service.url}/${String(prompt)}.png`] }) };
			}
			if (method === 'POST')
				return { body: `{"results":[{"label":"${body.includes(picture) ? 'whole' : 'not'}","score":1}]}` };
			const [, sent, headers = {}, status] = cases[Number(/^\/(\d+)\.png$/.exec(path)?.[1])] ?? [];
			return sent
				? { contentType: 'image/png', body: sent, headers, status }
				: { status: 404, body: '{"detail":{"error":"none"}}' };
		};
		const items = cases.map((_, at) => ({ json: { at, url: `${world.service.url}/${at}.png` } }));
		const credentials = { baseUrl: world.service.url };
		const look = asked('image', 'classify', 'a/looks', {
			inputSource: 'url',
			inputUrl: '={{ $json.url }}',
			options: { maxRetries: 0 },
		});
		const looked = await world.engine.run({ parameters: look, items, credentials, ...continued });
		const draw = asked('image', 'generate', 'a/draws', { prompt: '={{ $json.at }}' });
		const drawn = await world.engine.run({ parameters: draw, items, credentials, ...continued });
		const names = (paired: INodeExecutionData[]) => paired.map((item) => cases[pairedTo(item)]?.[0]);
		for (const run of [looked, drawn]) {
			expect(names(run.items)).toEqual(WHOLE.map(([name]) => name));
			expect(names(run.errorItems)).toEqual(NOT_WHOLE.map(([name]) => name));
		}
		expect(new Set(looked.items.map(({ json }) => json.label))).toEqual(new Set(['whole']));
		for (const { binary } of drawn.items) {
			if (!binary?.data) throw new Error('no picture');
			expect(sha256(await world.engine.read(binary.data))).toBe(sha256(picture));
		}
	});

	it('an answer is read in every packing that n8n reads, and by its byte order mark', async () => {
		const answer = Buffer.from('{"results":[{"label":"gr\u00fcn","score":1}]}');
		const wide = Buffer.from(`\ufeff${answer.toString()}`, 'utf16le');
		const ways: Array<[Buffer, Headers]> = [
			[gzipSync(answer), { 'content-encoding': 'gzip' }],
			[gzipSync(answer), { 'content-encoding': 'GZIP', 'content-length': '' }],
			[deflateSync(answer), { 'content-encoding': 'deflate' }],
			[deflateRawSync(answer), { 'content-encoding': 'deflate' }],
			[brotliCompressSync(answer), { 'content-encoding': 'br' }],
			[answer, { 'content-length': '' }],
			[Buffer.from(`\ufeff${answer.toString()}`), {}],
			[wide, {}],
			[Buffer.from(wide).swap16(), {}],
		];
		world.service.reply = (request) => {
			if (request.method !== 'POST') return { status: 404, body: '{"detail":{"error":"none"}}' };
			const [body = '', headers = {}] = ways[Number(sentJson(request).input)] ?? [];
			return { body, headers };
		};
		const parameters = asked('text', 'classify', 'a/b', { text: '={{ $json.at }}' });
		const items = ways.map((_, at) => ({ json: { at: String(at) } }));
		const credentials = { baseUrl: world.service.url };
		const result = await world.engine.run({ parameters, items, credentials, ...continued });
		expect(result.items.map(({ json }) => json.label)).toEqual(ways.map(() => 'gr\u00fcn'));
		world.service.reply = () => ({ body: answer, headers: { 'content-encoding': 'gzip' } });
		const { errorItems } = await world.engine.run({ parameters, items: items.slice(0, 1), credentials, ...continued });
		expect(errorItems[0]?.json.error).toMatch(/packing cannot be read.*may have billed/);
	});
});

describe('the file of a result', () => {
	const drawn = (count: number) =>
		asked('image', 'generate', 'black-forest-labs/FLUX-1-schnell', { prompt: 'a boat', options: { numImages: count } });
	const answer = (urls: string[]) => ({
		request_id: 'Rpaid',
		inference_status: { status: 'succeeded', cost: 0.001 },
		images: urls,
	});
	/** An answer whose pictures are these. */
	const answerWithImages = (urls: string[], more: (path: string) => Fault | undefined = () => undefined) => {
		world.emulator.options.faults = (request) =>
			isInference(request) ? { kind: 'status', status: 200, body: answer(urls) } : more(request.path);
	};
	const bytes = (size: number) => `${world.emulator.url}/files/bytes/${size}.png`;

	it('that cannot be had fails alone, with its address and the request', async () => {
		world.service.reply = ({ path }) => {
			if (path === '/empty') return { contentType: 'image/png', body: '' };
			if (path === '/denied') return { contentType: 'image/png', body: 'Access denied' };
			if (path === '/xml') return { contentType: 'application/xml', body: '<Error><Code>NoSuchKey</Code></Error>' };
			return { contentType: `image/${'x'.repeat(5000)}`, body: images.png.bytes };
		};
		const here = world.service.url;
		answerWithImages([
			bytes(900),
			`${here}/empty?sig=sekret`,
			`${here}/denied?sig=sekret`,
			`${here}/xml?sig=sekret`,
			`${here}/odd`,
		]);
		const { items, errorItems } = await world.engine.run({ parameters: drawn(1), ...continued });
		const texts = errorItems.map((item) => errorOf(item).text);
		expect(texts).toHaveLength(3);
		expect(items.map(({ binary }) => binary?.data?.mimeType)).toEqual(['image/png', 'image/png']);
		expect(new Set(items.map(({ binary }) => binary?.data?.fileName)).size).toBe(2);
		for (const [index, path] of ['/empty', '/denied', '/xml'].entries()) {
			expect(texts[index]).toContain(`${here}${path}`);
			expect(texts[index]).not.toContain('sekret');
			expect(texts[index]).toContain('Rpaid');
		}
		expect(texts[1]).toContain('Access denied');
	});

	it.each([404, 403, 500])('is asked for a second time after %i', async (status) => {
		let failures = 1;
		answerWithImages([bytes(1000)], () => (failures-- > 0 ? { kind: 'status', status } : undefined));
		onlyItem(await world.engine.run({ parameters: drawn(1) }));
		expect(inference()).toHaveLength(1);
	});

	it('that comes in half, or unpacks without end, is none', async () => {
		answerWithImages([bytes(1000), bytes(2000), bytes(3000)], (path) =>
			path.includes('1000')
				? { kind: 'part' }
				: path.includes('2000')
					? { kind: 'bomb', bytes: 200_000_000 }
					: { kind: 'zipped' },
		);
		const { items, errorItems } = await world.engine.run({ parameters: drawn(3), ...continued });
		expect(errorItems.map((item) => errorOf(item).text)).toEqual([
			expect.stringMatching(/part/),
			expect.stringMatching(/unpacks/),
		]);
		expect(items).toHaveLength(1);
	});

	it('is not fetched from an address that holds a password', async () => {
		answerWithImages([bytes(1000).replace('http://', 'http://user:sekret@')]);
		const { errorItems } = await world.engine.run({ parameters: drawn(1), ...continued });
		expect(errorOf(errorItems[0] ?? { json: {} }).text).toMatch(/password/);
		expect(errorOf(errorItems[0] ?? { json: {} }).text).not.toContain('sekret');
		expect(world.emulator.requests.filter(({ path }) => path.includes('1000.png'))).toEqual([]);
	});
});

it('what a model writes is no address to be visited, and stays', async () => {
	const outputs = [
		'/no_think',
		'/s',
		'and/or.it',
		['Read more: ', `${'http://127.0.0.1'}:9/x`],
		'https://127.0.0.1:9/x.png',
	];
	let index = 0;
	world.emulator.options.faults = (request) =>
		isInference(request)
			? { kind: 'status', status: 200, body: { request_id: 'R', output: outputs[index++] } }
			: undefined;
	const { items } = await world.engine.run({
		parameters: runParameters(
			'meta-llama/Meta-Llama-3-8B-Instruct',
			{ input: 'x' },
			{ options: { maxConcurrency: 1 } },
		),
		items: outputs.map(() => ({ json: {} })),
		...continued,
	});
	expect(items.map(({ json }) => json.output)).toEqual(outputs);
	expect(
		world.emulator.requests.filter(({ path }) => /no_think|and|\/s$/.test(path) && !isInference({ path })),
	).toEqual([]);
});

it('an answer that is nested 5,000 deep fails its own item only', async () => {
	world.emulator.options.faults = ({ index, path }) =>
		isInference({ path }) && index % 2 ? { kind: 'deepNesting', depth: 5000 } : undefined;
	const parameters = asked('text', 'generate', 'meta-llama/Meta-Llama-3-8B-Instruct', {
		prompt: 'x',
		simplify: false,
		options: { maxConcurrency: 1, promptFormat: 'raw' },
	});
	const { items, errorItems, error } = await world.engine.run({
		parameters: { ...parameters, prompt: '={{ $json.n }}' },
		items: [1, 2, 3, 4].map((n) => ({ json: { n } })),
		...continued,
	});
	expect(error).toBeUndefined();
	expect(items).toHaveLength(2);
	expect(errorItems.map((item) => errorOf(item).text)).toEqual([
		expect.stringMatching(/nested too deeply/),
		expect.stringMatching(/nested too deeply/),
	]);
});

describe('a request that was sent whole', () => {
	const photo = async () => ({
		json: {},
		binary: { data: await world.engine.binary(makePng(60, 60), 'photo.png', 'image/png') },
	});

	it('and lost its connection a second later is not sent again, and says what is known', async () => {
		faultsOnce(isInference, { kind: 'resetAfter', afterMs: 1300 }, { kind: 'resetAfter', afterMs: 1300 });
		const text = asked('text', 'classify', 'ProsusAI/finbert', { text: 'x' });
		for (const run of [
			{ parameters: fromFile(), items: [await photo()] },
			{ parameters: text, items: [{ json: {} }] },
		]) {
			const { errorItems } = await world.engine.run({ ...run, ...continued });
			expect(errorOf(errorItems[0] ?? { json: {} }).text).toMatch(
				/received the request.*1 second.*may have been worked on/s,
			);
		}
		expect(inference()).toHaveLength(2);
	});

	it('and lost it at once is sent again', async () => {
		faultsOnce(isInference, { kind: 'resetAfter', afterMs: 0 });
		onlyItem(await world.engine.run({ parameters: fromFile(), items: [await photo()] }));
		expect(inference()).toHaveLength(2);
	});

	it('and lost it at once is sent again, however late a busy process learns of it', async () => {
		let count = 0;
		world.emulator.options.faults = (request) => {
			if (!isInference(request) || count++ > 0) return undefined;
			block(1800);
			return { kind: 'resetBeforeHeaders' };
		};
		onlyItem(await world.engine.run({ parameters: asked('text', 'classify', 'ProsusAI/finbert', { text: 'x' }) }));
		expect(inference()).toHaveLength(2);
	});

	it('and was answered by something that is no HTTP is not sent again', async () => {
		faultsOnce(isInference, { kind: 'notHttp' });
		const { errorItems } = await world.engine.run({ parameters: fromFile(), items: [await photo()], ...continued });
		expect(errorOf(errorItems[0] ?? { json: {} }).text).toMatch(/no HTTP/);
		expect(errorOf(errorItems[0] ?? { json: {} }).text).not.toMatch(/before answering/);
		expect(inference()).toHaveLength(1);
	});

	let long: INodeExecutionData['binary'];
	beforeAll(async () => {
		const large = Buffer.concat([makeWav(0.1), Buffer.alloc(60_000_000)]);
		long = { data: await world.engine.binary(large, 'long.wav', 'audio/wav') };
	});

	it.each([413, 401, 400, 402, 415, 504])('is answered early with %i while it is still on its way', async (status) => {
		world.emulator.options.early = (request) => (isInference(request) ? status : undefined);
		const parameters = asked('audio', 'transcribe', 'openai/whisper-large-v3');
		const { errorItems } = await world.engine.run({
			parameters,
			items: [{ json: {}, binary: long }],
			...continued,
		});
		expect(errorOf(errorItems[0] ?? { json: {} }).text).toContain(`Emulated error ${status}`);
		expect(inference()).toHaveLength(1);
	});
});

describe('an upload that is broken off in the middle', () => {
	const mb = (count: number) => Buffer.alloc(count * 1_000_000);
	const early = (afterBytes: number, isHidden: true | undefined) => {
		world.emulator.options.early = (request) =>
			request.method === 'POST' ? { status: 413, afterBytes, isHidden } : undefined;
	};
	const recording = async (length: number): Promise<INodeExecutionData> => {
		const data = await world.engine.binary(Buffer.concat([makeWav(0.1), mb(length)]), 'long.wav', 'audio/wav');
		return { json: {}, binary: { data } };
	};
	const picture = async (length: number): Promise<INodeExecutionData> => {
		const data = await world.engine.binary(Buffer.concat([makePng(9, 9), mb(length)]), 'large.png', 'image/png');
		return { json: {}, binary: { data } };
	};
	const ways: ReadonlyArray<readonly [string, INodeParameters, () => Promise<INodeExecutionData>]> = [
		['a form', asked('audio', 'transcribe', 'openai/whisper-large-v3'), async () => await recording(30)],
		[
			'a voice',
			{ resource: 'voice', operation: 'create', name: 'x', description: 'y' },
			async () => await recording(24),
		],
		[
			'JSON that holds it',
			asked('image', 'analyze', 'Qwen/Qwen3-VL-30B-A3B-Instruct', { prompt: 'x' }),
			async () => await picture(14),
		],
		[
			'JSON of one text',
			asked('text', 'classify', 'ProsusAI/finbert', { text: "={{ 'x'.repeat(12000000) }}" }),
			async () => await Promise.resolve({ json: {} }),
		],
	];

	it.each(ways)('with its answer, in %s: is refused, once', async (_, parameters, item) => {
		early(3_000_000, undefined);
		const { errorItems } = await world.engine.run({ parameters, items: [await item()], ...continued });
		expect(errorOf(errorItems[0] ?? { json: {} }).text).toMatch(/Emulated error 413|MB were on their way/);
		expect(world.emulator.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
	});

	it.each(ways)('with a reset before its answer is read, in %s: is not sent again', async (_, parameters, item) => {
		early(3_000_000, true);
		const { errorItems } = await world.engine.run({ parameters, items: [await item()], ...continued });
		expect(errorOf(errorItems[0] ?? { json: {} }).text).toMatch(
			/closed the connection while \d+ MB were on their way.*no request of this size: send a smaller file/s,
		);
		expect(world.emulator.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
	});

	it.each(ways)('by Timeout, in %s: cannot have been billed', async (_, parameters, item) => {
		// The catalogue answers; what is sent is not read.
		const slow = createServer((socket) => {
			socket.on('error', () => undefined);
			socket.once('data', (first: Buffer) => {
				if (!first.toString('latin1').startsWith('GET')) return socket.pause();
				const there = connect(Number(new URL(world.emulator.url).port), '127.0.0.1', () => there.write(first));
				return there.on('error', () => undefined).pipe(socket);
			});
		});
		await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
		const address = slow.address();
		const options = { timeout: 2, ...(parameters.resource === 'voice' ? {} : { budgetUsd: 9 }) };
		const result = await world.engine.run({
			parameters: { ...parameters, options },
			items: [await item()],
			credentials: { baseUrl: `http://127.0.0.1:${Object(address).port}` },
			...continued,
		});
		slow.close();
		const { text } = errorOf(result.errorItems[0] ?? { json: {} });
		expect(text).toMatch(/could not be sent to 127.0.0.1.* within 2 seconds.*nothing was billed/s);
		expect(`${text} ${hintsOf(result).join()}`).not.toMatch(/may (have|be) bill/);
	});

	it('is sent again where it is small', async () => {
		let count = 0;
		world.emulator.options.early = (request) =>
			isInference(request) && count++ === 0 ? { status: 413, afterBytes: 1000, isHidden: true } : undefined;
		const parameters = asked('audio', 'transcribe', 'openai/whisper-large-v3');
		onlyItem(await world.engine.run({ parameters, items: [await recording(1)] }));
		expect(inference()).toHaveLength(2);
	});
});

describe('half a file with status 206', () => {
	const sound = makeWav(1);
	const url = { inputSource: 'url', inputUrl: '={{ $json.url }}' };

	it.each<[string, INodeParameters, Buffer]>([
		['of a recording goes nowhere', asked('audio', 'transcribe', 'a/hears', url), sound],
		['of a picture to be searched goes nowhere', asked('image', 'detectObjects', 'a/looks', url), images.jpeg.bytes],
		[
			'of a picture to be edited goes nowhere',
			asked('image', 'edit', 'a/edits', { ...url, prompt: 'x' }),
			images.png.bytes,
		],
		['of a model that may be any is no result', runParameters('a/draws', { prompt: 'x' }), images.png.bytes],
		['of an edited picture is no result', asked('image', 'edit', 'a/edits', { prompt: 'x' }), images.jpeg.bytes],
	])('%s', async (_, parameters, whole) => {
		const half = whole.subarray(0, whole.length / 2);
		const PARTS: Array<Record<string, string>> = [
			{ 'content-range': `bytes 0-${half.length - 1}/${whole.length}` },
			{ 'content-range': `bytes ${half.length}-${whole.length - 1}/${whole.length}` },
			{},
		];
		world.service.reply = ({ method, path }) => {
			const address = `${world.service.url}/files/${parts++ % PARTS.length}.png`;
			if (method === 'POST') return { body: JSON.stringify({ images: [address], data: [{ url: address }] }) };
			const [, part] = /^\/files\/(\d)/.exec(path) ?? [];
			if (part === undefined) return { status: 404, body: '{"detail":{"error":"none"}}' };
			return { status: 206, contentType: 'image/png', headers: PARTS[Number(part)], body: half };
		};
		let parts = 0;
		const data = await world.engine.binary(images.png.bytes, 'photo.png', 'image/png');
		const items = PARTS.map((__, at) => ({ json: { url: `${world.service.url}/files/${at}.png` }, binary: { data } }));
		const result = await world.engine.run({
			parameters: { ...parameters, options: { maxRetries: 0, maxConcurrency: 1 } },
			items,
			credentials: { baseUrl: world.service.url },
			...continued,
		});
		expect(result.items).toEqual([]);
		for (const item of result.errorItems) expect(errorOf(item).text).toMatch(/only a part of the file/);
		expect(world.service.requests.filter(({ method }) => method === 'POST')).toHaveLength(
			'inputUrl' in parameters ? 0 : 3,
		);
	});
});

describe('a drawing that comes as a data URL in letters', () => {
	const svg = (text: string) => `<svg xmlns="http://www.w3.org/2000/svg"><text y='9'>${text}</text></svg>`;
	const DRAWINGS: Array<[url: string, drawing: string]> = [
		[`data:image/svg+xml;utf8,${svg('Füße, naïve, Ørsted')}`, svg('Füße, naïve, Ørsted')],
		[`data:image/svg+xml;charset=utf-8,${svg('Ελλάδα 漢字 👩‍🚀')}`, svg('Ελλάδα 漢字 👩‍🚀')],
		[`data:image/svg+xml;utf8,${svg('100 % wool, 5%off')}`, svg('100 % wool, 5%off')],
		[`data:image/svg+xml;UTF-8,${encodeURIComponent(svg('“Öl” & 50 %'))}`, svg('“Öl” & 50 %')],
		[`data:image/svg+xml,${svg('a + b')}`, svg('a + b')],
	];

	it.each<[string, INodeParameters, (url: string) => unknown]>([
		['a picture', asked('image', 'generate', 'a/draws', { prompt: '={{ $json.at }}' }), (url) => ({ images: [url] })],
		[
			'an edited picture',
			asked('image', 'edit', 'a/draws', { prompt: '={{ $json.at }}' }),
			(url) => ({ data: [{ url }], images: [url] }),
		],
		['the file of any model', runParameters('a/draws', { prompt: '={{ $json.at }}' }), (url) => ({ images: [url] })],
	])('keeps its letters as %s', async (_, parameters, answer) => {
		let at = 0;
		world.service.reply = ({ method }) =>
			method === 'POST'
				? { body: JSON.stringify(answer(DRAWINGS[at++ % DRAWINGS.length]?.[0] ?? '')) }
				: { status: 404, body: '{"detail":{"error":"none"}}' };
		const data = await world.engine.binary(images.png.bytes, 'photo.png', 'image/png');
		const { items, errorItems } = await world.engine.run({
			parameters: { ...parameters, options: { maxConcurrency: 1 } },
			items: DRAWINGS.map((__, n) => ({ json: { at: n }, binary: { data } })),
			credentials: { baseUrl: world.service.url },
			...continued,
		});
		expect(errorItems).toEqual([]);
		const files = items.map(({ binary }) =>
			Object.values(binary ?? {}).find(({ mimeType }) => mimeType === 'image/svg+xml'),
		);
		const read = files.map(async (file) => (file ? (await world.engine.read(file)).toString() : 'none'));
		expect(await Promise.all(read)).toEqual(DRAWINGS.map(([, drawing]) => drawing));
	});
});

describe('an answer that is no HTTP', () => {
	const RUBBISH: Array<[string, string]> = [
		['a mail server', '220 mx.example.org ESMTP Postfix\r\n'],
		['a TLS alert', '\x15\x03\x03\x00\x02\x02\x46'],
		['JSON without its headers', '{"results":[{"label":"a","score":1}]}'],
		['a frame of HTTP/2', '\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80'],
		['a store of keys', "-ERR unknown command 'POST'\r\n"],
		['a status that is a word', 'HTTP/1.1 fine OK\r\n\r\n'],
		['a length that is a word', 'HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}'],
	];

	it.each<[string, INodeParameters]>([
		['a chat', asked('chat', 'complete', 'm/m', { messages: { values: [{ role: 'user', content: 'x' }] } })],
		['a classification', asked('text', 'classify', 'm/m', { text: 'x' })],
		['speech', asked('audio', 'synthesize', 'm/m', { text: 'x' })],
		['vectors', asked('embedding', 'create', 'm/m', { text: 'x' })],
		['any model', runParameters('m/m', { prompt: 'x' })],
	])('is blamed on who sent it and asked for once, by %s', async (_, parameters) => {
		for (const [, rubbish] of RUBBISH) {
			let posts = 0;
			const server = createServer((socket) => {
				socket.on('error', () => undefined);
				socket.once('data', (head) => {
					const isPost = head.toString('latin1').startsWith('POST');
					if (isPost) posts++;
					socket.end(isPost ? Buffer.from(rubbish, 'latin1') : 'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}');
				});
			});
			await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
			const address = server.address();
			const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
			const result = await world.engine.run({ parameters, credentials: { baseUrl: `http://${host}` }, ...continued });
			await new Promise((resolve) => server.close(resolve));
			expect(result.items).toEqual([]);
			const { text } = errorOf(result.errorItems[0] ?? { json: {} });
			expect(text).toContain(`${host} sent an answer that is no HTTP`);
			expect(text).not.toMatch(/before answering|network|connection|HPE_|Parse Error/i);
			expect(posts).toBe(1);
		}
	});
});

it('an answer that begins with a byte order mark is JSON', async () => {
	faultsOnce(isInference, { kind: 'byteOrderMark' });
	onlyItem(await world.engine.run({ parameters: asked('text', 'classify', 'ProsusAI/finbert', { text: 'x' }) }));
});

it('an answer that is too large for its task is refused before it is read', async () => {
	faultsOnce(isInference, { kind: 'hugeBody', bytes: 3_000_000 });
	const parameters = asked('text', 'classify', 'ProsusAI/finbert', { text: 'x' });
	const { errorItems } = await world.engine.run({ parameters, ...continued });
	expect(errorOf(errorItems[0] ?? { json: {} }).text).toMatch(/too large/);
});

it('what would lose a paid answer is refused before anything is sent', async () => {
	const items = [
		{ stream: true },
		{ stream: 'true' },
		{ stream: 1 },
		{ webhook: 'https://a.b/c\nx: y' },
		{ webhook: 'https://a.b/c d' },
	];
	const { errorItems } = await world.engine.run({
		parameters: asked('text', 'classify', 'ProsusAI/finbert', {
			text: 'x',
			options: { extraFields: '={{ JSON.stringify($json) }}' },
		}),
		items: items.map((json) => ({ json })),
		...continued,
	});
	expect(errorItems.map((item) => errorOf(item).text)).toEqual([
		...[1, 2, 3].map(() => expect.stringMatching(/'stream'/)),
		...[1, 2].map(() => expect.stringMatching(/'Webhook URL' is not a web address/)),
	]);
	const lost = await world.engine.run({
		parameters: asked('image', 'generate', 'black-forest-labs/FLUX-1-schnell', {
			prompt: 'x',
			outputDataFieldName: '__proto__',
		}),
		...continued,
	});
	expect(errorOf(lost.errorItems[0] ?? { json: {} }).text).toMatch(
		/'Output Data Field Name' is '__proto__', which cannot be the name of a field/,
	);
	expect(inference()).toEqual([]);
});

it('files of a run never share a name, and keep that of their input', async () => {
	const wav = makeWav(1);
	const names = [
		'memo.wav',
		'memo.mp3',
		'memo_1.wav',
		'other.wav',
		'é.wav',
		'e\u0301.wav',
		'MEMO.oga',
		'b.wav',
		'a/b.wav',
		'',
	];
	const items = await Promise.all(
		names.map(async (name) => ({ json: {}, binary: { data: await world.engine.binary(wav, name, 'audio/wav') } })),
	);
	const spoken = await world.engine.run({
		parameters: asked('audio', 'transcribe', 'openai/whisper-large-v3', { options: { subtitles: ['srt'] } }),
		items,
	});
	expect(spoken.items.map(({ binary }) => binary?.srt?.fileName)).toEqual([
		'memo.srt',
		'memo_2.srt',
		'memo_1.srt',
		'other.srt',
		'é.srt',
		'e\u0301_2.srt',
		'MEMO_3.srt',
		'b.srt',
		'b_2.srt',
		'audio_9.srt',
	]);
	const drawn = await world.engine.run({
		parameters: asked('image', 'generate', 'black-forest-labs/FLUX-1-schnell', {
			prompt: 'x',
			options: { numImages: 2, width: 128, height: 128 },
		}),
		items: [{ json: {} }, { json: {} }],
	});
	expect(drawn.items.map(({ binary }) => binary?.data?.fileName)).toEqual([
		'image_0.png',
		'image_0_1.png',
		'image_1.png',
		'image_1_1.png',
	]);
	expect(hintsOf(drawn).join()).not.toMatch(/could not/);
	expect(sha256(wav)).toHaveLength(64);
});
