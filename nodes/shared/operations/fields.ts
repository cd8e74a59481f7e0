import { isLikeDataUrl } from '../core/dataUrl';
import { field, type Field, type FileRef } from '../core/fields';
import type { AnyOperation } from '../core/operation';
import { InputError } from '../core/problem';
import { isWebAddress, listOf } from '../core/values';
import { trimUnseen } from '../core/trim';

/** Fields that several operations share. */

/** What the short rows of the list leave to be known (catalog/picker.ts). */
const LIST = 'In the list, two prices are for 1M tokens in and out; hover over the arrow of a row to read all of it';

/** The model picker; which models it lists follows from the operation's tasks (n8n/methods.ts). */
export const modelField = (preset: string, description = 'The model that does the work') =>
	field({
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator',
		default: { mode: 'list', value: preset },
		required: true,
		description: `${description.replace(/\.$/, '')}. ${LIST}.`,
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Select a model...',
				typeOptions: {
					searchListMethod: 'searchModels',
					searchable: true,
					skipCredentialsCheckInRLC: true,
					slowLoadNotice: {
						message: 'The list of models takes long to load. You can enter the ID of a model instead.',
						timeout: 10_000,
					},
				},
			},
			{ displayName: 'ID', name: 'id', type: 'string', placeholder: `e.g. ${preset}` },
		],
	});

export const simplifyField = field({
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
});

const includeOtherFieldsField = field({
	displayName: 'Include Other Input Fields',
	name: 'includeOtherFields',
	type: 'boolean',
	default: true,
	description:
		"Whether to keep the input item's own fields and files beside the result. Where names meet, the result's win.",
	// An agent pays for each field as tokens, in every turn that follows.
	displayOptions: { hide: { '@tool': [true] } },
});

/** All parameters of an operation: its own, and whether an output keeps the fields of the item that it belongs to. */
export const fieldsOf = ({ fields }: Pick<AnyOperation, 'fields'>): readonly Field[] =>
	fields.flatMap((each): Field[] => (each.name === simplifyField.name ? [each, includeOtherFieldsField] : [each]));

/** How many results a list gives, as everywhere in n8n. */
export const returnAllFields = [
	field({
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	}),
	field({
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		default: 50,
		typeOptions: { minValue: 1 },
		displayOptions: { show: { returnAll: [false] } },
		description: 'Max number of results to return',
	}),
] as const;

/**
 * `media`: what the file is, as a word in a sentence, such as "image".
 * @param more what the hint says beside, such as that several may be named
 */
export const mediaInputFields = <const M extends string>(media: M, example: string, more = '') =>
	[
		field({
			displayName: 'Input Source',
			name: 'inputSource',
			type: 'options',
			options: [
				{ name: 'Binary File', value: 'binary', description: `Take the ${media} from a file in the input item` },
				{ name: 'URL', value: 'url', description: `Download the ${media} from a web address` },
			],
			default: 'binary',
			description: `Where the ${media} comes from`,
		}),
		...mediaFileFields(media, example, 'inputSource', more),
	] as const;

/** Several files may be named. */
export const OR_SEVERAL = ', or several names separated by commas';

/** Where the file is, shown for `binary` and `url` of the field `source`. */
export const mediaFileFields = <const M extends string>(media: M, example: string, source: string, more = '') =>
	[
		field({
			displayName: 'Input Data Field Name',
			name: 'inputDataFieldName',
			type: 'string',
			default: 'data',
			required: true,
			typeOptions: { binaryDataProperty: true },
			displayOptions: { show: { [source]: ['binary'] } },
			placeholder: 'e.g. data',
			hint: `The name of the input field that holds the ${media} file${more}`,
			description: "Find the name in the 'Binary' tab of the input panel",
		}),
		field({
			displayName: 'URL',
			name: 'inputUrl',
			type: 'string',
			default: '',
			required: true,
			displayOptions: { show: { [source]: ['url'] } },
			placeholder: `e.g. ${example}`,
			description: `The web address of the ${media}. n8n downloads it and sends it to DeepInfra.`,
		}),
	] as const;

export interface MediaInput {
	readonly inputSource: 'binary' | 'url';
	readonly inputDataFieldName: FileRef | undefined;
	readonly inputUrl: string | undefined;
}

