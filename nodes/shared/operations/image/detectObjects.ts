import { isDict, list, score, text } from '../../core/answer';
import { formRequest } from '../../core/request';
import type { FileRef } from '../../core/fields';
import { defineOperation, MEGABYTE, type TextFile } from '../../core/operation';
import { AnswerError } from '../../core/problem';
import { listOf } from '../../core/values';
import { drawBoxes, type Marked } from '../../media/annotate';
import { mediaInput, mediaInputFields, minScoreOption, modelField, optionsField, simplifyField } from '../fields';

function boxOf(value: unknown) {
	if (!isDict(value)) throw new AnswerError("DeepInfra answered without an object's box");
	const side = (name: string) => score(value[name], `the side ${name} of an object's box`);
	return { xmin: side('xmin'), ymin: side('ymin'), xmax: side('xmax'), ymax: side('ymax') };
}

export const detectObjects = defineOperation({
	resource: 'image',
	value: 'detectObjects',
	name: 'Detect Objects',
	action: 'Detect objects in image',
	description: 'Find the things that an image shows, and where',
	tasks: ['object-detection'],
	largestAnswer: 8 * MEGABYTE,
	outputFields: {
		objects: [
			{ label: 'string', score: 'number', box: { xmin: 'number', ymin: 'number', xmax: 'number', ymax: 'number' } },
		],
		count: 'integer',
	},
	fields: [
		modelField('hustvl/yolos-small'),
		...mediaInputFields('image', 'https://example.com/photo.jpg'),
		simplifyField,
		optionsField([
			{
				displayName: 'Annotated Image Field',
				name: 'annotatedImage',
				type: 'string',
				isFieldName: true,
				default: 'annotated',
				placeholder: 'e.g. annotated',
				description: 'The name of an output field to put the image into, as SVG with a box around each object',
			},
			{
				displayName: 'Labels',
				name: 'labels',
				type: 'string',
				orList: true,
				isList: true,
				mostEntries: 10_000,
				default: '',
				placeholder: 'e.g. person, car',
				description:
					'Keep only objects with these labels, separated by commas or lines. An expression may give an array. Leave empty to keep all.',
			},
			minScoreOption('Leave out objects that the model is less sure of'),
			{
				displayName: 'Output Mode',
				name: 'outputMode',
				type: 'options',
				options: [
					{ name: 'One Item per Image', value: 'perImage', description: 'All objects of an image in one item' },
					{ name: 'One Item per Object', value: 'perObject', description: 'An item of its own for each object' },
				],
				default: 'perImage',
				description: 'How the objects become items',
			},
		]),
	],
	isDeterministic: () => true,
	request: ([input]) => formRequest(input, { image: mediaInput(input) }),
	items: (answer, [input]) => {
		const { minScore = 0, outputMode, annotatedImage, labels } = input.options;
		const wanted = new Set(listOf(labels ?? '').map((label) => label.toLowerCase()));
		const objects = list(answer.results, 'the list of objects')
			.map((row) => ({
				label: text(row.label, "an object's label"),
				score: score(row.score, "an object's score"),
				box: boxOf(row.box),
			}))
			.filter((each) => each.score >= minScore && (wanted.size === 0 || wanted.has(each.label.trim().toLowerCase())));
		const count = objects.length;
		const texts = annotatedImage?.trim()
			? { [annotatedImage.trim()]: annotated(mediaInput(input), objects) }
			: undefined;
		if (outputMode !== 'perObject') return [{ json: { objects, count }, texts }];
		return objects.map((object, index) => ({
			json: { ...object, index, count },
			...(index === 0 ? { texts } : {}),
		}));
	},
});

const annotated = (over: FileRef, objects: readonly Marked[]): TextFile => ({
	text: { over, write: (picture) => drawBoxes(objects, picture) },
	extension: 'svg',
	mimeType: 'image/svg+xml',
});
