import { Damaged, type Budget } from './budget';
import { Output } from './flate';

const CLEAR = 256;
const END = 257;
const MOST_CODES = 4096;

/**
 * Unpacks LZW (ISO 32000-1, 7.4.4). What a code stands for is a part of what came out before: the bytes of the code
 * before it, and the one that follows them.
 * @param early 1 where codes get longer one code earlier than they have to
 * @throws Damaged for what is none, or larger than the budget allows
 */
export function unpackLzw(bytes: Uint8Array, budget: Budget, early: number): Uint8Array {
	budget.spend(bytes.length);
	const output = new Output(budget);
	const starts = new Uint32Array(MOST_CODES);
	const lengths = new Uint16Array(MOST_CODES);
	let next = END + 1;
	let width = 9;
	let held = 0;
	let count = 0;
	let last = 0;
	for (const byte of bytes) {
		held = (held << 8) | byte;
		count += 8;
		// A code has more bits than a byte.
		if (count < width) continue;
		count -= width;
		const code = held >>> count;
		held &= (1 << count) - 1;
		if (code === END) break;
		if (code === CLEAR) {
			next = END + 1;
			width = 9;
			last = 0;
			continue;
		}
		const { length: start } = output;
		if (last > 0 && next < MOST_CODES) {
			starts[next] = start - last;
			lengths[next++] = last + 1;
		}
		if (code < CLEAR) output.add(code);
		else if (code < next) output.repeat(start - (starts[code] ?? 0), lengths[code] ?? 0);
		else throw new Damaged('what is compressed in it cannot be unpacked');
		last = output.length - start;
		if (next + early >= 1 << width && width < 12) width++;
	}
	return output.whole();
}
