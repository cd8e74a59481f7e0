/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createReadStream } from 'node:fs';
import { requireAccount } from '../accounts';
import { type Answer, jsonAnswer, refuse, refuseField } from '../answer';
import type { Context } from '../context';
import type { JsonObject } from '../json';
import { makeRequestId } from '../random';
import type { Store, StoredFile } from '../store';
import { removeSpooled } from './spool';

const MEGABYTE = 1024 * 1024;
const LARGEST_FILE = 512 * MEGABYTE;
const LARGEST_ACCOUNT = 2048 * MEGABYTE;
const SHORTEST_LIFE = 3600;
const LONGEST_LIFE = 2_592_000;

/** `purpose`, `file` and how long it is kept: within an hour and thirty days. */
export function uploadFile({ headers, body, store, random }: Context): Answer {
	requireAccount(headers, 'openai');
	if (body.kind === 'refused') throw body.refusal;
	if (body.kind !== 'form') throw refuseField('file', 'field required', 'value_error.missing');
	const { texts, files } = body.form;
	const file = files.get('file');
	if (!file) throw refuseField('file', 'field required', 'value_error.missing');
	if (texts.get('purpose') !== 'batch') throw refuse(400, 'purpose must be batch', 'openai');
	if (file.path === undefined) throw refuse(400, 'The file must have the extension .jsonl', 'openai');
	const life = lifeOf(texts.get('expires_after[anchor]'), texts.get('expires_after[seconds]'));
	const held = [...store.files.values()].reduce((sum, { bytes }) => sum + bytes, 0);
	if (file.size > LARGEST_FILE || held + file.size > LARGEST_ACCOUNT) {
		removeSpooled(file.path);
		throw refuse(
			413,
			file.size > LARGEST_FILE ? 'The file is larger than 512 MB' : 'The account has more than 2 GB of files',
			'openai',
		);
	}
	const createdAt = Math.floor(Date.now() / 1000);
	const stored = keepFile(store, {
		id: `file-${makeRequestId(random)}`,
		filename: file.filename ?? 'file.jsonl',
		bytes: file.size,
		purpose: 'batch',
		createdAt,
		expiresAt: life === undefined ? null : createdAt + life,
		path: file.path,
	});
	return jsonAnswer(200, describe(stored));
}

function lifeOf(anchor: string | undefined, seconds: string | undefined): number | undefined {
	if (anchor === undefined && seconds === undefined) return undefined;
	const life = Number(seconds);
	if (anchor !== 'created_at' || !Number.isInteger(life) || life < SHORTEST_LIFE || life > LONGEST_LIFE)
		throw refuseField('expires_after', 'anchor must be created_at, seconds from 3600 to 2592000');
	return life;
}

export function keepFile(store: Store, file: StoredFile): StoredFile {
	store.files.set(file.id, file);
	return file;
}

export function listFiles({ headers, query, store }: Context): Answer {
	requireAccount(headers, 'openai');
	const all = [...store.files.values()].filter(({ purpose }) => !query.purpose || purpose === query.purpose);
	return jsonAnswer(200, page(all.reverse().map(describe), query));
}

export function readFile(context: Context): Answer {
	requireAccount(context.headers, 'openai');
	return jsonAnswer(200, describe(findFile(context)));
}

export function readContent(context: Context): Answer {
	requireAccount(context.headers, 'openai');
	const { path, bytes } = findFile({ ...context, rest: context.rest.replace(/\/content$/, '') });
	return {
		status: 200,
		contentType: 'application/octet-stream',
		payload: Buffer.alloc(0),
		headers: { 'content-length': String(bytes) },
		stream: () => createReadStream(path, { highWaterMark: 64 * 1024 }),
	};
}

export function deleteFile(context: Context): Answer {
	requireAccount(context.headers, 'openai');
	const file = findFile(context);
	context.store.files.delete(file.id);
	removeSpooled(file.path);
	return jsonAnswer(200, { id: file.id, object: 'file', deleted: true });
}

export function findFile({ store, rest }: Pick<Context, 'store' | 'rest'>): StoredFile {
	const file = store.files.get(rest);
	if (!file || (file.expiresAt !== null && file.expiresAt * 1000 <= Date.now()))
		throw refuse(404, `No such File object: ${rest}`, 'openai');
	return file;
}

const MOST_ROWS = 100;

/** As OpenAI pages: so many rows after the one that is named. */
export function page(rows: JsonObject[], { after, limit }: Record<string, string>): JsonObject {
	const most = limit === undefined || limit === '' ? 20 : Number(limit);
	if (!Number.isInteger(most) || most < 1 || most > MOST_ROWS)
		throw refuseField('limit', `ensure this value is from 1 to ${MOST_ROWS}`);
	const from = after ? rows.findIndex(({ id }) => id === after) + 1 : 0;
	if (after && from === 0) throw refuse(404, `No such object: ${after}`, 'openai');
	const data = rows.slice(from, from + most);
	return {
		object: 'list',
		data,
		first_id: data[0]?.id ?? null,
		last_id: data.at(-1)?.id ?? null,
		has_more: from + most < rows.length,
	};
}

const describe = ({ id, filename, bytes, purpose, createdAt, expiresAt }: StoredFile): JsonObject => ({
	id,
	object: 'file',
	bytes,
	created_at: createdAt,
	expires_at: expiresAt,
	filename,
	purpose,
});
