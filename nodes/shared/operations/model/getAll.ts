import { isRetired, readModels } from '../../catalog/model';
import { searchModels } from '../../catalog/models';
import { field } from '../../core/fields';
import { defineOperation } from '../../core/operation';
import { mapInSteps } from '../../core/steps';
import { plainOptionsField, returnAllFields } from '../fields';
import { briefModel, MODEL_FIELDS, modelItem } from './modelItem';

export const getModels = defineOperation({
	resource: 'model',
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many models',
	description: 'List the models of DeepInfra with their prices, for choosing one or for a report',
	tasks: [],
	isFree: true,
	answer: 'rows',
	outputFields: MODEL_FIELDS,
	fields: [
		{
			displayName: 'Task',
			name: 'task',
			type: 'options',
			options: [
				{ name: 'Any', value: '' },
				{ name: 'Custom', value: 'custom' },
				{ name: 'Embeddings', value: 'embeddings' },
				{ name: 'Fill Mask', value: 'fill-mask' },
				{ name: 'Image Classification', value: 'image-classification' },
				{ name: 'Image Editing', value: 'image-to-image' },
				{ name: 'Image to Video', value: 'image-to-video' },
				{ name: 'Object Detection', value: 'object-detection' },
				{ name: 'OCR', value: 'ocr' },
				{ name: 'Question Answering', value: 'question-answering' },
				{ name: 'Rerank', value: 'reranker' },
				{ name: 'Speech Recognition', value: 'automatic-speech-recognition' },
				{ name: 'Text Classification', value: 'text-classification' },
				{ name: 'Text Generation', value: 'text-generation' },
				{ name: 'Text to Image', value: 'text-to-image' },
				{ name: 'Text to Music', value: 'text-to-music' },
				{ name: 'Text to Speech', value: 'text-to-speech' },
				{ name: 'Text to Video', value: 'text-to-video' },
				{ name: 'Token Classification', value: 'token-classification' },
				{ name: 'Vision', value: 'image-to-text' },
				{ name: 'World Model', value: 'world-model' },
				{ name: 'Zero-Shot Image Classification', value: 'zero-shot-image-classification' },
			],
			default: '',
			description: 'What the models do',
		},
		{
			displayName: 'Search',
			name: 'search',
			type: 'string',
			default: '',
			placeholder: 'e.g. whisper',
			description:
				'Words that the name, the description or the tags must hold. The words free, cheap, deprecated, sees and reasons also find the models that are, or do, so.',
		},
		...returnAllFields,
		plainOptionsField([
			field({
				displayName: 'Include Deprecated',
				name: 'includeDeprecated',
				type: 'boolean',
				default: false,
				description: 'Whether to list models whose time is over, too',
			}),
		]),
	],
	briefly: briefModel,
	request: () => ({ method: 'GET', path: '/models/list' }),
	*items({ rows }, [{ task, search, returnAll, limit = 50, options }]) {
		const now = Date.now();
		const models = yield* readModels(rows);
		const found = searchModels(models, task === '' ? [] : [task], search, now).filter(
			(model) => options.includeDeprecated === true || !isRetired(model, now),
		);
		yield;
		const listed = found.slice(0, returnAll ? undefined : limit);
		return yield* mapInSteps(listed, (model) => ({ json: modelItem(model, now) }));
	},
});
