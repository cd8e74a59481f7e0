import { defineOperation } from '../../core/operation';
import { mediaInputFields, mediaInputs, OR_SEVERAL, plainOptionsField } from '../fields';
import { requireVoice } from './voices';

export const createVoice = defineOperation({
	resource: 'voice',
	value: 'create',
	name: 'Create',
	action: 'Create voice',
	description: 'Clone a voice from recordings of it, for models such as Qwen3-TTS and chatterbox',
	tasks: [],
	isFree: true,
	timeout: 600,
	outputFields: { voiceId: 'string', name: 'string', description: 'string', createdAt: 'string' },
	fields: [
		{
			displayName: 'Name',
			name: 'name',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. Ada',
			description: 'What the voice is called in lists',
		},
		{
			displayName: 'Description',
			name: 'description',
			type: 'string',
			default: '',
			placeholder: 'e.g. Calm, for the daily briefing',
			description: 'What the voice is like or for',
		},
		...mediaInputFields('recording', 'https://example.com/recording.wav', OR_SEVERAL),
		plainOptionsField([]),
	],
	request: ([input]) => ({
		path: '/v1/voices/add',
		// All three are required, the recordings repeated (docs/api.md#voices).
		form: {
			name: input.name.trim(),
			description: input.description,
			files: mediaInputs(input, 'audio'),
		},
	}),
	items: (answer) => [{ json: { ...requireVoice(answer) } }],
});
