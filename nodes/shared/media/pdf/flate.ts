import { Damaged, type Budget } from './budget';

/** Lengths and distances of DEFLATE (RFC 1951, 3.2.5), each with how many bits follow. */
const LENGTHS = grow([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5], 3);
const DISTANCES = grow(
	[0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13],
	1,
);
const LONGEST = { base: 258, bits: 0 };
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function grow(bits: readonly number[], start: number): Array<{ base: number; bits: number }> {
	let next = start;
	return bits.map((each) => {
		const base = next;
		next += 1 << each;
		return { base, bits: each };
	});
}

/** A canonical Huffman code: how many codes each length has, and their symbols in order. */
interface Code {
	readonly counts: Uint16Array;
	readonly symbols: Uint16Array;
}

function codeOf(lengths: readonly number[]): Code {
	const counts = new Uint16Array(16);
	for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
	const starts = new Uint16Array(16);
	let left = 1;
	for (let length = 1; length < 16; length++) {
		left = 2 * left - (counts[length] ?? 0);
		if (left < 0) throw new Damaged('what is compressed in it cannot be unpacked');
		starts[length] = length === 1 ? 0 : (starts[length - 1] ?? 0) + (counts[length - 1] ?? 0);
	}
	const symbols = new Uint16Array(lengths.length);
	lengths.forEach((length, symbol) => {
		if (length === 0) return;
		const at = starts[length] ?? 0;
		symbols[at] = symbol;
		starts[length] = at + 1;
	});
	return { counts, symbols };
}

const fill = (count: number, length: number) => Array.from({ length: count }, () => length);
const FIXED = codeOf([...fill(144, 8), ...fill(112, 9), ...fill(24, 7), ...fill(8, 8)]);
const FIXED_DISTANCES = codeOf(fill(30, 5));

class Bits {
	private held = 0;
	private count = 0;
	private at: number;

	constructor(
		private readonly bytes: Uint8Array,
		start: number,
	) {
		this.at = start;
	}

	/** @param count at most 16 */
	take(count: number): number {
		while (this.count < count) {
			const byte = this.bytes[this.at++];
			if (byte === undefined) throw new Damaged('what is compressed in it ends too early');
			this.held |= byte << this.count;
			this.count += 8;
		}
		const value = this.held & ((1 << count) - 1);
		this.held >>>= count;
		this.count -= count;
		return value;
	}

	symbol({ counts, symbols }: Code): number {
		let code = 0;
		let first = 0;
		let index = 0;
		for (let length = 1; length < 16; length++) {
			code |= this.take(1);
			const count = counts[length] ?? 0;
			if (code - count < first) return symbols[index + code - first] ?? 0;
			index += count;
			first = (first + count) << 1;
			code <<= 1;
		}
		throw new Damaged('what is compressed in it cannot be unpacked');
	}

	/** Whole bytes from the next one on. */
	raw(length: number): Uint8Array {
		this.at -= this.count >> 3;
		this.held = this.count = 0;
		if (this.at + length > this.bytes.length) throw new Damaged('what is compressed in it ends too early');
		this.at += length;
		return this.bytes.subarray(this.at - length, this.at);
	}
}

/** What is unpacked, as far as it has come. */
export class Output {
	private bytes = new Uint8Array(4096);
	length = 0;

	constructor(private readonly budget: Budget) {}

	/** What is paid for is memory. */
	private reserve(more: number): void {
		if (this.length + more <= this.bytes.length) return;
		const size = 2 * (this.length + more);
		this.budget.spend(size - this.bytes.length);
		const larger = new Uint8Array(size);
		larger.set(this.bytes.subarray(0, this.length));
		this.bytes = larger;
	}

	add(byte: number): void {
		if (this.length === this.bytes.length) this.reserve(1);
		this.bytes[this.length++] = byte;
	}

	append(bytes: Uint8Array): void {
		this.reserve(bytes.length);
		this.bytes.set(bytes, this.length);
		this.length += bytes.length;
	}

	repeat(distance: number, count: number): void {
		if (distance > this.length) throw new Damaged('what is compressed in it cannot be unpacked');
		this.reserve(count);
		for (let index = 0; index < count; index++, this.length++) {
			this.bytes[this.length] = this.bytes[this.length - distance] ?? 0;
		}
	}

	whole(): Uint8Array {
		return this.bytes.subarray(0, this.length);
	}
}

/**
 * Unpacks a zlib stream (RFC 1950). Its checksum is not looked at: writers of PDF get it wrong.
 * @throws Damaged when it is none, or larger than the budget allows
 */
export function inflate(bytes: Uint8Array, budget: Budget): Uint8Array {
	budget.spend(bytes.length);
	const [first = 0, second = 0] = bytes;
	const hasHeader = (first & 15) === 8 && (first * 256 + second) % 31 === 0;
	const bits = new Bits(bytes, hasHeader ? 2 : 0);
	const output = new Output(budget);
	for (let isLast = false; !isLast; ) {
		isLast = bits.take(1) === 1;
		const kind = bits.take(2);
		if (kind === 0) {
			const [low = 0, high = 0] = bits.raw(4);
			output.append(bits.raw(low + 256 * high));
		} else if (kind === 1) unpack(bits, output, FIXED, FIXED_DISTANCES);
		else if (kind === 2) unpack(bits, output, ...readCodes(bits));
		else throw new Damaged('what is compressed in it cannot be unpacked');
	}
	return output.whole();
}

function readCodes(bits: Bits): [Code, Code] {
	const literals = bits.take(5) + 257;
	const distances = bits.take(5) + 1;
	const lengthLengths = fill(19, 0);
	for (let left = bits.take(4) + 4, index = 0; left > 0; left--, index++)
		lengthLengths[ORDER[index] ?? 0] = bits.take(3);
	const code = codeOf(lengthLengths);
	const lengths: number[] = [];
	while (lengths.length < literals + distances) {
		const symbol = bits.symbol(code);
		if (symbol < 16) lengths.push(symbol);
		else if (symbol === 16) lengths.push(...fill(3 + bits.take(2), lengths.at(-1) ?? 0));
		else lengths.push(...fill(symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7), 0));
	}
	return [codeOf(lengths.slice(0, literals)), codeOf(lengths.slice(literals, literals + distances))];
}

function unpack(bits: Bits, output: Output, literals: Code, distances: Code): void {
	for (;;) {
		const symbol = bits.symbol(literals);
		if (symbol === 256) return;
		if (symbol < 256) {
			output.add(symbol);
			continue;
		}
		const length = symbol === 285 ? LONGEST : LENGTHS[symbol - 257];
		if (!length) throw new Damaged('what is compressed in it cannot be unpacked');
		const count = length.base + bits.take(length.bits);
		const distance = DISTANCES[bits.symbol(distances)];
		if (!distance) throw new Damaged('what is compressed in it cannot be unpacked');
		output.repeat(distance.base + bits.take(distance.bits), count);
	}
}
