import { isDict, number, readEach, text } from '../../core/answer';
import { defineOperation } from '../../core/operation';
import { AnswerError, InputError } from '../../core/problem';
import { listOf } from '../../core/values';
import { plainOptionsField } from '../fields';

/** How many one request asks for. The API names no limit; this keeps a request small. */
const MAX_IDS = 500;

export const getCosts = defineOperation({
	resource: 'account',
	value: 'getCosts',
	name: 'Get Costs of Requests',
	action: 'Get costs of requests',
	description: "Get what requests have cost, by their IDs in 'usage', to check a run against the bill",
	tasks: [],
	isFree: true,
	isPersonal: true,
	outputFields: { requestId: 'string', costUsd: 'number | null' },
	fields: [
		{
			displayName: 'Request IDs',
			name: 'requestIds',
			type: 'string',
			orList: true,
			isList: true,
			mostEntries: 50_000,
			default: '',
			required: true,
			placeholder: 'e.g. {{ $json.usage.requestId }}',
			description:
				"The IDs of the requests, separated by commas or lines. An expression may give an array, such as the 'usage.requestId' of many items.",
		},
		plainOptionsField([]),
	],
	split: (input) => {
		const ids = listOf(input.requestIds);
		const parts = Array.from({ length: Math.ceil(ids.length / MAX_IDS) }, (_, index) =>
			ids.slice(index * MAX_IDS, (index + 1) * MAX_IDS),
		);
		return parts.length > 0 ? parts.map((requestIds) => ({ ...input, requestIds })) : [input];
	},
	request: ([{ requestIds }]) => {
		const ids = listOf(requestIds);
		if (ids.length === 0)
			throw new InputError("'Request IDs' has no ID", "Enter IDs such as those in 'usage.requestId'.");
		return { path: '/v1/request-costs', json: { requestIds: ids } };
	},
	items: ({ requests }, [{ requestIds }]) => {
		if (!Array.isArray(requests)) throw new AnswerError('DeepInfra answered without the list of costs');
		const rows: unknown[] = requests;
		const told = readEach(rows, (row) => {
			const { requestId, costNanoUsd } = isDict(row) ? row : {};
			const nano = number(costNanoUsd);
			if (nano === undefined) throw new AnswerError('DeepInfra answered without the cost of a request');
			return { json: { requestId: text(requestId, 'the ID of a request'), costUsd: nano / 1e9 } };
		});
		const known = new Set(rows.map((row) => (isDict(row) ? row.requestId : undefined)));
		const unknown = listOf(requestIds).filter((id) => !known.has(id));
		const note = `DeepInfra told nothing about ${unknown.length === 1 ? 'a request' : `${unknown.length} requests`}, such as ${unknown[0]?.slice(0, 60)}: 'costUsd' is null there, and the sum of the others is not all that was billed.`;
		return [
			...told,
			...unknown.map((requestId, index) => ({ json: { requestId, costUsd: null }, ...(index === 0 ? { note } : {}) })),
		];
	},
});
