/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { showStep } from '../../../scripts/host/progress';
import { dictOf, listOf, numberOf, textOf } from '../../../scripts/json';
import { installDebianPackages } from '../support/debian';

const PROGRAM = '/usr/bin/ffprobe';
const SOX = '/usr/bin/sox';

/** What a player makes of a file. */
export interface Probed {
	/** Such as `wav`, `mp3` or `mov,mp4,m4a,3gp,3g2,mj2`. */
	readonly format: string;
	readonly codec: string;
	readonly seconds: number;
	/** What is wrong with it as it is decoded to its end; empty for a file without a fault. */
	readonly faults: string;
}

/** Debian's ffmpeg and sox, installed when they are missing. */
export async function requireProbe(signal: AbortSignal): Promise<void> {
	if (existsSync(PROGRAM) && existsSync(SOX)) return;
	const packages = ['ffmpeg', 'sox', 'libsox-fmt-mp3'];
	await showStep('Installing ffmpeg and sox', async () => await installDebianPackages(packages, signal));
}

const run = promisify(execFile);

/** Plays a file to its end, without a loudspeaker. */
export async function probe(file: string): Promise<Probed> {
	const args = ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', '-show_packets', file];
	const { stdout, stderr } = await run(PROGRAM, args, { maxBuffer: 64 * 1024 * 1024 });
	const told = dictOf(JSON.parse(stdout));
	const stream = dictOf(listOf(told.streams)[0]);
	const { format_name: format, duration } = dictOf(told.format);
	return {
		format: textOf(format) ?? '',
		codec: textOf(stream.codec_name) ?? '',
		seconds: numberOf(Number(duration)) ?? 0,
		faults: stderr.trim(),
	};
}

/** What another program hears when it decodes all samples: how long it is, and how loud at most, from 0 to 1. */
export async function listen(file: string): Promise<{ readonly seconds: number; readonly loudest: number }> {
	const { stderr } = await run(SOX, [file, '-n', 'stat']);
	const read = (name: string) => Number(new RegExp(`${name}[^:]*:\\s*([\\d.]+)`).exec(stderr)?.[1] ?? NaN);
	return { seconds: read('Length'), loudest: read('Maximum amplitude') };
}
