import { defineOperation } from '../../core/operation';
import { isRepeatable } from '../../core/request';
import { chatRequest, CUT_NOTE, readChoices, requireAbility } from '../chat/chat';
import { chatOptions } from '../chat/fields';
import { picturePart } from '../chat/media';
import { VISION_MODEL, VISION_TASKS } from '../chat/models';
import { patienceOf } from '../chat/patience';
import { chatStream } from '../chat/stream';
import { mediaInput, mediaInputFields, modelField, routeOptionsField, simplifyField } from '../fields';

export const analyzeImage = defineOperation({
	resource: 'image',
	value: 'analyze',
	name: 'Analyze',
	action: 'Analyze image',
	description: 'Ask a question about an image',
	tasks: VISION_TASKS,
	outputFields: { text: 'string', usage: { cachedTokens: 'integer' } },
	fields: [
		modelField(VISION_MODEL),
		...mediaInputFields('image', 'https://example.com/photo.jpg'),
		{
			displayName: 'Prompt',
			name: 'prompt',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			required: true,
			placeholder: 'e.g. What is broken on this product?',
			description: 'What to find out about the image',
		},
		simplifyField,
		routeOptionsField(chatOptions),
	],
	usesFacts: true,
	stream: chatStream,
	patience: patienceOf,
	isDeterministic: isRepeatable,
	request: ([input], facts) => {
		requireAbility(facts, input.model, 'images');
		const content = [{ type: 'text', text: input.prompt }, picturePart(mediaInput(input))];
		return chatRequest(input, [{ role: 'user', content }], {}, facts);
	},
	items: (answer) => {
		const [{ text, finishReason }] = readChoices(answer);
		return [{ json: { text }, note: finishReason === 'length' ? CUT_NOTE : undefined }];
	},
});
