import { InputError } from './problem';

const FORBIDDEN = /[\s?#\\%<>"'`{}|^\p{Cc}\p{Cs}]/u;

/**
 * The native route of a model: the slash between owner and name stays, each part is encoded (deepinfra-api section 1).
 * `deploy_id:ID` is a private deployment with a route of its own (section 2).
 * @throws InputError for a name that would leave /v1/inference/ or is no model name
 */
export function inferencePath(model: string): string {
	return `/v1/inference/${modelPath(model.replace(/^deploy_id:/, 'deploy/'))}`;
}

export function modelPath(model: string): string {
	const parts = model.split('/');
	if (model === '') throw new InputError("'Model' is empty", 'Choose a model from the list or enter its ID.');
	if (model.length > 200 || FORBIDDEN.test(model) || parts.some((part) => part === '' || /^\.+$/.test(part))) {
		const shown = model.length > 80 ? `${model.slice(0, 80)}…` : model;
		throw new InputError(
			`'${shown}' is not a model name`,
			'A model name looks like "openai/whisper-large-v3". Choose one from the list in the field \'Model\'.',
		);
	}
	return parts.map(encodeURIComponent).join('/');
}
