/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setImmediate as breathe } from 'node:timers/promises';
import { type Answer, Refusal } from '../answer';
import { completeChat } from '../chat/complete';
import type { Context } from '../context';
import { isObject, numberOf, parseJson, textOf, type UnknownObject } from '../json';
import { makeRequestId } from '../random';
import type { LineFault, StoredBatch } from '../store';
import { embedTexts } from './embeddings';
import { keepFile } from './files';
import { SpoolFile } from './spool';

const MOST_LINES = 50_000;
/** Nobody says how long an ID may be; longer ones are hardly served everywhere. */
const LONGEST_ID = 512;
/** Batches cost a fifth less. */
const RATE = 0.8;
/** Lines that are done side by side, and so come out in any order. */
const SIDE_BY_SIDE = 1000;
const PAUSE_AFTER = 100;
const MOST_FAULTS = 100;

type Route = (context: Context) => Answer;
const ROUTES: Readonly<Record<string, Route>> = {
	'/v1/chat/completions': completeChat,
	'/v1/embeddings': embedTexts,
};

/** Looks through all lines, then answers them, as far as the batch gets. */
export async function workOff(batch: StoredBatch, context: Context): Promise<void> {
	const file = context.store.files.get(batch.inputFileId);
	if (!file) return giveUp(batch);
	const faults = await validate(batch, file.path);
	if (!isOpen(batch, context)) return;
	if (faults.length > 0 || context.batches.end === 'failed') {
		batch.errors = faults.length > 0 ? faults : [fault('internal_error', null, 'The batch failed for no reason')];
		finish(batch, 'failed');
		return;
	}
	await answerAll(batch, file.path, context);
}

/** Once the emulator is closed, nothing is left of a batch. */
const isOpen = ({ id }: StoredBatch, { store }: Context) => store.batches.has(id);

function finish(batch: StoredBatch, end: NonNullable<StoredBatch['end']>): void {
	batch.end = batch.cancelledAt === null || end === 'failed' ? end : 'cancelled';
	batch.endedAt = Date.now();
}

/** Its input was deleted under its hands. */
export function giveUp(batch: StoredBatch): void {
	batch.errors = [fault('input_file_missing', null, 'The input file is gone.')];
	finish(batch, 'failed');
}

const fault = (code: string, line: number | null, message: string, param: string | null = null): LineFault => ({
	code,
	line,
	message,
	param,
});

async function validate(batch: StoredBatch, path: string): Promise<LineFault[]> {
	const faults: LineFault[] = [];
	const names = new Set<string>();
	const say = (...args: Parameters<typeof fault>) => {
		if (faults.length < MOST_FAULTS) faults.push(fault(...args));
	};
	let number = 0;
	for await (const text of linesOf(path)) {
		number++;
		if (number % PAUSE_AFTER === 0) await breathe();
		const line = parseJson(text)?.value;
		if (!isObject(line)) {
			say('invalid_json_line', number, 'This line is not parseable as valid JSON.');
			continue;
		}
		const { custom_id: id, method, url, body } = line;
		if (typeof id !== 'string' || id === '')
			say('missing_required_parameter', number, 'Missing custom_id.', 'custom_id');
		else if (id.length > LONGEST_ID) say('string_above_max_length', number, 'custom_id is too long.', 'custom_id');
		else if (names.has(id)) say('duplicate_custom_id', number, `The custom_id '${id}' occurs twice.`, 'custom_id');
		else names.add(id);
		if (method !== 'POST') say('invalid_method', number, 'method must be POST.', 'method');
		if (url !== batch.endpoint) say('invalid_url', number, `url must be ${batch.endpoint}.`, 'url');
		const model = isObject(body) ? textOf(body.model) : undefined;
		if (model === undefined) say('missing_required_parameter', number, 'Missing body.model.', 'body.model');
		else if (batch.model !== null && batch.model !== model)
			say('mismatched_model', number, `All lines must have the same model: '${batch.model}'.`, 'body.model');
		else batch.model = model;
		const known = Object.keys(line).filter((name) => !['custom_id', 'method', 'url', 'body'].includes(name));
		if (known.length > 0) say('unknown_parameter', number, `Unknown parameter: ${known.join(', ')}.`, known[0]);
	}
	batch.total = number;
	if (number === 0) say('empty_file', null, 'The input file is empty.');
	if (number > MOST_LINES)
		say('too_many_lines', null, `The input file has ${number} lines, at most ${MOST_LINES} are taken.`);
	return faults;
}

