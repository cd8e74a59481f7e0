import type { ILoadOptionsFunctions, INodeListSearchResult, ResourceMapperFields } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { mapperFields } from '../schema/mapperFields';
import { isRetired, type Model } from '../catalog/model';
import { findModel, modelsFor, searchModels as search } from '../catalog/models';
import { missingRow, noticeRow, pickerRow, type PickerRow } from '../catalog/picker';
import { substituteFor } from '../catalog/substitutes';
import type { AnyOperation } from '../core/operation';
import { attempt } from '../core/problem';
import { operations } from '../operations';
import { presetVoices, takesOwnVoice } from '../operations/audio/speechFields';
import { readVoices } from '../operations/voice/voices';
import { Catalog } from './catalog';
import { readAccount } from './credential';

/** The models that can do what the chosen operation does. */
export async function searchModels(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	const resource = this.getCurrentNodeParameter('resource');
	const value = this.getCurrentNodeParameter('operation');
	const operation = operations.find((each) => each.resource === resource && each.value === value);
	if (!operation) return await listModels(this, { tasks: [] }, filter);
	const choices = operation.fields.filter(({ type }) => type === 'options');
	const chosen = Object.fromEntries(choices.map(({ name }) => [name, this.getCurrentNodeParameter(name)]));
	const { isFree, tasks, tasksOf } = operation;
	return await listModels(this, { isFree, tasks: tasksOf?.(chosen) ?? tasks }, filter);
}

/** The picker of a sub-node, which does one task only. */
export const searchModelsOf = (tasks: AnyOperation['tasks']) =>
	async function (this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
		return await listModels(this, { tasks }, filter);
	};

async function listModels(
	context: ILoadOptionsFunctions,
	{ tasks, isFree }: Pick<AnyOperation, 'tasks' | 'isFree'>,
	filter: string | undefined,
): Promise<INodeListSearchResult> {
	const catalog = await catalogOf(context);
	const models = await catalog.models().catch((error: unknown) => {
		const reason = error instanceof Error ? error.message : String(error);
		// The list shows the message alone.
		const message = "DeepInfra's list of models cannot be loaded. Choose the mode 'ID' and enter the ID of a model.";
		throw new NodeOperationError(context.getNode(), message, {
			description: `Enter the ID of a model instead (mode 'ID' of the field 'Model'). Reason: ${reason}`,
		});
	});
	// A deployment runs a model; the catalogue knows that model only.
	const usable = isFree ? models.filter(({ kind }) => kind !== 'deployment') : models;
	const rows = search(usable, tasks, filter).map((model) => pickerRow(model));
	const chosen = filter ? [] : chosenRow(context, usable);
	return { results: [...notices(catalog, usable, tasks, filter, rows.length), ...rows, ...chosen] };
}

/**
 * The chosen model, where the catalogue has none of this name. n8n's editor empties a choice that a new list lacks, and
 * asks for a new one when another credential is chosen.
 */
function chosenRow(context: ILoadOptionsFunctions, models: readonly Model[]): PickerRow[] {
	const read = attempt(() => context.getCurrentNodeParameter('model', { extractValue: true }));
	const chosen = read.ok ? read.value : undefined;
	if (typeof chosen !== 'string' || chosen.trim() === '' || findModel(models, chosen)) return [];
	const description =
		'DeepInfra does not list it for this credential: it may belong to another account, or no longer exist.';
	return [missingRow(chosen, description)];
}

/** Rows that say why a list is short or empty. */
function notices(
	catalog: Catalog,
	models: readonly Model[],
	tasks: readonly string[],
	filter: string | undefined,
	found: number,
): PickerRow[] {
	const refused = catalog.isKeyRefused
		? [
				noticeRow(
					'Your own models are missing: the API key is not accepted',
					'DeepInfra does not accept the API key of the credential, so the list has its public models only.',
				),
			]
		: [];
	const living = modelsFor(models, tasks).filter((model) => !isRetired(model));
	if (living.length === 0) return [...refused, ...noModelRows(tasks)];
	if (found > 0) return refused;
	const among =
		tasks.length === 0 ? `${living.length} models` : `${living.length} models of the task ${tasks.join(' or ')}`;
	return [
		...refused,
		noticeRow(
			'No match: only models for this task are listed',
			`None of the ${among} has the words '${(filter ?? '').slice(0, 80)}'. A model of another task has an operation of its own, or runs with Model > Run.`,
		),
	];
}

function noModelRows(tasks: readonly string[]): PickerRow[] {
	const substitute = substituteFor(tasks);
	const description =
		'A model of your own can be entered by its ID, and Model > Run runs any model with its own fields.';
	return [
		noticeRow(
			`DeepInfra has no model for this task now${tasks.length > 0 ? ` (${tasks.join(', ')})` : ''}`,
			description,
		),
		...(substitute ? [noticeRow(`Instead: ${substitute}`, description)] : []),
	];
}

/** The voices that can speak for the chosen model: its own, and those of the account where it can clone. */
export async function searchVoices(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
	const model = this.getCurrentNodeParameter('model', { extractValue: true });
	const catalog = await catalogOf(this);
	const chosen = typeof model === 'string' ? model : '';
	const facts = chosen === '' ? {} : await catalog.facts(chosen);
	const own = takesOwnVoice(chosen, facts) ? readVoices(await catalog.voices().catch(() => undefined)) : [];
	const wanted = filter.trim().toLowerCase();
	const results = [
		...own.map(({ voiceId, name }) => ({ name: `${name} · your voice`, value: voiceId })),
		...presetVoices(facts.schema).map((voice) => ({ name: voice, value: voice })),
	].filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(wanted));
	return { results };
}

/** The voices of the account alone. */
export async function searchOwnVoices(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
	const voices = await (await catalogOf(this)).voices().catch((error: unknown) => {
		throw new NodeOperationError(
			this.getNode(),
			"Your voices cannot be loaded. Choose the mode 'ID' and enter the ID.",
			{
				description: `Enter the ID of a voice instead (mode 'ID'). Reason: ${error instanceof Error ? error.message : String(error)}`,
			},
		);
	});
	const wanted = filter.trim().toLowerCase();
	const results = readVoices(voices)
		.filter(({ name, voiceId }) => `${name} ${voiceId}`.toLowerCase().includes(wanted))
		.map(({ name, voiceId, description }) => ({ name, value: voiceId, description }));
	return { results };
}

/** The input fields of the chosen model, as its schema has them. */
export async function getModelFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const model = this.getCurrentNodeParameter('model', { extractValue: true });
	if (typeof model !== 'string' || model === '')
		return { fields: [], emptyFieldsNotice: "Choose a model in the field 'Model'" };
	const { schema } = await (await catalogOf(this)).facts(model).catch(() => ({ schema: undefined }));
	return {
		fields: mapperFields(schema),
		emptyFieldsNotice: "DeepInfra does not say what this model takes. Use 'Extra Fields (JSON)' under 'Options'.",
	};
}

/** The catalogue is public: without a credential it is DeepInfra's own. */
async function catalogOf(context: ILoadOptionsFunctions): Promise<Catalog> {
	const account = await readAccount(context).catch(() => undefined);
	return new Catalog(context, account ?? { baseUrl: 'https://api.deepinfra.com', id: '' });
}
