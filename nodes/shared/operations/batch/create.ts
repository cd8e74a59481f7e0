import { defineOperation, MEGABYTE, type Dict, type ModelFacts } from '../../core/operation';
import { InputError } from '../../core/problem';
import { apiNames, modelPath, routeRequest } from '../../core/request';
import { CHAT_PATH } from '../chat/chat';
import { completeChat, completionOptions, messagesField } from '../chat/complete';
import { CHAT_MODEL, CHAT_TASKS } from '../chat/models';
import { asRole } from '../embedding/roles';
import { vectorOptions } from '../embedding/vectorOptions';
import { knownDimensions } from '../embedding/vectors';
import { modelField, oneModelRouteOptionsField } from '../fields';
import { BATCH_FIELDS, batchItem, filePath, OUR_MARK, readBatch } from './batches';
import { lengthInId, writeIds } from './names';

/** What the API takes as one file (docs/api.md#files-and-batches). */
const MOST = { lines: 50_000, bytes: 200 * MEGABYTE };

/** Batches cost a fifth less. */
const PRICE_SHARE = 0.8;

/** Seconds that the lines are kept: a batch is done within a day, its results may be read some days later. */
const INPUT_LIFE = 7 * 86_400;

const LONGEST_NAME = 400;

const ENDPOINTS = { chat: CHAT_PATH, embedding: '/v1/embeddings' } as const;
const TASKS: Readonly<Record<string, readonly string[]>> = { chat: CHAT_TASKS, embedding: ['embeddings'] };

export const createBatch = defineOperation({
	resource: 'batch',
	value: 'create',
	name: 'Create',
	action: 'Create batch',
	description: 'Hand all items over as a batch, which DeepInfra does within 24 hours for 20% less: chats or embeddings',
	tasks: [],
	tasksOf: ({ batchTask }) => TASKS[String(batchTask)] ?? [],
	answer: 'job',
	timeout: 1800,
	outputFields: BATCH_FIELDS,
	fields: [
		{
			displayName: 'Task',
			name: 'batchTask',
			type: 'options',
			isRunWide: true,
			options: [
				{ name: 'Chat', value: 'chat', description: 'Answer messages with a chat model' },
				{ name: 'Embedding', value: 'embedding', description: 'Turn texts into vectors' },
			],
			default: 'chat',
			description: 'What is done with each item',
		},
		{
			...modelField(CHAT_MODEL, 'The model that does the work, the same for all items'),
			isRunWide: true,
			displayOptions: { show: { batchTask: ['chat'] } },
		},
		{
			...modelField('Qwen/Qwen3-Embedding-8B', 'The model that does the work, the same for all items'),
			isRunWide: true,
			displayOptions: { show: { batchTask: ['embedding'] } },
		},
		{ ...messagesField, displayOptions: { show: { batchTask: ['chat'] } } },
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. What is the capital of France?',
			description: 'The text to turn into a vector',
			displayOptions: { show: { batchTask: ['embedding'] } },
		},
		{
			displayName: 'Custom ID',
			name: 'customId',
			type: 'string',
			default: '',
			placeholder: 'e.g. {{ $json.sku }}',
			description:
				"What the item is called, by which its result is known. No two items may have the same. Empty: the item's number, from 0.",
		},
		{ ...oneModelRouteOptionsField([...completionOptions]), displayOptions: { show: { batchTask: ['chat'] } } },
		{
			...oneModelRouteOptionsField([...vectorOptions]),
			displayOptions: { show: { batchTask: ['embedding'] } },
		},
	],
	usesFacts: true,
	request: ([input], facts) => {
		const { batchTask, model = '', options } = input;
		modelPath(model);
		if (batchTask === 'embedding') {
			return embeddingRequest({ model, text: input.text ?? '', options: options ?? {} }, facts);
		}
		const { messages = { values: [] } } = input;
		return completeChat.request([{ model, messages, simplify: true, options: options ?? {} }], facts);
	},
	gather: {
		most: MOST,
		priceShare: PRICE_SHARE,
		nameOf: ({ customId }, item) => readName(customId, item),
		lines: ({ path, json = {} }, askers) => {
			const isJson = json.response_format !== undefined;
			const named = askers.map(({ item, name }) => ({ at: item, name }));
			return writeIds(named, isJson).map(({ id, items }) => ({
				line: { custom_id: id, method: 'POST', url: path, body: json },
				items: items.map(({ at }) => at),
			}));
		},
		send: (lines) => ({
			path: '/v1/files',
			form: {
				purpose: 'batch',
				'expires_after[anchor]': 'created_at',
				'expires_after[seconds]': String(INPUT_LIFE),
				file: lines,
			},
			remains:
				lines.file === 'lines'
					? `The upload may have arrived all the same: a file named ${lines.name} at DeepInfra is then left over, which DeepInfra deletes after 7 days. No batch was made of it.`
					: undefined,
		}),
	},
	next: (answer, [{ batchTask, model }], asked) => {
		if (asked > 0) {
			// What is none throws, as long as it is known what is left behind.
			readBatch(answer);
			return undefined;
		}
		const { id } = answer;
		if (typeof id !== 'string') return undefined;
		return {
			request: {
				path: '/v1/batches',
				json: {
					input_file_id: id,
					endpoint: ENDPOINTS[batchTask],
					completion_window: '24h',
					metadata: { ...OUR_MARK, model: model ?? '' },
				},
			},
			wait: 0,
			remains: `The uploaded file ${id} is still at DeepInfra, which deletes it after 7 days. Look with the operation 'Get Many' of the resource 'Batch' whether a batch was made of it, before you create it once more.`,
			undo: { method: 'DELETE', path: filePath(id) },
		};
	},
	items: (answer) => {
		const batch = readBatch(answer);
		return [
			{
				json: batchItem(batch),
				remains: `The batch ${batch.id} was made before and goes on: get it with the operation 'Get Results' of the resource 'Batch'.`,
			},
		];
	},
});

/** @throws InputError for a name that is too long or has line breaks */
function readName(customId: string, item: number): string {
	const name = customId.trim();
	if (name === '') return String(item);
	if (lengthInId(name) <= LONGEST_NAME && !/\p{Cc}/u.test(name)) return name;
	throw new InputError(
		`'Custom ID' is '${name.slice(0, 80)}', which cannot be an ID`,
		`Give a short text without line breaks, of at most ${LONGEST_NAME} characters, where commas and percent signs count as three.`,
	);
}

interface EmbeddingInput {
	readonly model: string;
	readonly text: string;
	readonly options: {
		readonly dimensions?: number;
		readonly inputType?: 'none' | 'query' | 'passage';
		readonly extraFields?: Dict;
	};
}

function embeddingRequest({ model, text, options }: EmbeddingInput, { name = model, schema }: ModelFacts) {
	const most = knownDimensions(name);
	if (most !== undefined && options.dimensions !== undefined && options.dimensions > most) {
		throw new InputError(
			`'Dimensions' is ${options.dimensions}, but the model '${name}' has only ${most}`,
			'DeepInfra would fill up the vector with zeros. Enter a smaller number, or choose another model.',
		);
	}
	// The route has a field of its own for the role on few models only: the words of the family hold for all.
	const { note, inputs, ...more } = asRole([text], options.inputType, name, schema);
	const body = { model, input: inputs[0], encoding_format: 'float', ...more, ...apiNames(options, 'dimensions') };
	return { ...routeRequest(ENDPOINTS.embedding, { options }, body), note };
}
