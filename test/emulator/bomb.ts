/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { constants, crc32, deflateRawSync } from 'node:zlib';

const MB = 1024 * 1024;
const NOTHING = Buffer.alloc(MB);
/** What ends at a byte and needs nothing of what came before, so that it may follow itself. */
const packed = (piece: Uint8Array): Buffer => deflateRawSync(piece, { level: 9, finishFlush: constants.Z_FULL_FLUSH });
const AGAIN = packed(NOTHING);
/** As gzip begins (RFC 1952): deflate, without a name or a time. */
const HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3]);

/** What gzip makes of a beginning and so many zeros behind it; to pack them all would take seconds. */
export function gzipBomb(zeros: number, start: Uint8Array = Buffer.alloc(0)): Buffer {
	const times = Math.floor(zeros / MB);
	const rest = NOTHING.subarray(0, zeros - times * MB);
	let sum = crc32(start);
	for (let each = 0; each < times; each++) sum = crc32(NOTHING, sum);
	const end = Buffer.alloc(8);
	end.writeUInt32LE(crc32(rest, sum), 0);
	end.writeUInt32LE((start.length + zeros) % 2 ** 32, 4);
	return Buffer.concat([HEAD, packed(start), ...Array<Buffer>(times).fill(AGAIN), deflateRawSync(rest), end]);
}

/** What many equal pieces are in zlib's format (RFC 1950), without its checksum. */
export const deflated = (count: number, piece: Buffer): Buffer =>
	Buffer.concat([Buffer.from([0x78, 0xda]), ...Array<Buffer>(count).fill(packed(piece)), Buffer.from([3, 0])]);
