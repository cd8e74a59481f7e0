/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { atOnce } from '../../../../nodes/shared/core/steps';
import { Budget, Damaged } from '../../../../nodes/shared/media/pdf/budget';
import { unpackLzw } from '../../../../nodes/shared/media/pdf/lzw';
import { readScanInSteps } from '../../../../nodes/shared/media/pdf/scan';
import { FULL_PAGE, makeJpeg, makePage, PICTURE, stream } from '../../../support/pdf';

const roomy = () => new Budget(64 * 1024 * 1024);

/** As encoders write it: codes of 9 to 12 bits, the table begun anew when it is full. */
function packLzw(bytes: Buffer, early = 1): Buffer {
	const packed: number[] = [];
	let [held, count] = [0, 0];
	const write = (code: number, width: number) => {
		held = (held << width) | code;
		for (count += width; count >= 8; count -= 8) packed.push((held >>> (count - 8)) & 255);
		held &= (1 << count) - 1;
	};
	/** By the code of what comes before a byte, and that byte. */
	const table = new Map<number, number>();
	let [next, width] = [258, 9];
	let before: number | undefined;
	write(256, width);
	for (const byte of bytes) {
		const known = before === undefined ? byte : table.get(before * 256 + byte);
		if (known !== undefined) {
			before = known;
			continue;
		}
		write(before ?? 0, width);
		table.set((before ?? 0) * 256 + byte, next++);
		// The reader is one entry behind.
		if (next - 1 + early >= 1 << width && width < 12) width++;
		if (next >= 4094) {
			write(256, width);
			table.clear();
			[next, width] = [258, 9];
		}
		before = byte;
	}
	if (before !== undefined) {
		write(before, width);
		if (next + early >= 1 << width && width < 12) width++;
	}
	write(257, width);
	write(0, 7);
	return Buffer.from(packed);
}

const words = Buffer.from(Array.from({ length: 9000 }, (_, index) => `word${(index * 7919) % 1013} `).join(''));

describe('LZW', () => {
	it("unpacks the standard's own example", () => {
		const packed = Buffer.from('800b6050220c0c8501', 'hex');
		expect([...unpackLzw(packed, roomy(), 1)]).toEqual([45, 45, 45, 45, 45, 65, 45, 45, 45, 66]);
	});

	it.each<[string, Buffer]>([
		['nothing', Buffer.alloc(0)],
		['a byte', Buffer.from('a')],
		['a run', Buffer.alloc(5000, 'a')],
		['a run of two', Buffer.from('ab'.repeat(3000))],
		['text, longer than a table', words],
		['noise', randomBytes(20_000)],
	])('unpacks %s, whether codes get longer early or late', (_, bytes) => {
		for (const early of [0, 1])
			expect(Buffer.from(unpackLzw(packLzw(bytes, early), roomy(), early)).equals(bytes)).toBe(true);
	});

	it('ends at damage, and at a bomb', () => {
		const packed = packLzw(words);
		for (let at = 1; at < packed.length; at += 97) {
			const broken = Buffer.from(packed);
			broken[at] = (broken[at] ?? 0) ^ 0x55;
			for (const bytes of [broken, packed.subarray(0, at)]) {
				try {
					unpackLzw(bytes, roomy(), 1);
				} catch (error) {
					expect(error).toBeInstanceOf(Damaged);
				}
			}
		}
		expect(() => unpackLzw(packLzw(Buffer.alloc(4_000_000)), new Budget(1_000_000), 1)).toThrow('far more work');
	});
});

/** Each byte as what it is more than the one so many before it, row by row. */
const predicted = (bytes: Buffer, row: number, pixel = 1): Buffer =>
	Buffer.from(bytes.map((byte, at) => (at % row >= pixel ? byte - (bytes[at - pixel] ?? 0) : byte)));

describe('a page that is packed', () => {
	const content = Buffer.from(FULL_PAGE);
	const runs = Buffer.concat([Buffer.from([FULL_PAGE.length - 1]), content, Buffer.from([256 - 8, 32, 128, 7])]);
	it.each<[string, string, Buffer]>([
		['by LZW', '/Filter /LZWDecode', packLzw(content)],
		['by LZW, late', '/Filter [/LZW] /DecodeParms [<</EarlyChange 0>>]', packLzw(content, 0)],
		[
			'by LZW, as differences',
			'/Filter /LZWDecode /DecodeParms <</Predictor 2 /Columns 8>>',
			packLzw(predicted(content, 8)),
		],
		[
			'by Flate, as differences of colours',
			'/Filter /FlateDecode /DecodeParms <</Predictor 2 /Colors 3 /Columns 4>>',
			deflateSync(predicted(content, 12, 3)),
		],
		['by runs', '/Filter /RunLengthDecode', runs],
	])('%s is read', (_, filter, bytes) => {
		const picture = stream(`${PICTURE} /Filter [/LZWDecode /DCTDecode]`, packLzw(makeJpeg('a page')));
		const [page, ...more] = atOnce(readScanInSteps(makePage(stream(filter, bytes), [picture])));
		expect(page?.bytes().includes('a page')).toBe(true);
		expect(more).toEqual([]);
	});

	it.each([
		['/FlateDecode', '<</Predictor 3>>'],
		['/FlateDecode', '<</Predictor 2 /BitsPerComponent 4>>'],
		['/FlateDecode', '<</Predictor 2 /Columns 0>>'],
	])('by %s with %s is refused', (filter, parameters) => {
		const packed = stream(`/Filter ${filter} /DecodeParms ${parameters}`, deflateSync(content));
		expect(() => atOnce(readScanInSteps(makePage(packed, [])))).toThrow('packed in a way that is not known');
	});
});
