import { isDict } from '../../core/answer';
import { defineOperation } from '../../core/operation';
import { AnswerError } from '../../core/problem';
import { plainOptionsField } from '../fields';
import { readVoices } from './voices';

export const getVoices = defineOperation({
	resource: 'voice',
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many voices',
	description: 'List the voices that you have cloned, for speech in your own voice',
	tasks: [],
	isFree: true,
	outputFields: { voiceId: 'string', name: 'string', description: 'string', createdAt: 'string' },
	fields: [
		{
			displayName: 'Return All',
			name: 'returnAll',
			type: 'boolean',
			default: false,
			description: 'Whether to return all results or only up to a given limit',
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			default: 50,
			typeOptions: { minValue: 1 },
			displayOptions: { show: { returnAll: [false] } },
			description: 'Max number of results to return',
		},
		plainOptionsField([]),
	],
	request: () => ({ method: 'GET', path: '/v1/voices' }),
	items: (answer, [{ returnAll, limit = 50 }]) => {
		if (!isDict(answer) || !Array.isArray(answer.voices))
			throw new AnswerError('DeepInfra answered without the list of voices');
		return readVoices(answer)
			.slice(0, returnAll ? undefined : limit)
			.map((voice) => ({ json: { ...voice } }));
	},
});
