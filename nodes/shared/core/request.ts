import { Exact, writeJson } from './exact';
import type { FileRef } from './fields';
import type { ModelSchema } from './modelSchema';
import type { ApiRequest, Dict } from './operation';
import { InputError } from './problem';
import { isWebAddress, snakeCase } from './values';

interface NativeInput {
	readonly model: string;
	readonly options: { readonly modelVersion?: string; readonly webhook?: string; readonly extraFields?: Dict };
}

/** Left out of a request: what the user did not set. What they wrote into 'Extra Fields' goes as it is, and comes last. */
const setOf = (body: Dict, extra: Dict): Array<[string, unknown]> => [
	...Object.entries(body).filter(([, value]) => isSet(value)),
	...Object.entries(extra),
];

const isSet = (value: unknown) =>
	value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);

interface Common {
	readonly path: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly extra: Dict;
}

function common({ model, options }: NativeInput): Common {
	const version = options.modelVersion?.trim();
	const webhook = options.webhook?.trim();
	const given = extraOf(options);
	const extra = webhook ? { webhook, ...given } : given;
	if (extra.webhook && !(typeof extra.webhook === 'string' && isWebAddress(extra.webhook))) {
		throw new InputError(
			"'Webhook URL' is not a web address",
			'Enter an address that DeepInfra can reach, such as https://n8n.example.com/webhook/result, without blanks or line breaks.',
		);
	}
	return { path: inferencePath(model), query: version ? { version } : undefined, extra };
}

/** What the user wrote into 'Extra Fields'. @throws InputError for what would lose a paid answer */
function extraOf({ extraFields = {} }: Pick<NativeInput['options'], 'extraFields'>): Dict {
	refuseStream(extraFields, 'Extra Fields (JSON)');
	return extraFields;
}

/** @param screen the name of the field that holds the values @throws InputError for what would lose a paid answer */
export function refuseStream({ stream }: Dict, screen: string): void {
	if (!isSwitchedOn(stream)) return;
	throw new InputError(
		`'${screen}' sets 'stream', whose answer comes in pieces that this node does not read`,
		`Remove 'stream' from '${screen}'.`,
	);
}

/** In every spelling that a service takes for true. */
const isSwitchedOn = (value: unknown): boolean =>
	value === true || (typeof value === 'number' && value !== 0) || /^\s*(t|true|1|y|yes|on)\s*$/i.test(String(value));

/** Some models stream unless they are told not to. */
export const withoutStream = (schema: ModelSchema | undefined): false | undefined =>
	schema?.byName.get('stream')?.default === true ? false : undefined;

/** A request to the native API with a JSON body; what is undefined or empty is left out. */
export function jsonRequest(input: NativeInput, body: Dict): ApiRequest {
	const { extra, ...target } = common(input);
	return { ...target, json: Object.fromEntries(setOf(body, extra)) };
}

/**
 * A request with a file, sent as multipart: strings raw, arrays as one part with a JSON array,
 * the file with a name, without which the API takes it for text (docs/api.md#multipart).
 */
export function formRequest(
	input: NativeInput,
	file: Readonly<Record<string, FileRef>>,
	values: Dict = {},
): ApiRequest {
	const { extra, ...target } = common(input);
	return { ...target, form: { ...file, ...textParts(values, extra) } };
}

const textParts = (values: Dict, extra: Dict): Record<string, string> =>
	Object.fromEntries(
		setOf(values, extra).map(([name, value]) => [name, typeof value === 'string' ? value : writeJson(value)]),
	);

/**
 * A request with a JSON body to a route that is not native, such as /v1/chat/completions.
 * @param path starts with a slash, already encoded
 */
export function routeRequest(path: string, { options }: Pick<NativeInput, 'options'>, body: Dict): ApiRequest {
	return { path, json: Object.fromEntries(setOf(body, extraOf(options))) };
}

/** The same with a form, such as /v1/images/edits takes. */
export function routeFormRequest(
	path: string,
	{ options }: Pick<NativeInput, 'options'>,
	files: NonNullable<ApiRequest['form']>,
	values: Dict,
): ApiRequest {
	return { path, form: { ...files, ...textParts(values, extraOf(options)) } };
}

