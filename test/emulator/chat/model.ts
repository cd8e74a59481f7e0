import { refuse } from '../answer';
import { findDeployment, findModel, findServingModel } from '../catalogue';
import type { Model } from '../catalogue/model';
import { isObject, type UnknownObject } from '../json';
import type { Message } from './messages';

/** A model by name, by name and version, or by deployment. */
export function findChatModel(name: string): Model {
	const byDeployment = name.startsWith('deploy_id:') ? findDeployment(name.slice('deploy_id:'.length)) : undefined;
	const named = byDeployment ?? findModel(name) ?? findModel(name.replace(/:[^:]*$/, ''));
	const model = named && findServingModel(named);
	if (!model || !model.type.startsWith('text')) throw refuse(404, `The model \`${name}\` does not exist`, 'openai');
	if (model.access === 'forbidden') throw refuse(403, 'Model is private', 'openai');
	return model;
}

const can = ({ tags }: Model, ...names: string[]) => names.some((name) => tags?.includes(name));

/** The service answers 405 with a text where a model lacks a feature. */
const lacks = (what: string, { name }: Model) => refuse(405, `${what} is not supported for model: ${name}`, 'openai');

export function requireFeatures(model: Model, asked: UnknownObject, messages: readonly Message[]): void {
	const format = isObject(asked.response_format) ? asked.response_format.type : undefined;
	if (format === 'json_object' && !can(model, 'json')) throw lacks('json_object response format', model);
	if (format === 'json_schema' && !can(model, 'structured-output')) throw lacks('json_schema response format', model);
	if (Array.isArray(asked.tools) && asked.tools.length > 0 && !can(model, 'tools')) throw lacks('Tool calling', model);
	const media = messages.flatMap((message) => message.media);
	if (media.some(({ kind }) => kind === 'image') && !can(model, 'multimodal', 'ocr', 'vision'))
		throw lacks('Image input', model);
	if (media.some(({ kind }) => kind === 'audio') && !can(model, 'input-audio')) throw lacks('Audio input', model);
	if (media.some(({ kind }) => kind === 'video') && !can(model, 'input-video')) throw lacks('Video input', model);
}
