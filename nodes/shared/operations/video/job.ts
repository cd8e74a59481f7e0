import { errorText, isUnderWay, optionalText, seedOf } from '../../core/answer';
import { isModerated } from '../../core/failureWords';
import type { Dict, FileOut, NextRequest, Output } from '../../core/operation';
import { AnswerError, attempt } from '../../core/problem';
import { mediaOf } from '../../media/find';
import { idPath } from '../../core/request';

/** Where a video job stands. The API's schema lists no states; these are known (docs/api.md#video-jobs). */
const DONE = /^(succeeded|success|completed?|done|finished|ready)$/i;
const FAILED = /^(failed|failure|error|expired|cancell?ed|rejected)$/i;

export interface Job {
	readonly id: string;
	readonly status: string;
	readonly state: 'done' | 'working' | 'failed' | 'unknown';
	/** What the service says went wrong. */
	readonly error?: string;
	readonly answer: Dict;
}

/** A job's answer; undefined for that of a model which answers with the video itself. */
export function readJob(answer: Dict): Job | undefined {
	const id = optionalText(answer.id);
	// One that says nothing of its state keeps its ID: it is paid for.
	const isJob = /job/i.test(optionalText(answer.object) ?? '');
	const status = optionalText(answer.status) || (isJob ? 'unknown' : undefined);
	if (!id || !status) return undefined;
	const state = DONE.test(status)
		? 'done'
		: isUnderWay(status)
			? 'working'
			: FAILED.test(status) || isModerated(status)
				? 'failed'
				: 'unknown';
	return { id, status, state, error: errorText(answer.error) ?? errorText(answer.detail), answer };
}

const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 15;

/** Asks for a job's state again, as long as it is worked on; the pauses grow, for most videos take a minute or two. */
export function askAgain(answer: Dict, asked: number): NextRequest | undefined {
	const job = readJob(answer);
	if (job?.state !== 'working') return undefined;
	return {
		request: { method: 'GET', path: `/v1/videos/${idPath(job.id, 'Video ID')}` },
		wait: Math.min(LONGEST_PAUSE, FIRST_PAUSE * 1.4 ** asked),
		remains: howToGet(job.id, 'goes on being made'),
	};
}

/** Nothing that is paid for is lost, whatever happens to the run. */
export const howToGet = (id: string, does: string): string =>
	`The video ${does} at DeepInfra. Get it with the operation 'Get' of the resource 'Video' and the video ID ${id}, instead of making it once more.`;

/** The videos of a job that is done, or of a model's own answer; without any, the job's content from the API itself. */
function videosOf(answer: Dict, job: Job | undefined): FileOut[] {
	if (!job) return mediaOf(answer, 'video');
	const found = attempt(() => mediaOf(answer, 'video'));
	if (found.ok) return found.value;
	return [{ url: `/v1/videos/${idPath(job.id, 'Video ID')}/content?variant=video` }];
}

/** An item for each video. */
export function videoOutputs(answer: Dict, seed: Output['json'][string]): Output[] {
	const job = readJob(answer);
	const files = videosOf(answer, job);
	return files.map((file, index) => ({
		json: {
			...(files.length > 1 ? { index } : {}),
			seed: seedOf(answer.seed) ?? seed,
			status: job?.status,
			videoId: job?.id,
		},
		file,
		remains: job && howToGet(job.id, 'is ready'),
	}));
}

/** What a job that brought no video says. */
export function failureOf({ id, status, state, error }: Job): string {
	const words = error ? `: ${error}` : ` (status "${status}")`;
	if (state === 'unknown') return `The video job ${id} has a state that this node does not know${words}`;
	if (/expired/i.test(status)) return `The video job ${id} has expired${words}`;
	if (isModerated(`${status} ${error ?? ''}`)) return `The model's safety filter refused the video job ${id}${words}`;
	return `The video job ${id} failed${words}`;
}

/** @throws AnswerError with the job's ID and the service's words */
export function requireVideo(job: Job): void {
	if (job.state === 'done') return;
	throw new AnswerError(
		failureOf(job),
		job.state === 'unknown' ? howToGet(job.id, 'may still be made') : 'Change the prompt, or choose another model.',
	);
}