/** What a file turned out to be when it was opened. */
export interface FileFacts {
	readonly mimeType: string;
	/** Bytes. */
	readonly size: number;
}

/** A file within a JSON body; the transport opens it and writes its content where `write` puts it. */
export class InlineFile {
	/**
	 * @param write gives the JSON that the file becomes; `base64` stands for its content there.
	 * It may throw InputError for a file that cannot be sent.
	 */
	constructor(
		readonly ref: FileRef,
		readonly write: (file: FileFacts, base64: string) => unknown = ({ mimeType }, base64) =>
			`data:${mimeType};base64,${base64}`,
	) {}
}

/** The files within a JSON body. */
export function inlineFiles(value: unknown, files: InlineFile[] = []): InlineFile[] {
	if (typeof value !== 'object' || value === null) return files;
	// A loop, and no copy: a body may hold millions of numbers.
	if (Array.isArray(value)) for (const each of value) inlineFiles(each, files);
	else if (value instanceof InlineFile) files.push(value);
	else for (const each of Object.values(value)) inlineFiles(each, files);
	return files;
}

/** Whether a model's own schema says what the request takes; other routes have fields of their own. */
export const isNative = ({ path }: ApiRequest): boolean => path.startsWith('/v1/inference/');

/** Whether a request is work for a model. */
export const asksModel = (request: ApiRequest): boolean =>
	isNative(request) || { ...request.form, ...request.json }.model !== undefined;

/** Whether only the native route can do it: other routes know no versions, deployments and webhooks. */
export function needsNativeRoute({ model, options }: NativeInput): boolean {
	const { modelVersion, webhook, extraFields } = options;
	return Boolean(modelVersion?.trim() || webhook?.trim() || extraFields?.webhook) || model.startsWith('deploy_id:');
}

/**
 * Whether a request leaves nothing to chance, as far as its model can: no temperature, or a seed.
 * @param usual the temperature where the request names none
 */
export function isRepeatable({ json, form }: ApiRequest, usual?: number): boolean {
	const { temperature = usual, seed } = { ...form, ...json };
	if (isSet(temperature) && Number(temperature) === 0) return true;
	// A negative one stands for any.
	return isSet(seed) && !/^\s*-/.test(seed instanceof Exact ? seed.digits : String(seed));
}

/** Options under the names that DeepInfra uses. */
export function apiNames<O extends object>(options: O, ...names: ReadonlyArray<keyof O & string>): Dict {
	return Object.fromEntries(names.map((name) => [snakeCase(name), options[name]]));
}

const FORBIDDEN = /[\s?#\\%<>"'`{}|^\p{Cc}\p{Cs}]/u;

/**
 * The native route of a model: the slash between owner and name stays, each part is encoded (docs/api.md#route).
 * `deploy_id:ID` is a private deployment with a route of its own.
 * @throws InputError for a name that would leave /v1/inference/ or is no model name
 */
export function inferencePath(model: string): string {
	return `/v1/inference/${modelPath(model.replace(/^deploy_id:/, 'deploy/'))}`;
}

/** @param todo where the name is to be changed @throws InputError for what is no model's name */
export function modelPath(model: string, todo = "Choose one from the list in the field 'Model'."): string {
	const parts = model.split('/');
	if (model === '') throw new InputError("'Model' is empty", 'Choose a model from the list or enter its ID.');
	if (model.length > 200 || FORBIDDEN.test(model) || parts.some((part) => part === '' || /^\.+$/.test(part))) {
		const shown = model.length > 80 ? `${model.slice(0, 80)}…` : model;
		throw new InputError(
			`'${shown}' is not a model name`,
			`A model name looks like "openai/whisper-large-v3". ${todo}`,
		);
	}
	return parts.map(encodeURIComponent).join('/');
}

/** An ID as a part of a path. @throws InputError for what is no ID, so that it cannot lead to another route */
export function idPath(id: string, field: string): string {
	const plain = id.trim();
	const isOther = plain === '' || plain.length > 200 || plain.includes('/') || /^\.+$/.test(plain);
	if (isOther || FORBIDDEN.test(plain) || isWebAddress(plain)) {
		throw new InputError(`'${field}' is no ID: '${plain.slice(0, 80)}'`, `Give the ID as the node returned it.`);
	}
	return encodeURIComponent(plain);
}
