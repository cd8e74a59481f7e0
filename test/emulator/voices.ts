import { requireAccount } from './accounts';
import { type Answer, jsonAnswer, refuse, refuseField, refuseFields } from './answer';
import type { Context } from './context';
import type { JsonObject } from './json';
import { readDuration } from './media/audio';
import { makeRequestId } from './random';
import type { Voice } from './store';

const LONGEST_NAME = 256;

/** The account's own voices; those of the models stand in their schemas. */
export function listVoices({ headers, store }: Context): Answer {
	requireAccount(headers, 'detail');
	return jsonAnswer(200, { voices: [...store.voices.values()].map(describe) });
}

export function readVoice(context: Context): Answer {
	requireAccount(context.headers, 'detail');
	return jsonAnswer(200, describe(find(context)));
}

/** At least one recording that is one, in the field `files`. */
export function addVoice({ headers, body, store, random }: Context): Answer {
	requireAccount(headers, 'detail');
	if (body.kind === 'refused') throw body.refusal;
	if (body.kind !== 'form') {
		const missing = (name: string) => ({ loc: ['body', name], msg: 'field required', type: 'value_error.missing' });
		throw refuseFields(['name', 'description', 'files'].map(missing));
	}
	const name = body.form.texts.get('name') ?? '';
	const description = body.form.texts.get('description');
	const files = body.form.lists.get('files') ?? [];
	if (name.trim() === '') throw refuseField('name', 'field required', 'value_error.missing');
	if (description === undefined) throw refuseField('description', 'field required', 'value_error.missing');
	if (files.length === 0) throw refuseField('files', 'field required', 'value_error.missing');
	if (name.length > LONGEST_NAME) throw refuse(400, 'The name of the voice is too long', 'error');
	const length = files.reduce((sum, file) => sum + readDuration('files', file), 0);
	const now = Math.floor(Date.now() / 1000);
	const voice: Voice = {
		id: makeRequestId(random).slice(0, 20).toLowerCase(),
		name,
		description,
		createdAt: now,
		updatedAt: now,
		length,
	};
	store.voices.set(voice.id, voice);
	return jsonAnswer(200, describe(voice));
}

export function editVoice(context: Context): Answer {
	requireAccount(context.headers, 'detail');
	const voice = find({ ...context, rest: context.rest.replace(/\/edit$/, '') });
	const { body } = context;
	const values: JsonObject = body.kind === 'form' ? Object.fromEntries(body.form.texts) : {};
	if (typeof values.name !== 'string' || typeof values.description !== 'string')
		throw refuseField('name', 'field required', 'value_error.missing');
	Object.assign(voice, {
		name: values.name,
		description: values.description,
		updatedAt: Math.floor(Date.now() / 1000),
	});
	return jsonAnswer(200, describe(voice));
}

export function deleteVoice(context: Context): Answer {
	requireAccount(context.headers, 'detail');
	const voice = find(context);
	context.store.voices.delete(voice.id);
	return jsonAnswer(200, describe(voice));
}

function find({ store, rest }: Context): Voice {
	const voice = store.voices.get(rest);
	if (!voice) throw refuse(404, 'Voice not found', 'error');
	return voice;
}

const describe = ({ id, name, description, createdAt, updatedAt }: Voice): JsonObject => ({
	user_id: 'gh:1000001',
	voice_id: id,
	name,
	description,
	created_at: createdAt,
	updated_at: updatedAt,
});
