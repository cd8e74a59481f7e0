import type { Answer } from './answer';

/** A voice as the account has it. */
export interface Voice {
	id: string;
	name: string;
	description: string;
	/** Seconds since 1970. */
	createdAt: number;
	updatedAt: number;
	/** Of the recordings, in seconds. */
	length: number;
}

/** A clip that is being made. */
export interface VideoJob {
	id: string;
	model: string;
	createdAt: number;
	/** Milliseconds since 1970 until which it waits, and until which it is worked on. */
	startsAt: number;
	endsAt: number;
	/** What becomes of it. */
	end: { status: string; error?: string; data?: Array<{ url: string; format: string }> };
	seed: number;
	seconds: number;
	size?: number;
}

/** What an emulator remembers between requests. */
export interface Store {
	voices: Map<string, Voice>;
	jobs: Map<string, VideoJob>;
	/** Sounds that answers lead to by a link, the oldest forgotten first. */
	sounds: Map<string, Answer>;
}

export const openStore = (): Store => ({ voices: new Map(), jobs: new Map(), sounds: new Map() });

const MOST_SOUNDS = 50;

export function keepSound({ sounds }: Store, name: string, sound: Answer) {
	const [oldest] = sounds.keys();
	if (sounds.size >= MOST_SOUNDS && oldest !== undefined) sounds.delete(oldest);
	sounds.set(name, sound);
}
