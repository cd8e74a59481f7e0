import { isDict, list, score, text } from '../../core/answer';
import { formRequest } from '../../core/request';
import { defineOperation } from '../../core/operation';
import { AnswerError } from '../../core/problem';
import { mediaInput, mediaInputFields, modelField, optionsField, simplifyField } from '../fields';

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
	fields: [
		modelField('hustvl/yolos-small'),
		...mediaInputFields('image', 'https://example.com/photo.jpg'),
		simplifyField,
		optionsField([
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
	request: ([input]) => formRequest(input, { image: mediaInput(input) }),
	items: (answer, [{ options }]) => {
		const objects = list(answer.results, 'the list of objects').map((row) => ({
			label: text(row.label, "an object's label"),
			score: score(row.score, "an object's score"),
			box: boxOf(row.box),
		}));
		const count = objects.length;
		if (options.outputMode !== 'perObject') return [{ json: { objects, count } }];
		return objects.map((object, index) => ({ json: { ...object, index, count } }));
	},
});
