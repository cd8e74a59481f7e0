import { MP4_SAMPLE } from './samples';

/** Ticks of the sample's track in a second, and its frames. */
const TRACK_TICKS = 0x2800;
const FRAMES = 2;

/** The sample clip, its two frames shown for so long that it lasts the wanted time. */
export function makeMp4(seconds: number): Buffer {
	const clip = Buffer.from(MP4_SAMPLE);
	const track = Math.round(seconds * TRACK_TICKS);
	const movie = Math.round(seconds * 1000);
	// Where each box of version 0 has its duration, counted from the box's name.
	clip.writeUInt32BE(movie, clip.indexOf('mvhd') + 20);
	clip.writeUInt32BE(movie, clip.indexOf('tkhd') + 24);
	clip.writeUInt32BE(movie, clip.indexOf('elst') + 12);
	clip.writeUInt32BE(track, clip.indexOf('mdhd') + 20);
	clip.writeUInt32BE(Math.round(track / FRAMES), clip.indexOf('stts') + 16);
	return clip;
}
