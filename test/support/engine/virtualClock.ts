/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import path from 'node:path';
import { onAbort } from '../../../nodes/shared/engine/abort';
import type { Clock } from '../../../nodes/shared/engine/gate';
import { places } from '../../../scripts/host/places';
import type { Emulator } from '../../emulator';

/** How often, and how often in a row without any sign of work, the process is looked at before a pause is over. */
const LOOK_MS = 2;
const QUIET_LOOKS = 4;

interface Pause {
	readonly at: number;
	readonly signal: AbortSignal;
	readonly end: () => void;
}

/** The clock of the built node: its pauses are over as soon as nothing else goes on, so an hour takes no time. */
export interface VirtualClock {
	/** Milliseconds since it was put in. */
	now(): number;
	/** Puts the real one back; pauses that are left end. */
	remove(): void;
}

const isClock = (value: unknown): value is Clock =>
	typeof value === 'object' && value !== null && 'now' in value && 'sleep' in value;

function clockOfNode(): Clock {
	// Node's own require: jest's would load a second clock beside the one that the node has.
	const load: unknown = Reflect.get(globalThis, 'requireByNode');
	if (typeof load !== 'function') throw new Error("Not in this project's jest environment");
	const loaded: unknown = load(path.join(places.project, 'dist/nodes/shared/n8n/http/clock.js'));
	const found: unknown = typeof loaded === 'object' && loaded !== null && 'clock' in loaded ? loaded.clock : undefined;
	if (!isClock(found)) throw new Error('The built node has no clock');
	return found;
}

/** @param emulator whose requests are signs of work; what it does after a time of its own is not waited for */
export function putInVirtualClock(emulator: Emulator): VirtualClock {
	const clock = clockOfNode();
	const real = { now: clock.now, sleep: clock.sleep };
	const startedAt = Date.now();
	let [elapsed, signs, seen, quiet] = [0, 0, 0, 0];
	let pauses: Pause[] = [];

	const end = (isOver: (pause: Pause) => boolean) => {
		const over = pauses.filter(isOver);
		pauses = pauses.filter((pause) => !isOver(pause));
		for (const pause of over) pause.end();
	};
	const now = () => {
		signs++;
		return startedAt + elapsed;
	};
	const sleep = async (milliseconds: number, signal: AbortSignal) => {
		signs++;
		if (signal.aborted) return;
		// What only lets others in between.
		if (milliseconds === 0) return await real.sleep(0, signal);
		await new Promise<void>((resolve) => {
			const pause = { at: elapsed + milliseconds, signal, end: resolve };
			pauses.push(pause);
			onAbort(signal, () => end((each) => each === pause));
		});
	};
	const timer = setInterval(() => {
		const all = signs + emulator.requests.length;
		quiet = all === seen ? quiet + 1 : 0;
		seen = all;
		if (quiet < QUIET_LOOKS || pauses.length === 0) return;
		quiet = 0;
		elapsed = Math.min(...pauses.map(({ at }) => at));
		end(({ at }) => at <= elapsed);
	}, LOOK_MS);
	Object.assign(clock, { now, sleep });
	return {
		now: () => elapsed,
		remove() {
			clearInterval(timer);
			Object.assign(clock, real);
			end(() => true);
		},
	};
}
