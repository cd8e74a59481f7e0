import type { ApiRequest } from '../core/operation';
import { checkBody, checkForm } from './check';
import type { ModelSchema } from '../core/modelSchema';

/** What a task is about; never left out, even where a schema does not name it. */
const ESSENTIAL = [
	'input',
	'inputs',
	'prompt',
	'text',
	'image',
	'audio',
	'candidate_labels',
	'question',
	'context',
	'webhook',
];

export interface Fitted {
	readonly request: ApiRequest;
	/** Parameters, by the API's names, that the model does not know and that were left out. */
	readonly dropped: readonly string[];
}

/**
 * A request as this model takes it. What the user wrote by hand (`extra`) is sent in any case.
 * @throws InputError for a value that the model would refuse
 */
export function fitRequest(
	request: ApiRequest,
	schema: ModelSchema | undefined,
	screenNames: Readonly<Record<string, string>>,
	extra: readonly string[],
): Fitted {
	const options = { screenNames, keep: [...ESSENTIAL, ...extra] };
	if (request.json) {
		const { body, dropped } = checkBody(schema, request.json, options);
		return { request: { ...request, json: body }, dropped };
	}
	if (!request.form) return { request, dropped: [] };
	const { body, dropped } = checkForm(schema, request.form, options);
	return { request: { ...request, form: body }, dropped };
}
