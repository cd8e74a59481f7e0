import { readExample } from '../../catalog/example';
import { readModel } from '../../catalog/model';
import { modelPath } from '../../core/request';
import { defineOperation } from '../../core/operation';
import { AnswerError } from '../../core/problem';
import { modelField, plainOptionsField, versionOption } from '../fields';
import { MODEL_FIELDS, modelItem } from './modelItem';

export const getModel = defineOperation({
	resource: 'model',
	value: 'get',
	name: 'Get',
	action: 'Get model',
	description: 'Get one model with its price, the schema of its input and an example of its output',
	tasks: [],
	isFree: true,
	outputFields: {
		...MODEL_FIELDS,
		labels: ['string'],
		version: 'string',
		inputSchema: {},
		outputSchema: {},
		exampleRequest: 'string',
		exampleOutput: 'string',
	},
	fields: [modelField('openai/whisper-large-v3', 'The model to look up'), plainOptionsField([versionOption])],
	request: ([{ model, options }]) => ({
		method: 'GET',
		path: `/models/${modelPath(model)}`,
		query: options.modelVersion ? { version: options.modelVersion } : undefined,
	}),
	items: (answer) => {
		const model = readModel(answer);
		if (!model) throw new AnswerError('DeepInfra answered without a model');
		return [
			{
				json: {
					...modelItem(model, Date.now()),
					labels: readExample(answer).labels,
					version: answer.version,
					inputSchema: answer.in_schema,
					outputSchema: answer.out_schema,
					exampleRequest: answer.curl_inv,
					exampleOutput: answer.out_example,
				},
			},
		];
	},
});