/** The file that the media fields name. */
export function mediaInput({ inputSource, inputDataFieldName, inputUrl }: MediaInput, only?: FileRef['only']): FileRef {
	// The same one each time: a document is read once.
	if (inputSource === 'binary' && inputDataFieldName)
		return only ? { ...inputDataFieldName, only } : inputDataFieldName;
	return { file: 'url', url: readAddress('URL', inputUrl ?? '', "choose 'Binary File' here"), only };
}

/** @param otherwise what to do with a file that is given as one @throws InputError for what is no web address */
export function readAddress(name: string, given: string, otherwise: string): string {
	const plain = trimUnseen(given);
	// Addresses with blanks are common, and every browser writes them so.
	const url = plain.replaceAll(' ', '%20');
	if (isLikeDataUrl(plain)) {
		throw new InputError(
			`'${name}' holds the file itself, not its address`,
			`Make a file of it with the node 'Convert to File' (operation 'Move Base64 String to File'), and ${otherwise}.`,
		);
	}
	if (isWebAddress(url)) return url;
	// Not quoted: what follows its question mark may be a secret.
	throw new InputError(`'${name}' is not a web address`, 'Enter an address that starts with https:// or http://.');
}

/** A seed of any size: an expression may give its digits as text, which keeps those that a number would lose. */
export const seedOption = (description: string) =>
	field({
		displayName: 'Seed',
		name: 'seed',
		type: 'number',
		isExact: true,
		default: 0,
		typeOptions: { minValue: 0, numberPrecision: 0 },
		description: `${description}. One above 9007199254740991 keeps its digits when an expression gives it as text.`,
	});

/** The files that the media fields name: several names by commas, or as an array. */
export function mediaInputs(input: MediaInput, only: FileRef['only']): FileRef[] {
	const ref = mediaInput(input, only);
	const { value } = ref.file === 'binary' ? ref : { value: undefined };
	const names = typeof value === 'string' ? listOf(value) : [value].flat();
	const files = names.filter((name) => name !== '');
	if (ref.file === 'url' || files.length === 0) return [ref];
	return files.map((each) => ({ ...ref, value: each }));
}

/** Below it nothing is said, or said as unsure. */
export const minScoreOption = (description: string) =>
	field({
		displayName: 'Minimum Score',
		name: 'minScore',
		type: 'number',
		default: 0.5,
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 3 },
		description,
	});

/** Of every classification that gives scores. */
export const unsureOption = minScoreOption(
	"The best label's score must reach this, or 'label' is 'unsure'. All labels keep their scores.",
);

export const outputDataField = field({
	displayName: 'Output Data Field Name',
	name: 'outputDataFieldName',
	type: 'string',
	isFieldName: true,
	default: 'data',
	required: true,
	placeholder: 'e.g. data',
	hint: 'The name of the output field that the file is put into',
});

export const versionOption = field({
	displayName: 'Model Version',
	name: 'modelVersion',
	type: 'string',
	default: '',
	placeholder: 'e.g. 0ObxGWB8',
	description: 'A certain version of the model. Leave empty for the current one.',
});

export const maxRetriesOption = field({
	displayName: 'Max Retries',
	name: 'maxRetries',
	type: 'number',
	default: 4,
	typeOptions: { minValue: 0, maxValue: 20, numberPrecision: 0 },
	description:
		'How often a request is sent again when DeepInfra is busy, unavailable or the connection fails. Items that succeeded are never sent again.',
});

export const timeoutOption = field({
	displayName: 'Timeout',
	name: 'timeout',
	type: 'number',
	default: 300,
	typeOptions: { minValue: 1, maxValue: 86_400 },
	description: 'How many seconds a request may take. A request that was cut off may still be billed.',
});

/** How requests are sent, whatever they ask for. */
const sendingOptions = [
	field({
		displayName: 'Longest Tool Answer',
		name: 'longestToolAnswer',
		type: 'number',
		isRunWide: true,
		default: 1500,
		typeOptions: { minValue: 200, numberPrecision: 0 },
		description:
			'How many characters an agent gets at most when it uses this node as a tool. It pays for each again in every turn that follows. Longer texts and lists are cut and say so.',
	}),
	field({
		displayName: 'Max Concurrency',
		name: 'maxConcurrency',
		type: 'number',
		isRunWide: true,
		default: 16,
		typeOptions: { minValue: 1, maxValue: 1000, numberPrecision: 0 },
		description:
			'How many requests may run at the same time at most. Not set: the node finds the number itself, from 16 up to the 200 that DeepInfra allows for a model.',
	}),
	maxRetriesOption,
	field({
		displayName: 'Put Result in Field',
		name: 'resultField',
		type: 'string',
		isFieldName: true,
		default: '',
		placeholder: 'e.g. result',
		description: 'Put the result into one field of this name instead of beside the other fields of the item',
	}),
] as const;

