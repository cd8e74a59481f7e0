/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import fc from 'fast-check';
import { inlineFiles, InlineFile } from '../../../../nodes/shared/core/request';
import { InputError } from '../../../../nodes/shared/core/problem';
import { writeBody } from '../../../../nodes/shared/n8n/http/body';
import { Documents } from '../../../../nodes/shared/n8n/http/documents';
import type { OpenFile } from '../../../../nodes/shared/n8n/http/files';

const ref = { file: 'binary', item: 0, value: 'data' } as const;
const opened = (
	pieces: readonly Uint8Array[],
	size = pieces.reduce((sum, { length }) => sum + length, 0),
): OpenFile => ({
	name: 'photo.png',
	mimeType: 'image/png',
	size,
	content: pieces,
});

describe('a JSON body with files', () => {
	it('holds each file in base64, whatever pieces it comes in', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 }),
				fc.string(),
				async (pieces, prompt) => {
					const json = { prompt, list: [{ image: new InlineFile(ref) }, null, 1], again: new InlineFile(ref) };
					const body = await writeBody(json, async () => opened(pieces));
					const url = `data:image/png;base64,${Buffer.concat(pieces).toString('base64')}`;
					expect(JSON.parse(body.toString())).toEqual({ prompt, list: [{ image: url }, null, 1], again: url });
				},
			),
		);
	});

	it('has what the operation makes of a file once its kind is known', async () => {
		const file = new InlineFile(ref, ({ mimeType, size }, base64) => ({ type: mimeType, size, data: base64 }));
		const body = await writeBody({ file }, async () => opened([Buffer.from('abc')]));
		expect(JSON.parse(body.toString())).toEqual({ file: { type: 'image/png', size: 3, data: 'YWJj' } });
	});

	it('is not made of a file that the operation refuses', async () => {
		const refuse = () => {
			throw new InputError('too large');
		};
		await expect(writeBody({ file: new InlineFile(ref, refuse) }, async () => opened([]))).rejects.toThrow('too large');
	});

	it.each([2, 4])('is not made of a file of 3 bytes that was announced with %i', async (size) => {
		const body = writeBody({ file: new InlineFile(ref) }, async () => opened([Buffer.from('abc')], size));
		await expect(body).rejects.toThrow(`${size} were announced`);
	});

	it.each([
		['one', [300], /The file 'photo\.png' has 300 MB, but at most 256 MB/],
		['two together', [200, 57], /The 2 files of the request have 257 MB, but at most 256 MB/],
		['many together', Array<number>(20).fill(13), /The 20 files of the request have 260 MB/],
	])('holds at most 256 MB of files: %s', async (_, megabytes, words) => {
		let isRead = false;
		const large = (size: number): OpenFile => ({
			...opened([]),
			size: size * 1024 * 1024,
			content: (function* () {
				isRead = true;
				yield Buffer.alloc(1);
			})(),
		});
		const left = [...megabytes];
		const body = writeBody({ files: megabytes.map(() => new InlineFile(ref)) }, async () => large(left.shift() ?? 0));
		await expect(body).rejects.toThrow(words);
		const pdf = { ...large(300), mimeType: 'application/pdf' };
		const documents = new Documents(async (_ref, _seconds, use) => await use(pdf));
		await expect(documents.pages(ref, 10)).rejects.toThrow(/has 300 MB, but at most 256 MB/);
		expect(isRead).toBe(false);
	});

	it('is known by its files', () => {
		expect(inlineFiles({ a: [{ b: new InlineFile(ref) }], c: 'text' })).toHaveLength(1);
		expect(inlineFiles({ a: ['InlineFile', null, 7] })).toEqual([]);
	});

	it('costs less than one and a half times its base64', async () => {
		const piece = Buffer.alloc(64 * 1024, 7);
		const pieces = Array.from({ length: 320 }, () => piece);
		const before = process.memoryUsage();
		let most = 0;
		async function* content() {
			for (const each of pieces) {
				await Promise.resolve();
				const { arrayBuffers, heapUsed } = process.memoryUsage();
				most = Math.max(most, arrayBuffers + heapUsed - before.arrayBuffers - before.heapUsed);
				yield each;
			}
		}
		const body = await writeBody({ file: new InlineFile(ref) }, async () => ({
			...opened(pieces),
			content: content(),
		}));
		expect(body.length).toBeGreaterThan(27_000_000);
		expect(most).toBeLessThan(60_000_000);
	});
});
