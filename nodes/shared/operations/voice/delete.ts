import { defineOperation } from '../../core/operation';
import { plainOptionsField } from '../fields';
import { idPath } from '../../core/request';

export const deleteVoice = defineOperation({
	resource: 'voice',
	value: 'delete',
	name: 'Delete',
	action: 'Delete voice',
	description: 'Delete a voice that you have cloned; speech made with it stays',
	tasks: [],
	isFree: true,
	outputFields: { voiceId: 'string', deleted: 'boolean' },
	fields: [
		{
			displayName: 'Voice',
			name: 'voice',
			type: 'resourceLocator',
			default: { mode: 'list', value: '' },
			required: true,
			description: 'The voice to delete, which cannot be brought back',
			modes: [
				{
					displayName: 'From List',
					name: 'list',
					type: 'list',
					placeholder: 'Select a voice...',
					typeOptions: { searchListMethod: 'searchOwnVoices', searchable: true },
				},
				{ displayName: 'ID', name: 'id', type: 'string', placeholder: 'e.g. r7x9fdlia5glviscbai5' },
			],
		},
		plainOptionsField([]),
	],
	request: ([{ voice }]) => ({ method: 'DELETE', path: `/v1/voices/${idPath(voice, 'Voice')}` }),
	items: (_, [{ voice }]) => [{ json: { voiceId: voice.trim(), deleted: true } }],
});
