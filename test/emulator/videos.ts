import { requirePaying } from './accounts';
import { type Answer, bytesAnswer, jsonAnswer, Refusal, refuse, refuseField } from './answer';
import { findModel } from './catalogue';
import type { Model } from './catalogue/model';
import type { Context } from './context';
import { fileOfSize } from './files';
import { serve } from './inference';
import { isObject, type JsonObject, type UnknownObject } from './json';
import { readImage } from './media/images';
import { makeMp4 } from './media/video';
import { makeRequestId } from './random';
import type { VideoJob } from './store';
import { uploadFromText } from './uploads';

const TEXTS = ['prompt', 'negative_prompt', 'aspect_ratio', 'size', 'style', 'image_url'];
const NUMBERS = ['seconds', 'seed'];

/**
 * Starts a clip. Words in the prompt say how it goes: <<fails>>, <<moderated>>, <<expires>>, <<state NAME>>,
 * <<takes N ms>>, <<N results>>, <<relative>>, <<data>>, <<N bytes>>.
 */
export function startVideo(context: Context): Answer {
	requirePaying(context.headers, 'openai');
	const asked = readBody(context);
	const model = findVideoModel(asked.model);
	const prompt = asked.prompt;
	if (typeof prompt !== 'string') throw refuseField('prompt', 'field required', 'value_error.missing');
	if (prompt.trim() === '') throw refuse(400, 'prompt must not be empty', 'openai');
	if (!model.hasJobs) {
		throw new Refusal(400, {
			error: {
				message: `${model.name} does not support asynchronous video jobs. Use POST /v1/inference/${model.name}, which returns the video in the response.`,
				type: 'invalid_request_error',
				param: 'model',
				code: null,
			},
		});
	}
	checkStart(asked.image_url);
	const job = makeJob(context, model, asked, prompt);
	context.store.jobs.set(job.id, job);
	return jsonAnswer(200, describe(job, job.createdAt));
}

export function readVideo(context: Context): Answer {
	requirePaying(context.headers, 'openai');
	return jsonAnswer(200, describe(find(context), Date.now()));
}

/** The clip itself, from the API's own host and for the account alone. */
export function readVideoContent(context: Context): Answer {
	requirePaying(context.headers, 'openai');
	const job = find({ ...context, rest: context.rest.replace(/\/content$/, '') });
	if (stateOf(job, Date.now()) !== 'succeeded') throw refuse(404, 'The video is not ready', 'openai');
	return clipOf(job);
}

/** What the links in a job's answer lead to; anybody who has the link may have the clip. */
export function serveJobClip({ store, rest }: Context): Answer {
	const job = store.jobs.get(rest.replace(/(_\d+)?\.mp4$/, ''));
	if (!job) throw refuse(404, 'Not Found', 'detail');
	return clipOf(job);
}

const clipOf = ({ seconds, size }: VideoJob): Answer =>
	size === undefined ? bytesAnswer('video/mp4', makeMp4(seconds)) : fileOfSize(size, 'mp4');

function readBody({ body }: Context): UnknownObject {
	if (body.kind === 'refused') throw body.refusal;
	if (body.kind !== 'json' || !isObject(body.value))
		throw refuse(422, 'Request body is not a JSON object', 'validation');
	const asked = body.value;
	for (const name of TEXTS) {
		if (asked[name] !== undefined && asked[name] !== null && typeof asked[name] !== 'string')
			throw refuseField(name, 'str type expected', 'type_error.str');
	}
	for (const name of NUMBERS) {
		if (asked[name] !== undefined && asked[name] !== null && !Number.isInteger(asked[name]))
			throw refuseField(name, 'value is not a valid integer', 'type_error.integer');
	}
	return asked;
}

function findVideoModel(name: unknown): Model {
	if (typeof name !== 'string') throw refuseField('model', 'field required', 'value_error.missing');
	const known = findModel(name);
	if (!known) throw refuse(404, `The model \`${name}\` does not exist`, 'openai');
	const model = serve(known);
	if (model.type !== 'text-to-video') throw refuse(400, `${name} is not a video model`, 'openai');
	return model;
}

function checkStart(image: unknown) {
	if (typeof image !== 'string' || image === '') return;
	if (/^https?:\/\//i.test(image)) return;
	if (!/^data:/i.test(image)) throw refuse(400, 'image_url must be an http(s) URL or a data URI', 'openai');
	readImage('image_url', uploadFromText('image_url', image));
}

function makeJob({ baseUrl, random, videoMs }: Context, model: Model, asked: UnknownObject, prompt: string): VideoJob {
	const now = Date.now();
	const id = `videos_${makeRequestId(random).toLowerCase()}`;
	const ms = Number(/<<takes (\d+) ms>>/.exec(prompt)?.[1] ?? videoMs);
	const seconds = typeof asked.seconds === 'number' ? asked.seconds : 5;
	const size = /<<(\d+) bytes>>/.exec(prompt)?.[1];
	const count = Number(/<<(\d+) results>>/.exec(prompt)?.[1] ?? 1);
	const links = Array.from({ length: count }, (_unused, index) => linkOf(prompt, baseUrl, id, index, seconds));
	return {
		id,
		model: model.name,
		createdAt: now,
		startsAt: now + ms / 3,
		endsAt: now + ms,
		end: endOf(prompt) ?? { status: 'succeeded', data: links.map((url) => ({ url, format: 'mp4' })) },
		seed: typeof asked.seed === 'number' ? asked.seed : Math.floor(random() * 2 ** 31),
		seconds,
		size: size === undefined ? undefined : Number(size),
	};
}

function linkOf(prompt: string, baseUrl: string, id: string, index: number, seconds: number): string {
	const path = `/files/jobs/${id}${index === 0 ? '' : `_${index}`}.mp4`;
	if (prompt.includes('<<data>>')) return `data:video/mp4;base64,${makeMp4(seconds).toString('base64')}`;
	return prompt.includes('<<relative>>') ? path : baseUrl + path;
}

function endOf(prompt: string): VideoJob['end'] | undefined {
	if (prompt.includes('<<fails>>')) return { status: 'failed', error: 'The model ran out of memory on this prompt' };
	if (prompt.includes('<<moderated>>')) return { status: 'failed', error: 'Content Moderated' };
	if (prompt.includes('<<expires>>')) return { status: 'expired' };
	const other = /<<state (\w+)>>/.exec(prompt)?.[1];
	return other === undefined ? undefined : { status: other };
}

const stateOf = ({ startsAt, endsAt, end }: VideoJob, now: number): string =>
	now < startsAt ? 'queued' : now < endsAt ? 'processing' : end.status;

function find({ store, rest }: Context): VideoJob {
	const job = store.jobs.get(rest);
	if (!job) throw refuse(404, `Video ${rest} not found`, 'openai');
	return job;
}

function describe(job: VideoJob, now: number): JsonObject {
	const status = stateOf(job, now);
	const isOver = status === job.end.status;
	return {
		id: job.id,
		object: 'video.generation.job',
		created_at: Math.floor(job.createdAt / 1000),
		status,
		model: job.model,
		data: isOver ? (job.end.data ?? null) : null,
		error: isOver ? (job.end.error ?? null) : null,
	};
}