const plainOptions = [...sendingOptions, timeoutOption] as const;

/** Of what costs nothing. */
const freeTimeoutOption = field({ ...timeoutOption, description: 'How many seconds a request may take' });

export const budgetOption = field({
	displayName: 'Budget (USD)',
	name: 'budgetUsd',
	type: 'number',
	isGuard: true,
	isRunWide: true,
	default: 1,
	typeOptions: { minValue: 0, numberPrecision: 6 },
	description:
		"Send no more requests once this run has cost this much. The items that are left fail with 'Budget reached'. The run can pass it by less than one request.",
});

/** Not for embeddings: the vectors of two models never mix. Not for batches: they are answered within a day. */
const fallbackModelsOption = field({
	displayName: 'Fallback Models',
	name: 'fallbackModels',
	type: 'string',
	orList: true,
	isList: true,
	mostEntries: 100,
	default: '',
	placeholder: 'e.g. Qwen/Qwen3-235B-A22B-Instruct-2507',
	description:
		'Models that answer where this one is gone, down, too busy after all retries, or lacks what the request needs: their IDs, tried in order, separated by commas or lines. Never asked after what may have been billed. The one that answers is billed, and named in the usage.',
});

/** Of every request that is billed. */
const billedOptions = [
	budgetOption,
	field({
		displayName: 'Dry Run',
		name: 'dryRun',
		type: 'boolean',
		isGuard: true,
		default: false,
		description:
			'Whether to ask no model and return what would be asked, with an estimate of its cost: for texts from their number of characters. The catalogue is asked, and a PDF, or a file of a batch, is downloaded from its web address.',
	}),
	field({
		displayName: 'Extra Fields (JSON)',
		name: 'extraFields',
		type: 'json',
		default: '{}',
		placeholder: 'e.g. { "scheduler": "K_EULER" }',
		description: 'Fields of the model that this form does not offer, under the names that DeepInfra uses',
	}),
] as const;

const nativeOptions = [
	...billedOptions,
	field({
		displayName: 'Wait for Webhook',
		name: 'waitForWebhook',
		type: 'boolean',
		default: false,
		description:
			"Whether the execution sleeps until DeepInfra calls it back, for up to 'Timeout' seconds (an hour if not set). For one item that takes longer than a few seconds: a model that answers sooner calls before n8n listens, and that result is lost although it is paid for. Needs n8n 2.30 or newer.",
		displayOptions: { hide: { '@tool': [true] } },
	}),
	field({
		displayName: 'Webhook URL',
		name: 'webhook',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://n8n.example.com/webhook/result',
		hint: "The Production URL of a 'DeepInfra Trigger' node, with ?ref= and a name to know the result by",
		description:
			'Do not wait for the result: DeepInfra sends it to this web address when it is ready, and the node returns the request ID at once',
	}),
	versionOption,
] as const;

/** The collection "Options" of a sub-node. */
export const collection = <const Fs extends readonly Field[]>(options: Fs) =>
	field({
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [...options],
	} as const satisfies Field);

/** The collection "Options" of a task: its own, and those that all tasks share. */
export const optionsField = <const Fs extends readonly Field[]>(own: Fs) =>
	collection([...own, fallbackModelsOption, ...nativeOptions, ...plainOptions]);

/** The same where no other model can stand in. */
export const oneModelOptionsField = <const Fs extends readonly Field[]>(own: Fs) =>
	collection([...own, ...nativeOptions, ...plainOptions]);

/** The collection "Options" of an operation whose route is not native: no webhook, no version. */
export const routeOptionsField = <const Fs extends readonly Field[]>(own: Fs) =>
	collection([...own, fallbackModelsOption, ...billedOptions, ...plainOptions]);

/** The same where no other model can stand in. */
export const oneModelRouteOptionsField = <const Fs extends readonly Field[]>(own: Fs) =>
	collection([...own, ...billedOptions, ...plainOptions]);

/** The collection "Options" of an operation whose requests cost nothing. */
export const plainOptionsField = <const Fs extends readonly Field[]>(own: Fs) =>
	collection([...own, ...sendingOptions, freeTimeoutOption]);
