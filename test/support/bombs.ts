/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { constants, deflateRawSync } from 'node:zlib';

/** What many equal pieces are in zlib's format, each packed by itself: to pack hundreds of MB takes seconds. Has no checksum. */
export function deflated(count: number, piece: Buffer): Buffer {
	const packed = deflateRawSync(piece, { level: 9, finishFlush: constants.Z_FULL_FLUSH });
	return Buffer.concat([Buffer.from([0x78, 0xda]), ...Array<Buffer>(count).fill(packed), Buffer.from([3, 0])]);
}
