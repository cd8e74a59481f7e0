/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import type { INodeParameters } from 'n8n-workflow';
import { asked } from '../../../support/parameters';
import { errorOf, pairedTo } from '../../../support/results';
import { openWorld, type World } from '../../../support/world';

const MB = 1024 * 1024;
const PIECE = 64 * 1024;

/** A file that is made while it is sent: a picture, by its first bytes, of so many. */
function* pieces(bytes: number, watch?: (given: number) => void) {
	const first = Buffer.alloc(PIECE, 7);
	first.write('\x89PNG\r\n\x1a\n', 'latin1');
	const others = Buffer.alloc(PIECE, 7);
	for (let given = 0; given < bytes; given += PIECE) {
		watch?.(given);
		yield (given === 0 ? first : others).subarray(0, bytes - given);
	}
}

interface Ask {
	readonly path: string;
	/** How often this address had been asked before. */
	readonly before: number;
	readonly response: ServerResponse;
}

/** Answers uploads with how many bytes they had, of which it keeps none, and addresses with what a test says. */
class Host {
	url = '';
	reply: (ask: Ask) => void = () => undefined;
	readonly asked: string[] = [];
	/** Uploads that came to their end. */
	uploads = 0;
	/** Large uploads that were there at the same time, at most. */
	mostOpen = 0;
	private open = 0;
	private lastOpened = 0;
	/** Milliseconds that it takes to answer an upload; a large one counts from the last large one that came meanwhile. */
	takes = 0;
	private readonly server = createServer((request, response) => void this.answer(request, response));

	async start(): Promise<this> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		const address = this.server.address();
		if (address === null || typeof address === 'string') throw new Error('no port');
		this.url = `http://127.0.0.1:${address.port}`;
		return this;
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	/** Sends a file in pieces, which tell no length. */
	send(response: ServerResponse, bytes: number, watch?: (given: number) => void): void {
		response.writeHead(200, { 'content-type': 'image/png' });
		Readable.from(pieces(bytes, watch), { highWaterMark: 1 }).pipe(response);
	}

	private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { pathname: path } = new URL(request.url ?? '', this.url);
		if (request.method !== 'POST') {
			const before = this.asked.filter((each) => each === path).length;
			this.asked.push(path);
			if (/^\/(models|deploy)\//.test(path)) response.writeHead(404).end('{"detail":{"error":"none"}}');
			else this.reply({ path, before, response });
			return;
		}
		let bytes = 0;
		const isLarge = Number(request.headers['content-length']) > MB;
		if (isLarge) {
			this.lastOpened = performance.now();
			this.mostOpen = Math.max(this.mostOpen, ++this.open);
			response.on('close', () => this.open--);
		}
		// By its events: to iterate over it makes promises for each of ten thousand pieces.
		request.on('data', (piece: Buffer) => (bytes += piece.length)).on('error', () => undefined);
		await new Promise((resolve) => request.on('close', resolve));
		if (!request.complete) return;
		this.uploads++;
		if (this.takes > 0) await wait(this.takes);
		// All that may be there at once are.
		while (isLarge && performance.now() - this.lastOpened < this.takes) await wait(this.takes / 4);
		const label = `${bytes} of ${request.headers['content-length']}`;
		response.writeHead(200, { 'content-type': 'application/json' });
		response.end(JSON.stringify({ results: [{ label, score: 1 }], choices: [{ message: { content: label } }] }));
	}
}

let world: World;
let host: Host;
beforeAll(async () => {
	world = await openWorld({ asks: 'service' });
	host = await new Host().start();
});
afterAll(async () => {
	await world.close();
	await host.close();
});
beforeEach(() => {
	host.asked.length = 0;
	host.uploads = 0;
});

const byUrl = (options: INodeParameters = {}) =>
	asked('image', 'classify', 'a/b', { inputSource: 'url', inputUrl: '={{ $json.url }}', options });

async function run(
	paths: string[],
	parameters = byUrl(),
	more: { cancelAfterMs?: number; cancelOnce?: () => boolean } = {},
) {
	return await world.engine.run({
		parameters,
		items: paths.map((path) => ({ json: { url: `${host.url}${path}` } })),
		credentials: { baseUrl: host.url },
		onError: 'continueErrorOutput',
		...more,
	});
}

