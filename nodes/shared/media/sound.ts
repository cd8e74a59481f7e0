import { AnswerError } from '../core/problem';

/** Sound as speech models give it: told apart, measured and joined by its bytes. */

/** Whether these letters stand at a place. A sound has millions of places. */
function holds(bytes: Uint8Array, at: number, letters: string): boolean {
	for (let index = 0; index < letters.length; index++)
		if (bytes[at + index] !== letters.charCodeAt(index)) return false;
	return true;
}

/** Text for people. */
export const formatName = (format: string): string => (format === 'opus' ? 'Opus' : format.toUpperCase());

interface Wave {
	/** The chunk that says how the samples are to be read. */
	readonly format: Buffer;
	readonly data: Buffer;
	readonly bytesPerSecond: number;
}

/** Undefined for what is no WAV. A length that a streaming encoder did not know is that of the file. */
export function readWave(bytes: Buffer): Wave | undefined {
	if (!holds(bytes, 0, 'RIFF') || !holds(bytes, 8, 'WAVE')) return undefined;
	let format: Buffer | undefined;
	for (let at = 12; at + 8 <= bytes.length; ) {
		const length = bytes.readUInt32LE(at + 4);
		const content = () => bytes.subarray(at + 8, Math.min(at + 8 + length, bytes.length));
		if (holds(bytes, at, 'fmt ') && content().length >= 16) format = content();
		if (format && holds(bytes, at, 'data')) {
			// Length 0 or all ones: written before the end was known.
			const data = length === 0 || length === 0xffffffff ? bytes.subarray(at + 8) : content();
			return { format, data, bytesPerSecond: format.readUInt32LE(8) };
		}
		at += 8 + length + (length % 2);
	}
	return undefined;
}

/** A WAV of samples that are to be read as `format` says. */
function writeWave(format: Buffer, pieces: readonly Buffer[]): Buffer {
	const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
	const header = Buffer.alloc(28 + format.length);
	header.write('RIFF', 0, 'latin1');
	header.writeUInt32LE(20 + format.length + length, 4);
	header.write('WAVEfmt ', 8, 'latin1');
	header.writeUInt32LE(format.length, 16);
	format.copy(header, 20);
	header.write('data', 20 + format.length, 'latin1');
	header.writeUInt32LE(length, 24 + format.length);
	return Buffer.concat([header, ...pieces]);
}

/** Raw samples, 16 bit and mono as the API gives them, as a WAV. */
export function wrapSamples(samples: Buffer, rate: number): Buffer {
	const format = Buffer.alloc(16);
	format.writeUInt16LE(1, 0);
	format.writeUInt16LE(1, 2);
	format.writeUInt32LE(rate, 4);
	format.writeUInt32LE(rate * 2, 8);
	format.writeUInt16LE(2, 12);
	format.writeUInt16LE(16, 14);
	return writeWave(format, [samples]);
}

