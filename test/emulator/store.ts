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

/** A file of the account. */
export interface StoredFile {
	id: string;
	filename: string;
	bytes: number;
	purpose: 'batch' | 'batch_output';
	/** Seconds since 1970. */
	createdAt: number;
	expiresAt: number | null;
	/** Where its content is. */
	path: string;
}

/** A fault of a line that fails its batch before any of it is done. */
export interface LineFault {
	code: string;
	line: number | null;
	message: string;
	param: string | null;
}

/** Work that is done within a day. */
export interface StoredBatch {
	id: string;
	endpoint: string;
	inputFileId: string;
	outputFileId: string | null;
	errorFileId: string | null;
	model: string | null;
	metadata: Record<string, string> | null;
	/** Milliseconds since 1970. */
	createdAt: number;
	/** When the work on its lines begins and is over. */
	startsAt: number;
	endsAt: number;
	total: number;
	completed: number;
	failed: number;
	/** What it ends as, once it is over. */
	end: 'completed' | 'failed' | 'expired' | 'cancelled' | undefined;
	endedAt: number | null;
	cancelledAt: number | null;
	errors: LineFault[];
	/** USD of all its lines. */
	costUsd: number;
}

/** What an emulator remembers between requests. */
export interface Store {
	voices: Map<string, Voice>;
	jobs: Map<string, VideoJob>;
	/** Sounds that answers lead to by a link, the oldest forgotten first. */
	sounds: Map<string, Answer>;
	files: Map<string, StoredFile>;
	batches: Map<string, StoredBatch>;
}

export const openStore = (): Store => ({
	voices: new Map(),
	jobs: new Map(),
	sounds: new Map(),
	files: new Map(),
	batches: new Map(),
});

const MOST_SOUNDS = 50;

export function keepSound({ sounds }: Store, name: string, sound: Answer) {
	const [oldest] = sounds.keys();
	if (sounds.size >= MOST_SOUNDS && oldest !== undefined) sounds.delete(oldest);
	sounds.set(name, sound);
}
