import { bodyOf, mappedValues } from '../../schema/mapperValues';
import type { FileRef } from '../../core/fields';
import { formRequest, isRepeatable, jsonRequest, refuseStream, withoutStream } from '../../core/request';
import { defineOperation, MEGABYTE } from '../../core/operation';
import { modelField, optionsField, outputDataField } from '../fields';

export const runModel = defineOperation({
	resource: 'model',
	value: 'run',
	name: 'Run',
	action: 'Run model',
	description: 'Run any model with its own input fields, whatever its task',
	tasks: [],
	largestAnswer: 256 * MEGABYTE,
	isRaw: true,
	usesFacts: true,
	// Speech and music may come as the file itself.
	answer: 'bytes',
	timeout: 1800,
	outputFields: {
		request_id: 'string',
		inference_status: {
			status: 'string',
			runtime_ms: 'number',
			cost: 'number',
			tokens_input: 'integer',
			tokens_generated: 'integer',
		},
	},
	fields: [
		modelField('black-forest-labs/FLUX-1-schnell'),
		{
			displayName: 'Model Fields',
			name: 'modelFields',
			type: 'resourceMapper',
			noDataExpression: true,
			default: { mappingMode: 'defineBelow', value: null },
			required: true,
			description: 'What this model takes. For a file, enter the name of a binary field of the item or a web address.',
			typeOptions: {
				loadOptionsDependsOn: ['model.value'],
				resourceMapper: {
					resourceMapperMethod: 'getModelFields',
					mode: 'map',
					fieldWords: { singular: 'field', plural: 'fields' },
					multiKeyMatch: false,
					supportAutoMap: false,
				},
			},
		},
		outputDataField,
		optionsField([]),
	],
	isDeterministic: isRepeatable,
	request: ([input], { schema }) => {
		const { stored, item } = input.modelFields;
		const values = mappedValues(stored);
		refuseStream(values, 'Model Fields');
		const { body: filled, files } = bodyOf(schema, values);
		const body = { ...filled, stream: filled.stream ?? withoutStream(schema) };
		const refs = Object.entries(files).map(([name, { from, value }]): [string, FileRef] => [
			name,
			from === 'url' ? { file: 'url', url: value } : { file: 'binary', item, value },
		]);
		return refs.length > 0 ? formRequest(input, Object.fromEntries(refs), body) : jsonRequest(input, body);
	},
	items: (answer) => [{ json: answer }],
});
