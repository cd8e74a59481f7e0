import { isDict, number } from '../core/answer';
import type { ApiRequest, Dict } from '../core/operation';
import { checkBody, checkForm } from './check';
import type { RequestFacts } from './estimate';
import type { ModelSchema } from './schema';

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

/** What a request's cost can be estimated from, read from its body whatever its task. */
export function costFacts({ json, form }: ApiRequest): RequestFacts {
	const body: Dict = json ?? form ?? {};
	const texts = [body.input, body.inputs, body.prompt, body.text].flat().filter((value) => typeof value === 'string');
	const count = (name: string) => number(body[name]);
	return {
		inputCharacters: texts.length > 0 ? texts.reduce((sum, text) => sum + text.length, 0) : undefined,
		texts: texts.length || undefined,
		maxNewTokens: count('max_new_tokens'),
		responses: count('num_responses'),
		images: count('num_images'),
		width: count('width'),
		height: count('height'),
		steps: count('num_inference_steps'),
	};
}

/** The names that the user gave in 'Extra Fields'. */
export const extraNames = (input: Dict): string[] => {
	const extra = isDict(input.options) ? input.options.extraFields : undefined;
	return isDict(extra) ? Object.keys(extra) : [];
};
