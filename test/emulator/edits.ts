import { requirePaying } from './accounts';
import { type Answer, jsonAnswer, refuse, refuseField } from './answer';
import { findModel } from './catalogue';
import type { Model } from './catalogue/model';
import type { Context } from './context';
import { serve } from './inference';
import { hasAlpha, readImage } from './media/images';
import { drawPng } from './media/png';
import type { Form } from './multipart';
import { hashText } from './random';

const LARGEST_MASK = 4 * 1024 * 1024;

/** Changes pictures as the prompt says: the OpenAI-compatible route, which answers with base64 alone. */
export function editImages(context: Context): Answer {
	requirePaying(context.headers, 'openai');
	const { body } = context;
	if (body.kind === 'refused') throw body.refusal;
	if (body.kind !== 'form') throw refuseField('image', 'field required', 'value_error.missing');
	const { form } = body;
	if (form.lists.has('image[]') || form.texts.has('image[]'))
		throw refuseField('image', 'field required', 'value_error.missing');
	const pictures = form.lists.get('image') ?? [];
	if (pictures.length === 0) throw refuseField('image', 'field required', 'value_error.missing');
	const prompt = form.texts.get('prompt') ?? '';
	if (prompt === '') throw refuseField('prompt', 'field required', 'value_error.missing');
	const model = findEditor(form.texts.get('model'));
	const facts = pictures.map((picture) => readImage('image', picture));
	if (!model.takesAlpha && pictures.some(hasAlpha))
		throw refuse(400, 'image has an alpha channel, which this model cannot process', 'openai');
	const [first] = facts;
	checkMask(form, first);
	const count = countOf(form);
	const [width, height] = sizeOf(form, first ?? { width: 512, height: 512 });
	if ((form.texts.get('response_format') ?? 'b64_json') !== 'b64_json')
		throw refuseField('response_format', "permitted: 'b64_json'", 'type_error.enum');
	const seen = facts.map(({ colour }) => colour).join(', ');
	const data = Array.from({ length: count }, (_unused, index) => ({
		b64_json: drawPng(
			`${prompt} (${seen})`,
			hashText(form.texts.get('seed') ?? String(context.random())) + index,
			width,
			height,
		).toString('base64'),
		revised_prompt: null,
		url: null,
	}));
	return jsonAnswer(200, { created: Math.floor(Date.now() / 1000), data });
}

function findEditor(name: string | undefined): Model {
	if (!name) throw refuseField('model', 'field required', 'value_error.missing');
	const known = findModel(name);
	if (!known) throw refuse(404, `The model \`${name}\` does not exist`, 'openai');
	const model = serve(known);
	// A model that lacks a feature says so with the status of a wrong method.
	if (!model.edits) throw refuse(405, `Image edits are not supported for model: ${name}`, 'openai');
	return model;
}

function checkMask(form: Form, picture: { width: number; height: number } | undefined) {
	const [mask] = form.lists.get('mask') ?? [];
	if (!mask) return;
	const facts = readImage('mask', mask);
	if (facts.format !== 'png' || mask.size >= LARGEST_MASK)
		throw refuse(400, 'mask must be a PNG file of less than 4MB', 'openai');
	if (facts.width !== picture?.width || facts.height !== picture.height)
		throw refuse(400, 'mask must have the same dimensions as image', 'openai');
}

function countOf({ texts }: Form): number {
	const count = Number(texts.get('n') ?? 1);
	if (!Number.isInteger(count)) throw refuseField('n', 'value is not a valid integer', 'type_error.integer');
	if (count < 1) throw refuseField('n', 'ensure this value is greater than or equal to 1', 'value_error.number.not_ge');
	if (count > 4) throw refuseField('n', 'ensure this value is less than or equal to 4', 'value_error.number.not_le');
	return count;
}

function sizeOf({ texts }: Form, picture: { width: number; height: number }): [number, number] {
	const size = texts.get('size');
	if (size === undefined) return [picture.width, picture.height];
	const match = /^(\d{2,4})x(\d{2,4})$/.exec(size);
	if (!match) throw refuse(400, `size ${size} is not of the form 1024x1024`, 'openai');
	return [Number(match[1]), Number(match[2])];
}
