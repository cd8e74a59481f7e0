import { isDict } from '../../core/answer';
import { defineOperation } from '../../core/operation';
import { AnswerError } from '../../core/problem';
import { plainOptionsField, returnAllFields } from '../fields';
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
	fields: [...returnAllFields, plainOptionsField([])],
	request: () => ({ method: 'GET', path: '/v1/voices' }),
	items: (answer, [{ returnAll, limit = 50 }]) => {
		if (!isDict(answer) || !Array.isArray(answer.voices))
			throw new AnswerError('DeepInfra answered without the list of voices');
		const voices = readVoices(answer);
		if (voices.length === 0 && answer.voices.length > 0)
			throw new AnswerError('DeepInfra answered without voices in their list');
		return voices.slice(0, returnAll ? undefined : limit).map((voice) => ({ json: { ...voice } }));
	},
});
