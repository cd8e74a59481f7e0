/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { gzipBomb } from '../../../emulator/bomb';
import { readAll } from '../../../../nodes/shared/n8n/http/stream';
import { unpacked } from '../../../../nodes/shared/n8n/http/unpack';

const words = Buffer.from(
	JSON.stringify({ text: 'Grüße 🌍! '.repeat(20_000), noise: randomBytes(20_000).toString('hex') }),
);
const piecesOf = (bytes: Buffer, size: number) =>
	Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
		bytes.subarray(index * size, (index + 1) * size),
	);
const read = async (bytes: Buffer, size = 1000, limit = Infinity) =>
	await readAll(unpacked(Readable.from(piecesOf(bytes, size), { objectMode: false })), limit);

describe('what comes packed without a word', () => {
	it.each([1, 2, 3, 1000, 1_000_000])('is unpacked however it is cut, by %d bytes', async (size) => {
		const small = words.subarray(0, 3000);
		const text = size > 100 ? words : small;
		expect((await read(gzipSync(text), size)).equals(text)).toBe(true);
	});

	it.each<[string, Buffer]>([
		['in two members', Buffer.concat([gzipSync(words.subarray(0, 500)), gzipSync(words.subarray(500))])],
		['without being made smaller', gzipSync(words, { level: 0 })],
	])('is unpacked %s', async (_, bytes) => expect((await read(bytes)).equals(words)).toBe(true));

	it('may be nothing', async () => expect((await read(gzipSync(Buffer.alloc(0)))).length).toBe(0));

	it.each<[string, Buffer]>([
		['nothing', Buffer.alloc(0)],
		['one byte', Buffer.from([0x1f])],
		['JSON', words],
		['a sound', Buffer.from([0xff, 0xfb, 0x90, 0x00])],
		['zlib, which may be anything', deflateSync(words)],
		['brotli, which has no mark', brotliCompressSync(words)],
		['almost its mark', Buffer.from([0x1f, 0x8c, 1, 2, 3])],
	])('is left as it is where it is none: %s', async (_, bytes) => {
		for (const size of [bytes.length > 1000 ? 1000 : 1, 7000, 100_000])
			expect((await read(bytes, size)).equals(bytes)).toBe(true);
	});

	it('is held no further than allowed: a bomb of 200 MB', async () => {
		const bomb = gzipBomb(200_000_000);
		const before = process.memoryUsage().arrayBuffers;
		await expect(read(bomb, 65_536, 1_000_000)).rejects.toThrow(RangeError);
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
	});

	it.each<[string, (bytes: Buffer) => Buffer, string]>([
		['cut in two', (bytes) => bytes.subarray(0, bytes.length >> 1), 'Z_BUF_ERROR'],
		['its mark alone', (bytes) => bytes.subarray(0, 2), 'Z_BUF_ERROR'],
		['without the end of its checks', (bytes) => bytes.subarray(0, bytes.length - 3), 'Z_BUF_ERROR'],
		[
			'damaged',
			(bytes) => Buffer.concat([bytes.subarray(0, 50), Buffer.alloc(50, 0x55), bytes.subarray(100)]),
			'Z_DATA_ERROR',
		],
	])('is an error where it is %s', async (_, damage, code) => {
		await expect(read(damage(gzipSync(words)))).rejects.toMatchObject({ code });
	});

	it('says what the connection said where that broke', async () => {
		for (const bytes of [gzipSync(words), words]) {
			async function* broken() {
				yield bytes.subarray(0, 1000);
				await wait(5);
				throw Object.assign(new Error('reset by them'), { code: 'ECONNRESET' });
			}
			await expect(readAll(unpacked(broken()))).rejects.toMatchObject({ code: 'ECONNRESET', message: 'reset by them' });
		}
	});

	it('closes its connection, and waits for nothing, when enough was read', async () => {
		const stream = new PassThrough();
		stream.write(gzipSync(randomBytes(500_000)));
		// The connection stands still then.
		await expect(readAll(unpacked(stream), 1000)).rejects.toThrow(RangeError);
		stream.write(Buffer.alloc(10));
		await wait(50);
		expect(stream.destroyed).toBe(true);
	});

	it('comes piece by piece, as it is sent', async () => {
		const stream = new PassThrough();
		const whole = gzipSync(randomBytes(200_000));
		stream.write(whole.subarray(0, whole.length - 100));
		const pieces = unpacked(stream);
		const first = await pieces.next();
		expect(first.value?.length).toBeGreaterThan(0);
		await pieces.return(undefined);
	});
});
