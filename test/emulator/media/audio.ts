import { refuse } from '../answer';
import type { Upload } from '../uploads';

export const SAMPLE_RATE = 8000;

/** Length of the recording in seconds, from the file's own header. */
export function readDuration(field: string, upload: Upload): number {
	const { head, size } = upload;
	if (size === 0) throw refuse(400, `${field}: the file is empty`);
	const magic = head.toString('latin1', 0, 4);
	if (magic === 'RIFF' && head.toString('latin1', 8, 12) === 'WAVE') return wavDuration(field, upload);
	const rate = bytesPerSecond(head);
	if (rate === undefined) throw refuse(400, `${field}: the file is no audio that can be decoded`);
	return size / rate;
}

function wavDuration(field: string, { head, size }: Upload): number {
	let at = 12;
	let byteRate = 0;
	while (at + 8 <= head.length) {
		const name = head.toString('latin1', at, at + 4);
		const length = head.readUInt32LE(at + 4);
		if (name === 'fmt ' && at + 24 <= head.length) byteRate = head.readUInt32LE(at + 16);
		if (name === 'data' && byteRate > 0) {
			const present = size - at - 8;
			// A recorder that streams writes a length of all ones, or 0, because it does not know it yet.
			if (length === 0xffffffff || (length === 0 && present > 0)) return present / byteRate;
			if (length > present) throw refuse(400, `${field}: the file ends early: ${present} of ${length} bytes of sound`);
			return length / byteRate;
		}
		at += 8 + length + (length % 2);
	}
	throw refuse(400, `${field}: the WAV file has no sound in it`);
}

/** Average rates of the formats that are taken by their first bytes alone. */
function bytesPerSecond(head: Buffer): number | undefined {
	const magic = head.toString('latin1', 0, 4);
	if (magic.startsWith('ID3')) return 16_000;
	if (head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0) return mp3BytesPerSecond(head);
	if (magic === 'fLaC') return 60_000;
	if (magic === 'OggS') return 8_000;
	if (head.toString('latin1', 4, 8) === 'ftyp') return 16_000;
	if (head.subarray(0, 4).equals(Buffer.from([0x1a, 0x45, 0xdf, 0xa3]))) return 12_000;
	return undefined;
}

const MP3_KILOBITS = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

function mp3BytesPerSecond(head: Buffer): number {
	return ((MP3_KILOBITS[(head[2] ?? 0) >> 4] ?? 128) || 128) * 125;
}

/** A spoken-like hum: 16 bit mono, a tone for each letter. */
export function makeSound(text: string, secondsPerLetter: number): Buffer {
	const letters = text.slice(0, 20_000);
	const perLetter = Math.max(1, Math.round(SAMPLE_RATE * secondsPerLetter));
	const tones = new Map<number, Buffer>();
	return Buffer.concat(
		Array.from({ length: letters.length }, (_, index) => {
			const pitch = letters.charCodeAt(index) % 64;
			const tone = tones.get(pitch) ?? makeTone(pitch, perLetter);
			tones.set(pitch, tone);
			return tone;
		}),
	);
}

function makeTone(pitch: number, length: number): Buffer {
	const samples = Buffer.alloc(length * 2);
	const step = ((110 + pitch * 6) * 2 * Math.PI) / SAMPLE_RATE;
	for (let sample = 0; sample < length; sample++)
		samples.writeInt16LE(Math.round(Math.sin(step * sample) * 6000), sample * 2);
	return samples;
}

export function wrapWav(samples: Buffer): Buffer {
	const header = Buffer.alloc(44);
	header.write('RIFF', 0, 'latin1');
	header.writeUInt32LE(36 + samples.length, 4);
	header.write('WAVEfmt ', 8, 'latin1');
	header.writeUInt32LE(16, 16);
	header.writeUInt16LE(1, 20);
	header.writeUInt16LE(1, 22);
	header.writeUInt32LE(SAMPLE_RATE, 24);
	header.writeUInt32LE(SAMPLE_RATE * 2, 28);
	header.writeUInt16LE(2, 32);
	header.writeUInt16LE(16, 34);
	header.write('data', 36, 'latin1');
	header.writeUInt32LE(samples.length, 40);
	return Buffer.concat([header, samples]);
}
