import { isDict, list, number, readEach, requiredNumber, text } from '../../core/answer';
import { formRequest } from '../../core/request';
import type { FileRef } from '../../core/fields';
import { defineOperation, MEGABYTE, type Dict, type TextFile } from '../../core/operation';
import { AnswerError, attempt } from '../../core/problem';
import { listOf } from '../../core/values';
import { drawBoxes, type Marked } from '../../media/annotate';
import { readImageSize } from '../../media/imageSize';
import { mediaInput, mediaInputFields, minScoreOption, modelField, optionsField, simplifyField } from '../fields';

/** What models call the sides of a box; a list of them may mean one thing or another. */
const SIDES = {
	xmin: ['xmin', 'x_min', 'x1', 'left', 'x'],
	ymin: ['ymin', 'y_min', 'y1', 'top', 'y'],
	xmax: ['xmax', 'x_max', 'x2', 'right'],
	ymax: ['ymax', 'y_max', 'y2', 'bottom'],
} as const;

function boxOf(value: unknown) {
	if (!isDict(value)) throw new AnswerError("DeepInfra answered without an object's box");
	const told = (side: keyof typeof SIDES) => SIDES[side].map((name) => value[name]).find((each) => each !== undefined);
	const required = (side: keyof typeof SIDES, from = NaN, length?: unknown) =>
		requiredNumber(told(side) ?? from + (number(length) ?? NaN), `the side ${side} of an object's box`);
	const [xmin, ymin] = [required('xmin'), required('ymin')];
	return { xmin, ymin, xmax: required('xmax', xmin, value.width), ymax: required('ymax', ymin, value.height) };
}

const objectOf = (row: Dict): Marked => ({
	label: text(row.label ?? row.class ?? row.name, "an object's label"),
	score: requiredNumber(row.score ?? row.confidence, "an object's score"),
	box: boxOf(row.box),
});

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
	request: ([input]) => formRequest(input, { image: mediaInput(input, 'image') }),
	items: (answer, [input]) => {
		const { minScore = 0, outputMode, annotatedImage, labels } = input.options;
		const wanted = new Set(listOf(labels ?? '').map((label) => label.toLowerCase()));
		const isWanted = ({ score: sure, label }: Marked) =>
			sure >= minScore && (wanted.size === 0 || wanted.has(label.trim().toLowerCase()));
		const isKept = (row: Dict) => {
			const read = attempt(() => objectOf(row));
			// Whether what cannot be read is wanted is not known.
			return !read.ok || isWanted(read.value);
		};
		const rows = list(answer.results, 'the list of objects').filter(isKept);
		const drawn = (objects: readonly Marked[]) =>
			annotatedImage?.trim() ? { [annotatedImage.trim()]: annotated(mediaInput(input), objects) } : undefined;
		if (outputMode !== 'perObject') {
			const objects = rows.map(objectOf);
			return [{ json: { objects, count: objects.length }, texts: drawn(objects) }];
		}
		const outputs = readEach(rows, (row, index) => ({ json: { ...objectOf(row), index, count: rows.length } }));
		const isRead = (_: unknown, index: number) => outputs[index]?.problem === undefined;
		const first = outputs.findIndex(isRead);
		return outputs.map((output, index) =>
			index === first ? { ...output, texts: drawn(rows.filter(isRead).map(objectOf)) } : output,
		);
	},
});

const BOXES_ALONE =
	"'Annotated Image Field' shows boxes alone where a picture cannot be got once more, or is no JPEG, PNG, WebP, GIF or BMP: convert it before this node";

const annotated = (over: FileRef, objects: readonly Marked[]): TextFile => ({
	text: {
		over,
		write: (picture) => ({
			text: drawBoxes(objects, picture),
			note: picture && readImageSize(picture) ? undefined : BOXES_ALONE,
		}),
	},
	extension: 'svg',
	mimeType: 'image/svg+xml',
});
