/**
 * How a picture is turned, in EXIF's own numbers: 1 upright, 3 upside down, 6 its top to the right, 8 to the left;
 * 2, 4, 5 and 7 are the same, mirrored.
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const APP0 = 0xe0;
const APP1 = 0xe1;
const EXIF = 'Exif\0\0';
const ORIENTATION = 0x0112;

/** Far more than cameras and programs write, profiles and previews in pieces of 64 KB included. */
const MOST_SEGMENTS = 10_000;

interface Segment {
	readonly marker: number;
	readonly start: number;
	/** Behind it. */
	readonly end: number;
}

/** The segments before a JPEG's own data; all that can be read of them. */
function segmentsOf(jpeg: Buffer): Segment[] {
	const segments: Segment[] = [];
	for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === 0xff && segments.length < MOST_SEGMENTS; ) {
		const marker = jpeg[at + 1] ?? 0;
		// Markers may be filled up; what follows a frame or a scan is data.
		if (marker === 0xff) {
			at++;
			continue;
		}
		if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xda)) break;
		const end = at + 2 + jpeg.readUInt16BE(at + 2);
		if (end > jpeg.length || end < at + 4) break;
		segments.push({ marker, start: at, end });
		at = end;
	}
	return segments;
}

const isExif = (jpeg: Buffer, { marker, start }: Segment): boolean =>
	marker === APP1 && jpeg.toString('latin1', start + 4, start + 10) === EXIF;

/** How the first directory of a block of EXIF says that its picture is turned; 1 where it does not say. */
function orientationIn(tiff: Buffer): number {
	const isLittle = tiff.toString('latin1', 0, 2) === 'II';
	const short = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
	const long = (at: number) => (isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
	try {
		const directory = long(4);
		for (let entry = 0; entry < short(directory); entry++) {
			const at = directory + 2 + 12 * entry;
			if (short(at) === ORIENTATION) return short(at + 8);
		}
	} catch {
		// It ends too early.
	}
	return 1;
}

/** The first block counts. */
const saidBy = (jpeg: Buffer, [first]: readonly Segment[]): number =>
	first ? orientationIn(jpeg.subarray(first.start + 10, first.end)) : 1;

const isOrientation = (value: number): value is Orientation => Number.isInteger(value) && value >= 1 && value <= 8;

/** How a picture says that it is turned; 1 for one that does not say, and for what is no JPEG. */
export function orientationOf(picture: Buffer): Orientation {
	if (picture[0] !== 0xff || picture[1] !== 0xd8) return 1;
	const said = saidBy(
		picture,
		segmentsOf(picture).filter((segment) => isExif(picture, segment)),
	);
	return isOrientation(said) ? said : 1;
}

/** A block of EXIF that says nothing else. */
function exifSegment(orientation: Orientation): Buffer {
	const tiff = Buffer.from('MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0', 'latin1');
	tiff.writeUInt16BE(orientation, 18);
	const head = Buffer.from([0xff, APP1, 0, 2 + EXIF.length + tiff.length]);
	return Buffer.concat([head, Buffer.from(EXIF, 'latin1'), tiff]);
}

/**
 * The same JPEG, none of its data touched, whose EXIF says that it is turned this way, whatever it said before. One that
 * says so already is returned as it is (docs/api.md#documents).
 */
export function turnJpeg(jpeg: Buffer, orientation: Orientation): Buffer {
	const segments = segmentsOf(jpeg);
	const exifs = segments.filter((segment) => isExif(jpeg, segment));
	const said = saidBy(jpeg, exifs);
	if (exifs.length < 2 && said === orientation) return jpeg;
	// JFIF's own segment has to be the first.
	const [begin] = segments;
	const place = begin?.marker === APP0 ? begin.end : 2;
	const pieces = [jpeg.subarray(0, place), exifSegment(orientation)];
	let from = place;
	for (const { start, end } of exifs) {
		pieces.push(jpeg.subarray(from, start));
		from = end;
	}
	return Buffer.concat([...pieces, jpeg.subarray(from)]);
}
