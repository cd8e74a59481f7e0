import type { ModelSchema } from '../core/modelSchema';
import { can, seems } from './abilities';
import type { Model } from './model';

/**
 * The API files models that edit an image under text-to-image, those that start from one under text-to-video,
 * and those that read images under text-generation (docs/api.md#catalogue).
 * The list does not say what a model takes, so names and tags have to.
 */
const IMAGE_IN = /(^|[^a-z])(edit|inpaint\w*|outpaint\w*|kontext|i2i|i2v|r2v|v2v|img2img|rmbg|upscal\w*)([^a-z]|$)/i;
const IMAGE_WORK =
	/(image|video|frame)[-_ ]to[-_ ](image|video)|(blur|remove|replace)[-_ ](the[-_ ])?background|eraser/i;

/** Whether the model makes an image or video out of one, and so cannot work from a prompt alone. */
export function needsImage({ name, tasks, tags }: Pick<Model, 'name' | 'tasks' | 'tags'>): boolean {
	if (!tasks.some((task) => task === 'text-to-image' || task === 'text-to-video')) return false;
	const own = [name.split('/').at(-1) ?? name, ...tags];
	return own.some((text) => IMAGE_IN.test(text) || IMAGE_WORK.test(text));
}

const draws = ({ tasks }: Pick<Model, 'tasks'>): boolean => tasks.includes('text-to-image');

/** They draw from a prompt and edit pictures, too (docs/api.md#image-edits). */
const EDITS_TOO = /(^|[^a-z])flux[-.]?2([^0-9]|$)/i;

/** Whether a model's own fields have a place for a picture. */
const takesImage = (schema: ModelSchema | undefined): boolean =>
	schema?.fields.some(
		({ name, kind }) => ['file', 'list', 'string'].includes(kind) && /(^|_)images?(_urls?)?(_\d+)?$/i.test(name),
	) ?? false;

/** Tasks by which nothing is filed, and how their models are known. */
const FILED_ELSEWHERE = new Map<string, (model: Model) => boolean>([
	['image-to-image', (model) => draws(model) && (needsImage(model) || EDITS_TOO.test(model.name))],
	['image-to-video', (model) => model.tasks.includes('text-to-video') && needsImage(model)],
	['ocr', ({ tasks, tags }) => tasks.includes('text-generation') && tags.includes('ocr')],
	['image-to-text', (model) => chats(model) && seems(model, 'images')],
]);

/** Whether the model writes text to what it is told, for which alone the catalogue tells abilities. */
export const chats = ({ tasks }: Pick<Model, 'tasks'>): boolean => tasks.includes('text-generation');

/** Rows of the catalogue that rent hardware or hold an account's money, and are no models (docs/api.md#catalogue). */
const NO_MODELS = [
	'rent-container',
	'bare-metal',
	'cluster',
	'capacity',
	'commitment',
	'sandbox',
	'openclaw',
	'hermes',
];

export const isModel = ({ tasks }: Pick<Model, 'tasks'>): boolean => !tasks.some((task) => NO_MODELS.includes(task));

/** Whether the model can do a task, be it filed under it or not. */
export function fitsTask(model: Model, task: string): boolean {
	// Reported as custom: it takes other fields than its task has (the cog form, docs/api.md#custom-models).
	if (model.tasks.includes('custom') && task !== 'custom') return false;
	return model.tasks.includes(task) || (FILED_ELSEWHERE.get(task)?.(model) ?? false);
}

/**
 * Whether nothing says that the model cannot do a task, though no list of its models has it: tags are not complete.
 * @param schema what the model takes, where that is known
 */
export function mayFitTask(model: Model, task: string, schema?: ModelSchema): boolean {
	if (fitsTask(model, task)) return true;
	if (task === 'image-to-image') return draws(model) && takesImage(schema);
	return task === 'image-to-text' && chats(model) && can(model, 'images') !== false;
}
