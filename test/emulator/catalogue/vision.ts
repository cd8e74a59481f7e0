import { defineModel, LONG_AGO, type Model } from './model';
import { perSecond } from './pricing';
import { imageFile, inputSchema, listOf, outputSchema } from './schemas';

const IMAGE_IN = inputSchema('ImageIn', ['image'], { image: imageFile('image to look at') });
const LABELS_OUT = outputSchema('LabelsOut', { results: listOf('Results', 'labels with scores', { type: 'object' }) });
const ZERO_SHOT = inputSchema('ZeroShotImageClassificationIn', ['image', 'candidate_labels'], {
	image: imageFile('image to look at'),
	candidate_labels: listOf(
		'Candidate Labels',
		'labels to choose from',
		{ type: 'string' },
		{ minItems: 1, example: ['dog', 'cat'] },
	),
});

export const LOOKERS: Model[] = [
	...['google/vit-base-patch16-224', 'microsoft/resnet-50'].map((name) =>
		defineModel({
			name,
			type: 'image-classification',
			schema: IMAGE_IN,
			schemaOut: LABELS_OUT,
			pricing: perSecond(0.05),
		}),
	),
	...['openai/clip-vit-base-patch32', 'openai/clip-vit-large-patch14'].map((name) =>
		defineModel({
			name,
			type: 'zero-shot-image-classification',
			schema: ZERO_SHOT,
			schemaOut: LABELS_OUT,
			pricing: perSecond(0.05),
			envelope: name.includes('large') ? 'noStatus' : 'plain',
		}),
	),
	defineModel({
		name: 'hustvl/yolos-small',
		type: 'object-detection',
		schema: IMAGE_IN,
		schemaOut: LABELS_OUT,
		pricing: perSecond(0.05),
	}),
	defineModel({
		name: 'hustvl/yolos-base',
		type: 'object-detection',
		schema: IMAGE_IN,
		pricing: perSecond(0.05),
		deprecated: LONG_AGO,
		replacedBy: 'hustvl/yolos-small',
	}),
	defineModel({
		name: 'facebook/detr-resnet-50',
		type: 'object-detection',
		schema: IMAGE_IN,
		pricing: perSecond(0.05),
		envelope: 'costText',
	}),
];