const KILOBITS = {
	1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
	2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;
const RATES = [44_100, 48_000, 32_000];

interface Frame {
	readonly length: number;
	readonly seconds: number;
	/** What all frames of one stream have in common. */
	readonly kind: string;
	/** Where the frame would say that it only describes the file. */
	readonly tagAt: number;
}

/** A frame of MPEG layer III. */
function readFrame(bytes: Buffer, at: number): Frame | undefined {
	if (at + 4 > bytes.length) return undefined;
	const header = bytes.readUInt32BE(at);
	const version = (header >>> 19) & 3;
	const isLayerThree = ((header >>> 17) & 3) === 1;
	const rate = RATES[(header >>> 10) & 3];
	if (header >>> 21 !== 0x7ff || version === 1 || !isLayerThree || rate === undefined) return undefined;
	const generation = version === 3 ? 1 : 2;
	const kilobits = KILOBITS[generation][(header >>> 12) & 15];
	if (!kilobits) return undefined;
	const hertz = rate / (version === 3 ? 1 : version === 2 ? 2 : 4);
	const samples = generation === 1 ? 1152 : 576;
	const isMono = ((header >>> 6) & 3) === 3;
	const side = generation === 1 ? (isMono ? 17 : 32) : isMono ? 9 : 17;
	return {
		length: Math.floor((samples * kilobits * 125) / hertz) + ((header >>> 9) & 1),
		seconds: samples / hertz,
		kind: `${version} ${hertz} ${isMono}`,
		tagAt: at + 4 + side,
	};
}

interface Mpeg {
	readonly frames: Buffer;
	readonly seconds: number;
	readonly kind: string;
}

/** The sound of an MP3: its frames, without tags, without frames that only describe a file, without what lies between. */
export function readMpeg(bytes: Buffer): Mpeg | undefined {
	const start = skipTags(bytes, 0);
	const first = readFrame(bytes, start);
	if (!first) return undefined;
	const pieces: Buffer[] = [];
	let seconds = 0;
	for (let at = start; at < bytes.length; ) {
		const frame = readFrame(bytes, at);
		if (!frame || frame.kind !== first.kind || at + frame.length > bytes.length) {
			at = nextFrame(bytes, at, first.kind);
			continue;
		}
		const end = at + frame.length;
		if (!describesFile(bytes, at, frame)) {
			pieces.push(bytes.subarray(at, end));
			seconds += frame.seconds;
		}
		at = end;
	}
	return pieces.length > 0 ? { frames: Buffer.concat(pieces), seconds, kind: first.kind } : undefined;
}

const describesFile = (bytes: Buffer, at: number, { tagAt }: Frame): boolean =>
	holds(bytes, tagAt, 'Xing') || holds(bytes, tagAt, 'Info') || holds(bytes, at + 36, 'VBRI');

/** Past the tags that begin here: services put files one after the other, each with its own. */
function skipTags(bytes: Buffer, from: number): number {
	let at = from;
	while (holds(bytes, at, 'ID3') && at + 10 < bytes.length) at += tagLength(bytes, at);
	return at;
}

/** Bytes without a frame or a tag after which a sound is over. */
const LONGEST_GAP = 1024 * 1024;

/** Where the sound goes on after what is no frame; two frames in a row, since any two bytes may look like one. */
function nextFrame(bytes: Buffer, from: number, kind: string): number {
	let gap = from;
	for (let at = from; at < bytes.length && at - gap < LONGEST_GAP; ) {
		// A frame begins with ones, a tag with an I.
		if (bytes[at] !== 0xff && bytes[at] !== 0x49) {
			at++;
			continue;
		}
		const behind = skipTags(bytes, at);
		const frame = behind > from && bytes[behind] === 0xff ? readFrame(bytes, behind) : undefined;
		const next = frame && behind + frame.length;
		const isLast = next === bytes.length || (next !== undefined && holds(bytes, next, 'TAG'));
		if (frame?.kind === kind && next !== undefined && (isLast || readFrame(bytes, next)?.kind === kind)) return behind;
		if (behind > at) gap = behind;
		at = Math.max(behind, at + 1);
	}
	return bytes.length;
}

/** Seven bits a byte, and ten bytes more where it has a footer. */
const tagLength = (bytes: Buffer, from: number): number =>
	10 +
	[6, 7, 8, 9].reduce((sum, at) => sum * 128 + ((bytes[from + at] ?? 0) & 0x7f), 0) +
	((bytes[from + 5] ?? 0) & 0x10 ? 10 : 0);

/** Seconds, for WAV and MP3; undefined for other files. */
export function soundLength(bytes: Buffer): number | undefined {
	const wave = readWave(bytes);
	if (wave) return wave.bytesPerSecond > 0 ? wave.data.length / wave.bytesPerSecond : undefined;
	return readMpeg(bytes)?.seconds;
}

/**
 * Sounds of one kind one after another: WAV exactly, MP3 frame by frame.
 * @throws AnswerError for other files, and for parts that do not fit together
 */
export function joinSounds(parts: readonly Buffer[]): Buffer {
	const [only] = parts;
	if (only && parts.length === 1) return only;
	const waves = parts.flatMap((part) => readWave(part) ?? []);
	const [first] = waves;
	if (first && waves.length === parts.length) {
		if (!waves.every(({ format }) => format.equals(first.format))) throw unlike();
		return writeWave(
			first.format,
			waves.map(({ data }) => data),
		);
	}
	const streams = parts.flatMap((part) => readMpeg(part) ?? []);
	if (streams.length !== parts.length) {
		throw new AnswerError(
			'The parts of this long text came in a format that cannot be joined',
			"Choose WAV, MP3 or PCM as 'Output Format', or split the text into several items.",
		);
	}
	if (!streams.every(({ kind }) => kind === streams[0]?.kind)) throw unlike();
	return Buffer.concat(streams.map(({ frames }) => frames));
}

const unlike = () =>
	new AnswerError(
		'The parts of this long text came with different sample rates or channels, so they cannot be joined',
		'Split the text into several items, or choose another model.',
	);
