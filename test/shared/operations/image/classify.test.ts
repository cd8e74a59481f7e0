import { classifyImage } from '../../../../nodes/shared/operations/image/classify';
import { testOperation } from '../../../support/operation/suite';

testOperation(classifyImage, {
	model: 'google/vit-base-patch16-224',
	tasks: ['image-classification'],
	media: 'image',
	request: { body: { image: 'photo.png' }, estimate: /time it runs/ },
	// Scores come unsorted, and some as text.
	answer: {
		results: [
			{ label: 'neutral', score: 0.02 },
			{ label: 'positive', score: '0.95' },
			{ label: 'negative', score: 0.03 },
		],
	},
	output: {
		label: 'positive',
		score: 0.95,
		labels: [
			{ label: 'positive', score: 0.95 },
			{ label: 'negative', score: 0.03 },
			{ label: 'neutral', score: 0.02 },
		],
		scores: { positive: 0.95, negative: 0.03, neutral: 0.02 },
	},
	names: { parameters: 'inputSource inputDataFieldName inputUrl', options: 'minScore' },
});
