import type { INodeParameters } from 'n8n-workflow';
import type { Engine } from './engine/engine';

export const modelId = (value: string) => ({ __rl: true, mode: 'id', value });

let models = 0;

/** A model that no test has asked the catalogue about: what it says is remembered for a while. */
export const freshModel = () => modelId(`emulator/model-${++models}`);

export const withOptions = (parameters: INodeParameters, options: INodeParameters): INodeParameters => ({
	...parameters,
	options,
});

/** Parameters of an operation, with its model and what else it needs. */
export const asked = (
	resource: string,
	operation: string,
	model: string,
	rest: INodeParameters = {},
): INodeParameters => ({ resource, operation, model: modelId(model), ...rest });

/** A model's own fields, filled in as n8n stores them. */
export const filled = (value: INodeParameters, schema: INodeParameters[] = []): INodeParameters => ({
	modelFields: { mappingMode: 'defineBelow', value, matchingColumns: [], schema },
});

export const runParameters = (model: string, value: INodeParameters, rest: INodeParameters = {}): INodeParameters =>
	asked('model', 'run', model, { ...filled(value), ...rest });

/** The same with the form beside it, as the editor stores it: fields that were not filled in are empty. */
export async function editedRun(engine: Engine, model: string, value: INodeParameters): Promise<INodeParameters> {
	const { fields } = await engine.mapping('getModelFields', asked('model', 'run', model));
	const schema = fields.map((field) => ({ ...field, removed: field.removed === true && !(field.id in value) }));
	const shown = schema.filter(({ removed }) => !removed);
	const empty = Object.fromEntries(shown.map(({ id, defaultValue }) => [id, defaultValue ?? null]));
	return asked('model', 'run', model, {
		modelFields: {
			mappingMode: 'defineBelow',
			value: { ...empty, ...value },
			matchingColumns: [],
			schema: JSON.parse(JSON.stringify(schema)),
			attemptToConvertTypes: false,
			convertFieldsToString: false,
		},
	});
}
