import type { Endings } from './endings';
import type { Report } from './report';

/** What a part of the end-to-end tests gets from the command that runs it. */
export interface PartContext {
	readonly report: Report;
	readonly endings: Endings;
	readonly signal: AbortSignal;
}

export type Part = (context: PartContext) => Promise<void>;