async function* linesOf(path: string): AsyncGenerator<string> {
	const source = createReadStream(path, { highWaterMark: 1024 * 1024 });
	for await (const line of createInterface({ input: source, crlfDelay: Infinity })) if (line !== '') yield line;
}

interface Done {
	readonly text: string;
	readonly isError: boolean;
	readonly costUsd: number;
}

async function answerAll(batch: StoredBatch, path: string, context: Context): Promise<void> {
	const { store, random, batches } = context;
	const output = new SpoolFile();
	const errors = new SpoolFile();
	const isExpired = batches.end === 'expired';
	const most = isExpired ? Math.floor(batch.total * (batches.done ?? 0.5)) : Infinity;
	let open: Done[] = [];
	const write = () => {
		const shuffled = open.map((each) => ({ each, place: random() })).sort((one, two) => one.place - two.place);
		for (const { each } of shuffled) {
			const { text, isError, costUsd } = each;
			(isError ? errors : output).write(`${text}\n`);
			batch.costUsd += costUsd;
			if (isError) batch.failed++;
			else batch.completed++;
		}
		open = [];
	};
	let number = 0;
	for await (const text of linesOf(path)) {
		if (number % PAUSE_AFTER === 0) await breathe();
		if (!isOpen(batch, context)) break;
		if (batch.cancelledAt !== null) break;
		const line = parseJson(text)?.value;
		if (!isObject(line)) continue;
		if (number++ >= most) {
			if (batches.listsExpired) open.push(expired(line, random));
		} else if (!text.includes('<<lost>>')) open.push(answerLine(line, text, batch, context));
		if (open.length >= SIDE_BY_SIDE) write();
	}
	write();
	output.close();
	errors.close();
	if (!isOpen(batch, context)) return;
	batch.outputFileId = keep(output, 'output');
	batch.errorFileId = keep(errors, 'errors');
	finish(batch, isExpired ? 'expired' : 'completed');

	function keep({ path: kept, size }: SpoolFile, what: string): string | null {
		if (size === 0) return null;
		const createdAt = Math.floor(Date.now() / 1000);
		return keepFile(store, {
			id: `file-${makeRequestId(random)}`,
			filename: `${batch.id}_${what}.jsonl`,
			bytes: size,
			purpose: 'batch_output',
			createdAt,
			expiresAt: createdAt + 2_592_000,
			path: kept,
		}).id;
	}
}

const expired = ({ custom_id }: UnknownObject, random: () => number): Done => ({
	text: JSON.stringify({
		id: `batch_req_${makeRequestId(random)}`,
		custom_id,
		response: null,
		error: {
			code: 'batch_expired',
			message: 'This request could not be executed before the completion window expired.',
		},
	}),
	isError: true,
	costUsd: 0,
});

function answerLine(line: UnknownObject, text: string, batch: StoredBatch, context: Context): Done {
	const frame = { id: `batch_req_${makeRequestId(context.random)}`, custom_id: line.custom_id };
	const requestId = makeRequestId(context.random);
	const fails = (status: number, body: unknown): Done => ({
		text: JSON.stringify({ ...frame, response: { status_code: status, request_id: requestId, body }, error: null }),
		isError: true,
		costUsd: 0,
	});
	if (text.includes('<<error>>')) {
		const error = { code: 'server_error', message: 'The line could not be processed' };
		return { text: JSON.stringify({ ...frame, response: null, error }), isError: true, costUsd: 0 };
	}
	if (text.includes('<<fails>>')) return fails(500, { error: { message: 'The model ran out of memory on this line' } });
	try {
		const route = ROUTES[batch.endpoint];
		const body = route?.({ ...context, rest: '', body: { kind: 'json', value: line.body } });
		const answer = body && parseJson(body.payload.toString())?.value;
		if (!body || !isObject(answer)) return fails(500, { error: { message: 'The line gave nothing' } });
		const usage = isObject(answer.usage) ? answer.usage : {};
		const costUsd = Math.round(numberOf(usage.estimated_cost, 0) * RATE * 1e10) / 1e10;
		const whole = { ...answer, usage: { ...usage, estimated_cost: costUsd } };
		const response = { status_code: 200, request_id: requestId, body: whole };
		return { text: JSON.stringify({ ...frame, response, error: null }), isError: false, costUsd };
	} catch (error) {
		if (error instanceof Refusal) return fails(error.status, error.body);
		return fails(500, { error: { message: String(error) } });
	}
}
