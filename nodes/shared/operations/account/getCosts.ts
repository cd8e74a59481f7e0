import { list, number, text } from '../../core/answer';
import { defineOperation } from '../../core/operation';
import { AnswerError, InputError } from '../../core/problem';
import { plainOptionsField } from '../fields';

/** How many one request asks for. The API names no limit; this keeps a request small. */
const MAX_IDS = 500;

const idsOf = (given: string | readonly string[]): string[] =>
	(typeof given === 'string' ? given.split(/[\n,]/) : [...given]).map((id) => id.trim()).filter((id) => id !== '');

export const getCosts = defineOperation({
	resource: 'account',
	value: 'getCosts',
	name: 'Get Costs of Requests',
	action: 'Get costs of requests',
	description: "Get what requests have cost, by their IDs in 'usage', to check a run against the bill",
	tasks: [],
	isFree: true,
	isPersonal: true,
	fields: [
		{
			displayName: 'Request IDs',
			name: 'requestIds',
			type: 'string',
			orList: true,
			default: '',
			required: true,
			placeholder: 'e.g. RWkd1SD0lRgrBsYHDpAhkLxn, RPwQ3nVfTi2oLqk8yZ7Bc0aE',
			description:
				"Separated by commas or lines. An expression may give an array, such as the 'usage.requestId' of many items.",
		},
		plainOptionsField([]),
	],
	split: (input) => {
		const ids = [...new Set(idsOf(input.requestIds))];
		const parts = Array.from({ length: Math.ceil(ids.length / MAX_IDS) }, (_, index) =>
			ids.slice(index * MAX_IDS, (index + 1) * MAX_IDS),
		);
		return parts.length > 0 ? parts.map((requestIds) => ({ ...input, requestIds })) : [input];
	},
	request: ([{ requestIds }]) => {
		const ids = idsOf(requestIds);
		if (ids.length === 0)
			throw new InputError("'Request IDs' has no ID", "Enter IDs such as those in 'usage.requestId'.");
		return { path: '/v1/request-costs', json: { requestIds: ids } };
	},
	items: (answer) =>
		list(answer.requests, 'the list of costs').map(({ requestId, costNanoUsd }) => {
			const nano = number(costNanoUsd);
			if (nano === undefined) throw new AnswerError('DeepInfra answered without the cost of a request');
			return { json: { requestId: text(requestId, 'the ID of a request'), costUsd: nano / 1e9 } };
		}),
});
