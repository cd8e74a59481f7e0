import { SAMPLE_RATE } from './audio';

/** Real files in the formats that speech comes in, without anybody's encoder. */

/** Silent MPEG-1 layer III frames at 128 kbit/s: 417 bytes for each 26 ms, behind the tag and the frame of an encoder. */
export function makeMp3(seconds: number): Buffer {
	const frame = mp3Frame();
	const count = Math.max(1, Math.round(seconds / 0.026));
	const info = mp3Frame();
	info.write('Info', 21, 'latin1');
	info.writeUInt32BE(1, 25);
	info.writeUInt32BE(count, 29);
	const tag = Buffer.from('4944330400000000000f5453534500000005000003656d756c', 'hex');
	return Buffer.concat([tag, info, ...Array.from({ length: count }, () => frame)]);
}

function mp3Frame(): Buffer {
	const frame = Buffer.alloc(417);
	frame.set([0xff, 0xfb, 0x90, 0xc4]);
	return frame;
}

/** FLAC whose samples are stored as they are, in blocks of 4096. */
export function makeFlac(samples: Buffer): Buffer {
	const count = samples.length / 2;
	const block = 4096;
	const info = Buffer.alloc(42);
	info.write('fLaC', 0, 'latin1');
	info.writeUInt32BE(0x80000022, 4);
	info.writeUInt16BE(block, 8);
	info.writeUInt16BE(block, 10);
	// 20 bits of rate, 3 of channels, 5 of bits for a sample, 36 of length.
	info.writeUInt32BE(((SAMPLE_RATE << 12) | (15 << 4)) >>> 0, 18);
	info.writeUInt32BE(count, 22);
	const frames = Array.from({ length: Math.ceil(count / block) }, (_unused, index) =>
		flacFrame(index, samples.subarray(index * block * 2, (index + 1) * block * 2)),
	);
	return Buffer.concat([info, ...frames]);
}

function flacFrame(index: number, samples: Buffer): Buffer {
	const count = samples.length / 2;
	// Block size in two bytes at the end of the header, 8 kHz, mono, 16 bit.
	const head = Buffer.from([0xff, 0xf8, 0x74, 0x08, ...utf8Number(index), (count - 1) >> 8, (count - 1) & 0xff]);
	const body = Buffer.alloc(head.length + 2 + samples.length);
	head.copy(body);
	body[head.length] = crc(head, 8, 0x07);
	// A subframe of kind "verbatim".
	body[head.length + 1] = 0x02;
	for (let at = 0; at < samples.length; at += 2) body.writeInt16BE(samples.readInt16LE(at), head.length + 2 + at);
	const check = Buffer.alloc(2);
	check.writeUInt16BE(crc(body, 16, 0x8005));
	return Buffer.concat([body, check]);
}

const utf8Number = (value: number): number[] => (value < 0x80 ? [value] : [0xc0 | (value >> 6), 0x80 | (value & 0x3f)]);

const tables = new Map<string, number[]>();

/** Most significant bit first, from 0. */
function crc(bytes: Buffer, width: 8 | 16 | 32, polynomial: number): number {
	const key = `${width} ${polynomial}`;
	const table = tables.get(key) ?? crcTable(width, polynomial);
	tables.set(key, table);
	const low = 2 ** (width - 8);
	let rest = 0;
	for (const byte of bytes) rest = (((rest % low) * 256) ^ (table[Math.floor(rest / low) ^ byte] ?? 0)) >>> 0;
	return rest;
}

function crcTable(width: number, polynomial: number): number[] {
	const top = 2 ** (width - 1);
	return Array.from({ length: 256 }, (_unused, value) => {
		let rest = value * 2 ** (width - 8);
		for (let bit = 0; bit < 8; bit++) rest = rest >= top ? (((rest - top) * 2) ^ polynomial) >>> 0 : rest * 2;
		return rest;
	});
}

/** Silence in Opus: packets of 20 ms, fifty to a page. */
export function makeOpus(seconds: number): Buffer {
	const packets = Math.max(1, Math.round(seconds * 50));
	const head = Buffer.from('4f707573486561640101000080bb0000000000', 'hex');
	const tags = Buffer.concat([
		Buffer.from('OpusTags'),
		Buffer.from([8, 0, 0, 0]),
		Buffer.from('emulator'),
		Buffer.alloc(4),
	]);
	const pages = [oggPage(0, 2, 0, [head]), oggPage(1, 0, 0, [tags])];
	for (let first = 0; first < packets; first += 50) {
		const count = Math.min(50, packets - first);
		const isLast = first + count >= packets;
		const silence = Array.from({ length: count }, () => Buffer.from([0xf8, 0xff, 0xfe]));
		pages.push(oggPage(pages.length, isLast ? 4 : 0, (first + count) * 960, silence));
	}
	return Buffer.concat(pages);
}

function oggPage(number: number, kind: number, position: number, packets: Buffer[]): Buffer {
	const header = Buffer.alloc(27);
	header.write('OggS', 0, 'latin1');
	header[5] = kind;
	header.writeBigUInt64LE(BigInt(position), 6);
	header.writeUInt32LE(1, 14);
	header.writeUInt32LE(number, 18);
	header[26] = packets.length;
	const page = Buffer.concat([header, Buffer.from(packets.map(({ length }) => length)), ...packets]);
	page.writeUInt32LE(crc(page, 32, 0x04c11db7), 22);
	return page;
}
