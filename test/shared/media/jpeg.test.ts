import { processorTime } from '../../support/yardstick';
import { turnJpeg, type Orientation } from '../../../nodes/shared/media/jpeg';

const segment = (marker: number, content: Buffer): Buffer => {
	const head = Buffer.from([0xff, marker, 0, 0]);
	head.writeUInt16BE(content.length + 2, 2);
	return Buffer.concat([head, content]);
};
const START = Buffer.from([0xff, 0xd8]);
const JFIF = segment(0xe0, Buffer.from('JFIF\0\x01\x02\0\0\x01\0\x01\0\0', 'latin1'));
/** The last bytes look like a block of EXIF, but stand among the picture's own. */
const DATA = Buffer.concat([
	segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
	Buffer.from('\x12\x34\xff\0Exif\0\0\xff\xd9', 'latin1'),
]);

/** EXIF of a camera: its maker, then how it was held. */
function exif(orientation: number, isLittle: boolean): Buffer {
	const tiff = Buffer.alloc(38);
	const [short, long] = isLittle
		? [tiff.writeUInt16LE.bind(tiff), tiff.writeUInt32LE.bind(tiff)]
		: [tiff.writeUInt16BE.bind(tiff), tiff.writeUInt32BE.bind(tiff)];
	tiff.write(isLittle ? 'II' : 'MM', 'latin1');
	short(42, 2);
	long(8, 4);
	short(2, 8);
	for (const [at, tag, kind, value] of [
		[10, 0x010f, 2, 0x41420000],
		[22, 0x0112, 3, orientation],
	] as const) {
		short(tag, at);
		short(kind, at + 2);
		long(1, at + 4);
		if (kind === 3) short(value, at + 8);
		else long(value, at + 8);
	}
	return segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]));
}

const OTHER = segment(0xe1, Buffer.from('http://ns.adobe.com/xap/1.0/\0<x/>', 'latin1'));
/** As `turnJpeg` writes it. */
const plain = (orientation: Orientation) =>
	segment(
		0xe1,
		Buffer.from(
			`Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0${String.fromCharCode(orientation)}\0\0\0\0\0\0`,
			'latin1',
		),
	);

describe('a JPEG that is turned', () => {
	it.each<[string, Buffer[], Buffer[]]>([
		['without EXIF', [START, JFIF, DATA], [START, JFIF, plain(6), DATA]],
		['without JFIF', [START, DATA], [START, plain(6), DATA]],
		['with the EXIF of another', [START, exif(3, true), DATA], [START, plain(6), DATA]],
		[
			'with EXIF after other segments',
			[START, JFIF, OTHER, exif(8, false), DATA],
			[START, JFIF, plain(6), OTHER, DATA],
		],
		['with EXIF twice', [START, exif(6, true), exif(6, true), DATA], [START, plain(6), DATA]],
		['of which only the start is there', [START], [START, plain(6)]],
		['with a segment that is cut', [START, JFIF.subarray(0, 9)], [START, plain(6), JFIF.subarray(0, 9)]],
	])('%s says so, and nothing of its data is touched', (_, before, after) => {
		expect(turnJpeg(Buffer.concat(before), 6).toString('hex')).toBe(Buffer.concat(after).toString('hex'));
	});

	it.each<[string, Buffer[], Orientation]>([
		['upright without EXIF', [START, JFIF, DATA], 1],
		['turned as it says, the small end first', [START, exif(6, true), DATA], 6],
		['turned as it says, the large end first', [START, exif(8, false), DATA], 8],
		[
			'upright with EXIF that is cut',
			[START, segment(0xe1, Buffer.from('Exif\0\0II*\0\xff\xff\0\0', 'latin1')), DATA],
			1,
		],
	])('%s is left as it is', (_, pieces, orientation) => {
		const jpeg = Buffer.concat(pieces);
		expect(turnJpeg(jpeg, orientation)).toBe(jpeg);
	});

	it('of segments without end is turned in little time', () => {
		const jpeg = Buffer.concat([START, Buffer.from('ffe10002'.repeat(1_000_000), 'hex')]);
		let turned: Buffer = jpeg;
		expect(processorTime(() => (turned = turnJpeg(jpeg, 3)))).toBeLessThan(200);
		expect(turned.length).toBeGreaterThan(jpeg.length);
	});
});
