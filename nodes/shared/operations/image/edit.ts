import { errorText } from '../../core/answer';
import type { FileRef } from '../../core/fields';
import { defineOperation, MEGABYTE, type ApiRequest, type Dict, type ModelFacts } from '../../core/operation';
import type { ModelSchema, SchemaField } from '../../core/modelSchema';
import { InputError, type Problem } from '../../core/problem';
import {
	InlineFile,
	isRepeatable,
	jsonRequest,
	modelPath,
	needsNativeRoute,
	routeFormRequest,
} from '../../core/request';
import { edgesIn } from '../../core/values';
import {
	mediaInputFields,
	mediaInputs,
	modelField,
	optionsField,
	OR_SEVERAL,
	outputDataField,
	seedOption,
	simplifyField,
} from '../fields';
import { placeEdges } from './edges';
import { picturesOf } from './pictures';

interface Edit {
	readonly pictures: readonly FileRef[];
	readonly mask: FileRef | undefined;
	readonly size: string | undefined;
	readonly count: number | undefined;
}

const isMask = ({ name }: SchemaField) => /mask/i.test(name);
/** Lists of pictures, which take data URLs; other lists are none of ours. */
const isPictureList = ({ name, kind }: SchemaField) =>
	kind === 'list' && /^(input_|reference_|source_)?(images|image_urls)$/i.test(name);
const isPicture = (field: SchemaField) =>
	!isMask(field) &&
	(field.kind === 'file' || (field.kind === 'string' && /(^|_)image(_url)?(_\d+)?$/i.test(field.name)));

/** The pictures under the names that the model has for them: one each, or a list. */
function placePictures(schema: ModelSchema | undefined, pictures: readonly FileRef[]): Dict {
	const files = pictures.map((picture) => new InlineFile(picture));
	if (!schema) return numbered(files);
	const list = schema.fields.find(isPictureList);
	const single = schema.fields.filter(isPicture);
	if (list && (files.length > single.length || single.length === 0)) return { [list.name]: files };
	if (single.length === 0) {
		throw new InputError('This model takes no picture', "Choose a model that edits pictures from the list in 'Model'.");
	}
	if (files.length > single.length) {
		throw new InputError(
			`This model takes ${single.length === 1 ? 'one picture' : `${single.length} pictures`}, not ${files.length}`,
			'Give fewer pictures, or choose a model that takes more.',
		);
	}
	return Object.fromEntries(files.map((file, index) => [single[index]?.name ?? 'image', file]));
}

/** As FLUX-2 names several; most models call a single one `image`. */
const numbered = (files: readonly InlineFile[]): Dict =>
	files.length === 1
		? { image: files[0] }
		: Object.fromEntries(files.map((file, index) => [`input_image_${index + 1}`, file]));

/** Width and height as the model takes them, else the size as it was written. */
function placeSize(schema: ModelSchema | undefined, size: string | undefined): Dict {
	const [width, height] = edgesIn(size);
	const placed = height === undefined ? { size } : placeEdges(schema, width, height);
	const takesEdges = schema?.byName.has('width') && !schema.byName.has('size');
	return takesEdges || 'size' in placed ? placed : { size };
}

const COUNTS = ['num_images', 'n', 'num_outputs', 'num_results'];

function nativeBody({ pictures, mask, size, count }: Edit, { schema }: ModelFacts): Dict {
	const maskName = schema?.fields.find(isMask)?.name ?? 'mask';
	const countName = COUNTS.find((name) => schema?.byName.has(name)) ?? 'num_images';
	return {
		...placePictures(schema, pictures),
		...placeSize(schema, size),
		[maskName]: mask && new InlineFile(mask),
		[countName]: count,
	};
}

export const editImage = defineOperation({
	resource: 'image',
	value: 'edit',
	name: 'Edit',
	action: 'Edit image',
	description: 'Change one or several pictures as a prompt says: retouch, restyle, combine, replace a background',
	tasks: ['image-to-image'],
	usesFacts: true,
	forms: 2,
	timeout: 600,
	// The pictures stand in the answer as text.
	largestAnswer: 256 * MEGABYTE,
	makes: 'image',
	outputFields: { index: 'integer', prompt: 'string', seed: 'number', nsfwContentDetected: 'boolean' },
	fields: [
		modelField('black-forest-labs/FLUX.1-Kontext-dev'),
		...mediaInputFields('image', 'https://example.com/photo.jpg', OR_SEVERAL),
		{
			displayName: 'Prompt',
			name: 'prompt',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. replace the background with a beach at sunset',
			description: 'What to change',
		},
		outputDataField,
		simplifyField,
		optionsField([
			{
				displayName: 'Mask',
				name: 'mask',
				type: 'string',
				default: '',
				typeOptions: { binaryDataProperty: true },
				placeholder: 'e.g. mask',
				description:
					'The name of the input field that holds the mask: a PNG of the same size, transparent where the picture may change',
			},
			{
				displayName: 'Number of Images',
				name: 'numImages',
				type: 'number',
				default: 1,
				typeOptions: { minValue: 1, numberPrecision: 0 },
				description: 'How many pictures to make. Each becomes an item of its own.',
			},
			seedOption('The same seed and prompt give the same picture again, for models that know seeds'),
			{
				displayName: 'Size',
				name: 'size',
				type: 'string',
				default: '',
				placeholder: 'e.g. 1024x1024',
				description: 'Width and height of the picture in pixels',
			},
		]),
	],
	isDeterministic: isRepeatable,
	request: ([input], facts): ApiRequest => {
		const { model, prompt, options } = input;
		modelPath(model);
		const edit: Edit = {
			pictures: mediaInputs(input, 'image'),
			mask: options.mask && { ...options.mask, only: 'image' },
			size: options.size?.trim() || undefined,
			count: options.numImages,
		};
		if (facts.form === 1 || needsNativeRoute(input)) {
			return jsonRequest(input, { prompt, ...nativeBody(edit, facts), seed: options.seed });
		}
		return routeFormRequest(
			'/v1/images/edits',
			input,
			// Repeated as it is: with brackets the route does not know it (docs/api.md#image-edits).
			{ image: edit.pictures, ...(edit.mask ? { mask: edit.mask } : {}) },
			{
				model,
				prompt,
				n: edit.count,
				size: edgesIn(edit.size).join('x') || edit.size,
				seed: options.seed,
				response_format: 'b64_json',
			},
		);
	},
	isFormRefused: (problem: Problem) =>
		problem.kind === 'status' &&
		[400, 404, 405, 422].includes(problem.status) &&
		/(edits?|editing)\b.{0,60}\bnot supported|(not|n't) support .{0,60}\bedit/i.test(errorText(problem.body) ?? ''),
	items: (answer, [{ prompt, options }]) => picturesOf(answer, (seed) => ({ prompt, seed: seed ?? options.seed })),
});
