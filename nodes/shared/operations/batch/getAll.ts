import { defineOperation, type ApiRequest } from '../../core/operation';
import { plainOptionsField, returnAllFields } from '../fields';
import { BATCH_FIELDS, batchItem, readBatches, STATES, type Batch } from './batches';

/** Rows of one page (docs/api.md#files-and-batches). */
const PAGE = 100;
/** Pages that are read at most: more than an account has within the time that batches are kept. */
const MOST_PAGES = 100;

const HOUR = 3_600_000;

export const getBatches = defineOperation({
	resource: 'batch',
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many batches',
	description: 'List the batches of the account, the newest first',
	tasks: [],
	isFree: true,
	outputFields: BATCH_FIELDS,
	fields: [
		...returnAllFields,
		plainOptionsField([
			{
				displayName: 'Max Age (Hours)',
				name: 'maxAgeHours',
				type: 'number',
				default: 24,
				typeOptions: { minValue: 0 },
				description: 'Only batches that were created within so many hours',
			},
			{
				displayName: 'States',
				name: 'states',
				type: 'multiOptions',
				options: [...STATES],
				default: [],
				description: 'Only batches in one of these states. Empty: all.',
			},
		]),
	],
	request: ([input]) => pageRequest(undefined, pageSize(input)),
	next: (answer, [input], asked) => {
		const batches = readBatches(answer);
		const last = batches.at(-1);
		const { options } = input;
		const isFiltered = options.maxAgeHours !== undefined || (options.states ?? []).length > 0;
		const isEnough = !input.returnAll && !isFiltered && (asked + 1) * PAGE >= (input.limit ?? 50);
		if (answer.has_more !== true || !last || isEnough || asked + 1 >= MOST_PAGES) return undefined;
		if (!isYoung(last, options.maxAgeHours)) return undefined;
		return { request: pageRequest(last.id, pageSize(input)), wait: 0 };
	},
	whole: (answers) => ({ data: answers.flatMap(({ data }) => data) }),
	items: (answer, [{ returnAll, limit = 50, options }]) => {
		const { states = [], maxAgeHours } = options;
		const wanted = new Set<string>(states);
		return readBatches(answer)
			.filter(({ status }) => wanted.size === 0 || wanted.has(status))
			.filter((batch) => isYoung(batch, maxAgeHours))
			.slice(0, returnAll ? undefined : limit)
			.map((batch) => ({ json: batchItem(batch) }));
	},
});

interface Asking {
	readonly returnAll: boolean;
	readonly limit?: number;
	readonly options: { readonly maxAgeHours?: number; readonly states?: readonly string[] };
}

const pageSize = ({ returnAll, limit = 50, options }: Asking): number =>
	returnAll || options.maxAgeHours !== undefined || options.states?.length ? PAGE : Math.min(PAGE, limit);

const pageRequest = (after: string | undefined, limit: number): ApiRequest => ({
	method: 'GET',
	path: '/v1/batches',
	query: { limit: String(limit), ...(after === undefined ? {} : { after }) },
});

const isYoung = ({ createdAt }: Batch, hours: number | undefined): boolean =>
	hours === undefined || createdAt === null || Date.parse(createdAt) >= Date.now() - hours * HOUR;
