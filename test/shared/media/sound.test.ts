import { joinSounds, readMpeg, readWave, soundLength, wrapSamples } from '../../../nodes/shared/media/sound';
import { makeSound, wrapWav } from '../../emulator/media/audio';
import { makeFlac, makeMp3, makeOpus } from '../../emulator/media/encoders';
import { makeWav } from '../../support/files';

/** A WAV as encoders write it: with a chunk of notes before the sound, and one after it. */
function withNotes(wav: Buffer): Buffer {
	const note = Buffer.from('LIST\x05\0\0\0notes\0', 'latin1');
	return Buffer.concat([wav.subarray(0, 36), note, wav.subarray(36), note]);
}

/** A tag at the end, as older programs write it. */
const withOldTag = (mp3: Buffer) => Buffer.concat([mp3, Buffer.from('TAG'.padEnd(128, '\0'), 'latin1')]);

describe('WAV', () => {
	it('is joined exactly, whatever else stands in the files', () => {
		const [one, two] = [makeWav(0.25), makeWav(0.5)];
		const joined = joinSounds([one, withNotes(two), one]);
		expect(joined).toEqual(joinSounds([one, two, one]));
		expect(readWave(joined)?.data).toEqual(Buffer.concat([one, two, one].map((each) => each.subarray(44))));
		expect(soundLength(joined)).toBe(1);
		expect(joined.readUInt32LE(4)).toBe(joined.length - 8);
	});

	it('that was written before its length was known is read to its end', () => {
		for (const length of [0, 0xffffffff]) {
			const streamed = makeWav(0.5);
			streamed.writeUInt32LE(length, 40);
			expect(soundLength(streamed)).toBe(0.5);
		}
	});

	it('of another rate is not joined', () => {
		expect(() => joinSounds([makeWav(0.1, 8000), makeWav(0.1, 16_000)])).toThrow(/different sample rates/);
	});

	it('is made of samples whose rate is known', () => {
		const samples = makeSound('hello', 0.1);
		expect(wrapSamples(samples, 8000)).toEqual(wrapWav(samples));
	});

	it.each([
		['nothing', Buffer.alloc(0)],
		['a start', makeWav(0.1).subarray(0, 20)],
		['a header without sound', makeWav(0.1).subarray(0, 36)],
		['text', Buffer.from('RIFFxxxxWAVE and nothing more of it, or so it seems')],
	])('is not %s', (_, bytes) => {
		expect(readWave(bytes)).toBeUndefined();
		expect(soundLength(bytes)).toBeUndefined();
	});
});

describe('MP3', () => {
	it('is joined frame by frame, without tags and describing frames', () => {
		const [one, two] = [makeMp3(1), makeMp3(2)];
		const joined = joinSounds([one, withOldTag(two)]);
		expect(joined.length % 417).toBe(0);
		expect(joined.length / 417).toBe(Math.round(1 / 0.026) + Math.round(2 / 0.026));
		expect(joined.includes('ID3')).toBe(false);
		expect(joined.includes('Info')).toBe(false);
		expect(joined.includes('TAG')).toBe(false);
		expect(soundLength(joined)).toBeCloseTo(3, 1);
	});

	it('is read without a tag, too, and to its last whole frame', () => {
		const bare = joinSounds([makeMp3(1), makeMp3(1)]);
		expect(readMpeg(bare)?.seconds).toBeCloseTo(2, 1);
		expect(readMpeg(bare.subarray(0, -10))?.frames.length).toBe(bare.length - 417);
	});

	it.each([
		['files that a service put one after the other', Buffer.concat([makeMp3(1), makeMp3(1)])],
		['with an old tag between them', Buffer.concat([withOldTag(makeMp3(1)), makeMp3(1)])],
		['with zeros between them', Buffer.concat([makeMp3(1), Buffer.alloc(700), makeMp3(1)])],
	])('is joined with all its frames: %s', (_, both) => {
		const joined = joinSounds([both, makeMp3(1)]);
		expect(joined.length / 417).toBe(3 * Math.round(1 / 0.026));
		expect(soundLength(joined)).toBeCloseTo(3, 1);
		expect(joined.includes('ID3') || joined.includes('Info')).toBe(false);
	});

	it('goes on behind a long tag and what fills up its place', () => {
		const tag = Buffer.concat([Buffer.from('ID3\x04\0\0\0\x7a\0\0', 'latin1'), Buffer.alloc(0x7a << 14)]);
		const both = Buffer.concat([makeMp3(1), tag, Buffer.alloc(50), makeMp3(1)]);
		expect(soundLength(both)).toBeCloseTo(2, 1);
	});

	it('with megabytes of what is none in it is read in linear time', () => {
		const junk = Buffer.alloc(8_000_000, Buffer.from('ID3\xff\xfb', 'latin1'));
		expect(readMpeg(Buffer.concat([makeMp3(1), junk]))?.seconds).toBeCloseTo(1, 1);
	});

	it('is not joined with WAV', () => {
		expect(() => joinSounds([makeMp3(1), makeWav(1)])).toThrow(/cannot be joined/);
	});
});

it.each([
	['FLAC', makeFlac(makeSound('a', 0.1))],
	['Opus', makeOpus(0.1)],
	['nothing', Buffer.alloc(0)],
])('%s is not joined, but one alone stays as it is', (_, bytes) => {
	expect(joinSounds([bytes])).toBe(bytes);
	expect(() => joinSounds([bytes, bytes])).toThrow(/cannot be joined/);
});
