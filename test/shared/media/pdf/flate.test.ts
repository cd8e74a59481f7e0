/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { randomBytes } from 'node:crypto';
import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { Budget, Damaged } from '../../../../nodes/shared/media/pdf/budget';
import { inflate } from '../../../../nodes/shared/media/pdf/flate';
import { deflated } from '../../../emulator/bomb';

const roomy = () => new Budget(64 * 1024 * 1024);
const words = Buffer.from(Array.from({ length: 20_000 }, (_, index) => `word${(index * 7919) % 1013} `).join(''));

describe('inflate', () => {
	it.each<[string, Buffer]>([
		['nothing', Buffer.alloc(0)],
		['one byte', Buffer.from('a')],
		['text', words],
		['zeros', Buffer.alloc(300_000)],
		['noise, which is stored', randomBytes(200_000)],
		['a run whose distance is one', Buffer.from(`${'a'.repeat(1000)}b`)],
		['text far apart', Buffer.concat([words.subarray(0, 32_768), words.subarray(0, 32_768)])],
	])('unpacks %s at every level and strategy', (_, bytes) => {
		for (const level of [0, 1, 6, 9]) {
			for (const strategy of [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY]) {
				expect(Buffer.from(inflate(deflateSync(bytes, { level, strategy }), roomy())).equals(bytes)).toBe(true);
			}
		}
		expect(Buffer.from(inflate(deflateRawSync(bytes), roomy())).equals(bytes)).toBe(true);
	});

	it('gives up on a bomb before it has grown', () => {
		const bomb = deflated(50, Buffer.alloc(1_000_000));
		expect(bomb.length).toBeLessThan(60_000);
		expect(() => inflate(bomb, new Budget(1_000_000))).toThrow('far more work');
	});

	it('ends at damage, wherever it is', () => {
		const whole = deflateSync(words);
		let refused = 0;
		for (let at = 2; at < whole.length; at += 61) {
			const broken = Buffer.from(whole);
			broken[at] = (broken[at] ?? 0) ^ 0x55;
			for (const bytes of [broken, whole.subarray(0, at)]) {
				try {
					inflate(bytes, roomy());
				} catch (error) {
					expect(error).toBeInstanceOf(Damaged);
					refused++;
				}
			}
		}
		expect(refused).toBeGreaterThan(60);
	});

	it.each([
		['a block of no known kind', [0x07]],
		['a distance before the start', [0x03, 0x02, 0x00]],
		['more codes than a length has', [0x05, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
		['nothing', []],
	])('refuses %s', (_, bytes) => {
		expect(() => inflate(Uint8Array.from(bytes), roomy())).toThrow(Damaged);
	});
});
