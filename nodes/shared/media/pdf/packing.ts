import { Damaged, type Budget } from './budget';
import { inflate, Output } from './flate';
import { unpackLzw } from './lzw';
import { isPdfDict, type PdfDict, type PdfValue, type Stream } from './values';

type Resolve = (value: PdfValue | undefined) => PdfValue;

/** A filter of a stream, outermost first. */
interface Filter {
	readonly name: string;
	readonly parameters: PdfDict;
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
	'/Fl': '/FlateDecode',
	'/A85': '/ASCII85Decode',
	'/AHx': '/ASCIIHexDecode',
	'/DCT': '/DCTDecode',
	'/CCF': '/CCITTFaxDecode',
	'/LZW': '/LZWDecode',
	'/RL': '/RunLengthDecode',
};

export function filtersOf({ dict }: Stream, resolve: Resolve): Filter[] {
	const names = listOf(resolve(dict.get('Filter') ?? dict.get('F')));
	const parameters = listOf(resolve(dict.get('DecodeParms') ?? dict.get('DP')));
	return names.map((name, index) => {
		const [read, given] = [resolve(name), resolve(parameters[index])];
		return {
			name: typeof read === 'string' ? (SHORT_NAMES[read] ?? read) : '',
			parameters: isPdfDict(given) ? given : new Map(),
		};
	});
}

const listOf = (value: PdfValue): PdfValue[] =>
	Array.isArray(value) ? value.slice(0, 8) : value === null ? [] : [value];

/** Whether `unpack` knows it: how files are packed, not pictures. */
export const isPacking = ({ name }: Filter): boolean => name in UNPACK;

/** @throws Damaged also for a filter that is made for pictures */
export function unpack(bytes: Uint8Array, filters: readonly Filter[], resolve: Resolve, budget: Budget): Uint8Array {
	return filters.reduce((packed, { name, parameters }) => {
		const filter = UNPACK[name];
		if (!filter) throw new Damaged(`a part of it is packed as ${name.slice(1, 40)}`);
		const number = (key: string, other: number) => {
			const value = resolve(parameters.get(key));
			return typeof value === 'number' ? value : other;
		};
		return filter(packed, budget, number);
	}, bytes);
}

/** A number among a filter's parameters. */
type Numbers = (key: string, other: number) => number;

const UNPACK: Readonly<Record<string, (bytes: Uint8Array, budget: Budget, number: Numbers) => Uint8Array>> = {
	'/FlateDecode': (bytes, budget, number) => unpredicted(inflate(bytes, budget), number),
	'/LZWDecode': (bytes, budget, number) => unpredicted(unpackLzw(bytes, budget, number('EarlyChange', 1)), number),
	'/RunLengthDecode': (bytes, budget) => {
		budget.spend(bytes.length);
		const output = new Output(budget);
		for (let at = 0; at < bytes.length; ) {
			const length = bytes[at++] ?? 128;
			if (length === 128) break;
			const isRun = length > 128;
			const end = at + (isRun ? 1 : length + 1);
			output.append(bytes.subarray(at, end));
			if (isRun && output.length > 0) output.repeat(1, 256 - length);
			at = end;
		}
		return output.whole();
	},
	'/ASCIIHexDecode': (bytes, budget) => {
		budget.spend(bytes.length);
		const [digits = ''] = Buffer.from(bytes).toString('latin1').replace(/\s+/g, '').split('>');
		return Buffer.from(digits.length % 2 ? `${digits}0` : digits, 'hex');
	},
	'/ASCII85Decode': (bytes, budget) => {
		budget.spend(bytes.length);
		return ascii85(bytes);
	},
};

const unknown = () => new Damaged('a part of it is packed in a way that is not known');

/** Without what was done before it was packed (ISO 32000-1, 7.4.4.4). */
function unpredicted(bytes: Uint8Array, number: Numbers): Uint8Array {
	const predictor = number('Predictor', 1);
	if (predictor === 1) return bytes;
	const bits = number('BitsPerComponent', 8);
	const pixel = Math.ceil((number('Colors', 1) * bits) / 8);
	const row = Math.ceil((number('Columns', 1) * number('Colors', 1) * bits) / 8);
	if (predictor >= 10) return unpredict(bytes, row, pixel);
	// Other widths are those of pictures.
	if (predictor !== 2 || bits !== 8 || !(row >= 1 && pixel >= 1)) throw unknown();
	const out = Uint8Array.from(bytes);
	for (let at = 0; at < out.length; at++) if (at % row >= pixel) out[at] = (out[at] ?? 0) + (out[at - pixel] ?? 0);
	return out;
}

/** Takes back what PNG's filters did to rows of bytes (RFC 2083, 6). */
function unpredict(bytes: Uint8Array, row: number, pixel: number): Uint8Array {
	if (!(row >= 1 && pixel >= 1 && row <= bytes.length)) {
		if (bytes.length === 0) return bytes;
		throw unknown();
	}
	const rows = Math.floor(bytes.length / (row + 1));
	const out = new Uint8Array(rows * row);
	for (let line = 0; line < rows; line++) {
		const kind = bytes[line * (row + 1)] ?? 0;
		for (let column = 0; column < row; column++) {
			const at = line * row + column;
			const left = column >= pixel ? (out[at - pixel] ?? 0) : 0;
			const up = line > 0 ? (out[at - row] ?? 0) : 0;
			const corner = line > 0 && column >= pixel ? (out[at - row - pixel] ?? 0) : 0;
			out[at] = (bytes[line * (row + 1) + 1 + column] ?? 0) + predicted(kind, left, up, corner);
		}
	}
	return out;
}

function predicted(kind: number, left: number, up: number, corner: number): number {
	if (kind === 1) return left;
	if (kind === 2) return up;
	if (kind === 3) return (left + up) >> 1;
	if (kind !== 4) return 0;
	const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
	return a <= b && a <= c ? left : b <= c ? up : corner;
}

function ascii85(bytes: Uint8Array): Uint8Array {
	const out = new Uint8Array(4 * bytes.length);
	let length = 0;
	let group = 0;
	let count = 0;
	const write = (how: number) => {
		for (let shift = 24; how > 0; how--, shift -= 8) out[length++] = (group / 2 ** shift) & 255;
		group = count = 0;
	};
	for (const code of bytes) {
		if (code === 126) break;
		if (code === 122 && count === 0) write(4);
		else if (code >= 33 && code <= 117) {
			group = group * 85 + code - 33;
			if (++count === 5) write(4);
		}
	}
	if (count > 1) {
		const missing = 5 - count;
		const kept = count - 1;
		for (let index = 0; index < missing; index++) group = group * 85 + 84;
		write(kept);
	}
	return out.subarray(0, length);
}