/** How long an upload was, and was said to be; how long its file is, if all around it has `frame` bytes. */
const uploaded = (label: unknown) => String(label).split(' of ').map(Number);
const files = () => host.asked.filter((path) => !/^\/(models|deploy)\//.test(path));

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** Bytes that are held outside of JavaScript's own objects, after what is not needed has gone. */
function heldBytes(): number {
	if (typeof collect !== 'function') throw new Error('Garbage cannot be collected');
	collect();
	// The next one waits until what the first one found has gone; it looks at what is young alone, which takes no time.
	collect({ type: 'minor' });
	return process.memoryUsage().arrayBuffers;
}

/** The same, but collects what is young alone where so little is held that nobody has to know what is no garbage of it. */
function heldOver(before: number, limit: number): number {
	if (typeof collect !== 'function') throw new Error('Garbage cannot be collected');
	collect({ type: 'minor' });
	collect({ type: 'minor' });
	const most = process.memoryUsage().arrayBuffers - before;
	return most < limit ? most : heldBytes() - before;
}

/** A server hears of a closed connection a moment later. */
async function until(isTrue: () => boolean): Promise<void> {
	for (let looks = 0; looks < 200 && !isTrue(); looks++) await wait(10);
	expect(isTrue()).toBe(true);
}

describe('an input whose host does not tell its length', () => {
	it('is sent as it comes, whole and with its length, and is never held, however many there are', async () => {
		const size = 24 * MB;
		const held: number[] = [];
		const before = heldBytes();
		host.reply = ({ response }) =>
			host.send(response, size, (given) => {
				if (given === 0.75 * size) held.push(heldOver(before, size));
			});
		const { items, errorItems } = await run(['/a.png', '/b.png', '/c.png']);
		expect(errorItems).toEqual([]);
		for (const { json } of items) {
			const [bytes = 0, announced] = uploaded(json.label);
			expect(bytes).toBe(announced);
			expect(bytes - size).toBeGreaterThan(0);
			expect(bytes - size).toBeLessThan(500);
		}
		expect(files().sort()).toEqual(['/a.png', '/a.png', '/b.png', '/b.png', '/c.png', '/c.png']);
		// Three times 24 MB went by, twice; each was looked at when three quarters of it had been given.
		expect(held).toHaveLength(6);
		expect(Math.max(...held)).toBeLessThan(24 * MB);
	});

	it('is asked for once while it is small, and where it is held anyway', async () => {
		const sizes = new Map([
			['/one.png', 1],
			['/most.png', 4 * MB - 1],
			['/even.png', 4 * MB],
		]);
		host.reply = ({ path, response }) => host.send(response, sizes.get(path) ?? 6 * MB);
		const small = await run([...sizes.keys()]);
		expect(small.errorItems).toEqual([]);
		expect(files().sort()).toEqual([...sizes.keys()].sort());
		const analyze = { prompt: 'x', inputSource: 'url', inputUrl: '={{ $json.url }}' };
		const seen = await run(['/large.png'], asked('image', 'analyze', 'a/b', analyze));
		expect(seen.errorItems).toEqual([]);
		expect(uploaded(seen.items[0]?.json.text)[0]).toBeGreaterThan(8 * MB);
		expect(files().filter((path) => path === '/large.png')).toHaveLength(1);
	});

	it('is not held where it is larger than a question may have', async () => {
		const held: number[] = [];
		const before = heldBytes();
		const size = 64 * MB;
		host.reply = ({ response }) =>
			host.send(response, size, (given) => {
				if (given === 0.9 * size || given === size - PIECE) held.push(heldOver(before, 0.75 * size));
			});
		const analyze = { prompt: 'x', inputSource: 'url', inputUrl: '={{ $json.url }}' };
		const { errorItems } = await run(['/huge.png'], asked('image', 'analyze', 'a/b', analyze));
		expect(errorOf(errorItems[0] ?? { json: {} }).text).toMatch(
			/The picture has 64.* MB, but DeepInfra takes at most 20/,
		);
		expect(Math.max(...held)).toBeLessThan(0.75 * size);
		expect(host.uploads).toBe(0);
	});

	it('may be packed, lie behind other addresses, tell a length later, or a wrong one', async () => {
		const size = 5 * MB + 321;
		const packed = gzipSync(Buffer.concat([...pieces(size)]), { level: 1 });
		const png = { 'content-type': 'image/png' };
		host.reply = ({ path, before, response }) => {
			if (path === '/gzip.png') response.writeHead(200, { ...png, 'content-encoding': 'gzip' }).end(packed);
			else if (path === '/wrong.png') {
				const headers = { ...png, 'content-encoding': 'gzip', 'content-length': packed.length };
				response.writeHead(200, headers).end(packed);
			} else if (path === '/start.png') response.writeHead(302, { location: `/moved-${before}.png?sig=x` }).end();
			else if (path === '/later.png' && before > 0) {
				response.writeHead(200, { ...png, 'content-length': size }).end(Buffer.concat([...pieces(size)]));
			} else if (path === '/old.png') {
				// As of HTTP 1.0: its end is the end of the connection.
				response.writeHead(200, { ...png, connection: 'close' });
				response.useChunkedEncodingByDefault = false;
				Readable.from(pieces(size)).pipe(response);
			} else host.send(response, size);
		};
		const paths = ['/gzip.png', '/wrong.png', '/start.png', '/later.png', '/old.png'];
		const { items, errorItems } = await run(paths, byUrl({ maxRetries: 0 }));
		expect(errorItems).toEqual([]);
		expect(items).toHaveLength(paths.length);
		for (const { json } of items) {
			const [bytes = 0, announced] = uploaded(json.label);
			expect(bytes).toBe(announced);
			expect(bytes - size).toBeGreaterThan(0);
			expect(bytes - size).toBeLessThan(500);
		}
		// Each time from its beginning: an address behind it may have been signed for one use.
		expect(files().filter((path) => path.startsWith('/moved'))).toEqual(['/moved-0.png', '/moved-1.png']);
	});

	it('is its fault where it gives it once only, another one then, or one without an end', async () => {
		const size = 5 * MB;
		const filling = gzipSync(Buffer.alloc(MB));
		const bomb = Buffer.concat([gzipSync(Buffer.concat([...pieces(PIECE)])), ...Array<Buffer>(260).fill(filling)]);
		host.reply = ({ path, before, response }) => {
			if (path.includes('bomb')) {
				const headers = { 'content-type': 'image/png', 'content-encoding': 'gzip' };
				const told = path === '/told-bomb.png' ? { 'content-length': bomb.length } : {};
				response.writeHead(200, { ...headers, ...told }).end(bomb);
			} else if (before % 2 === 0) host.send(response, size);
			else if (path === '/gone.png') response.writeHead(410).end('used');
			else if (path === '/login.png') {
				response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Log in</title>');
			} else if (path === '/hangs-up.png') response.destroy();
			else host.send(response, path === '/longer.png' ? size + 1 : size - 1);
		};
		const names = ['gone', 'login', 'hangs-up', 'longer', 'shorter', 'bomb', 'told-bomb'];
		const paths = names.map((name) => `/${name}.png?token=sekret`);
		const { items, errorItems } = await run(paths, byUrl({ maxRetries: 1 }));
		expect(items).toEqual([]);
		expect(errorItems.map(pairedTo)).toEqual([0, 1, 2, 3, 4, 5, 6]);
		const texts = errorItems.map((item) => errorOf(item).text);
		for (const text of texts) {
			expect(text).toContain(`The file at ${new URL(host.url).host} cannot be downloaded`);
			expect(text).toMatch(/Nothing was billed by DeepInfra/);
			expect(text).not.toMatch(/sekret|may have billed/);
		}
		expect(texts[0]).toMatch(/does not tell the length of its file, and gave it only once: then status 410/);
		expect(texts[1]).toMatch(/gave it only once: then it gives a web page/);
		expect(texts[2]).toMatch(/gave it only once: then it closed the connection/);
		expect(texts[3]).toMatch(/its length is not the 5242880 bytes that it had or announced before/);
		expect(texts[4]).toMatch(/its length is not the 5242880 bytes/);
		expect(texts[5]).toMatch(/larger than 256 MB/);
		expect(texts[6]).toMatch(/larger than 16 MB/);
		expect(host.uploads).toBe(0);
		// It cost nothing, so each was tried again; what is too large is so the next time, too.
		for (const name of ['gone', 'login', 'hangs-up', 'longer', 'shorter']) {
			expect([name, files().filter((path) => path === `/${name}.png`).length]).toEqual([name, 4]);
		}
		for (const name of ['bomb', 'told-bomb']) expect(files().filter((path) => path === `/${name}.png`)).toHaveLength(1);
	});

	it.each([
		['while it is measured', 1],
		['while it is sent', 2],
	])('ends with Stop %s', async (_, times) => {
		let asks = 0;
		let closed = 0;
		host.reply = ({ response }) => {
			asks++;
			response.on('close', () => (closed += response.writableFinished ? 0 : 1));
			if (asks < times) return host.send(response, 8 * MB);
			// The rest never comes.
			response.writeHead(200, { 'content-type': 'image/png' });
			for (const piece of pieces(6 * MB)) response.write(piece);
		};
		let since: number | undefined;
		const stopped = await run(['/stops.png'], byUrl(), {
			cancelAfterMs: 100,
			cancelOnce: () => (since = asks >= times ? (since ?? Date.now()) : undefined) !== undefined,
		});
		expect(stopped.status).toBe('canceled');
		expect(asks).toBe(times);
		await until(() => closed === 1);
		expect(host.uploads).toBe(0);
	});
});

describe('questions that hold their files', () => {
	it('wait for one another where they would hold too much together', async () => {
		const file = async (bytes: number) => ({
			data: await world.engine.binary(Buffer.concat([...pieces(bytes)]), 'scan.png', 'image/png'),
		});
		// A model's first answers are waited for before it is asked by more than a few.
		const [small, large, few, count] = [await file(1000), await file(19 * MB), 17, 38];
		Object.assign(host, { mostOpen: 0, takes: 300 });
		const { items, errorItems } = await world.engine.run({
			parameters: asked('image', 'analyze', 'a/b', {
				prompt: '={{ $json.prompt }}',
				options: { maxConcurrency: 50, maxRetries: 0 },
			}),
			items: Array.from({ length: count }, (_, index) => ({
				json: { prompt: `What is it? ${index}` },
				binary: index < few ? small : large,
			})),
			credentials: { baseUrl: host.url },
			onError: 'continueErrorOutput',
		});
		expect(errorItems.map(({ json }) => json)).toEqual([]);
		expect(items).toHaveLength(count);
		expect(host.uploads).toBe(count);
		// In base64 each has 26.6 MB, and 512 MB is what they share.
		expect(host.mostOpen).toBeGreaterThan(1);
		expect(host.mostOpen).toBeLessThanOrEqual(20);
	});
});
