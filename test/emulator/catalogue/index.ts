import type { Json, JsonObject } from '../json';
import { CHATTERS } from './chat';
import { CUSTOM } from './custom';
import { EMBEDDERS } from './embeddings';
import { PAINTERS } from './images';
import { type Model, type ModelGroup } from './model';
import { OWN } from './own';
import { LISTENERS, SPEAKERS } from './sound';
import { READERS, RERANKERS, WRITERS } from './text';
import { DIRECTORS } from './video';
import { LOOKERS } from './vision';

export const MODELS: Model[] = [
	...WRITERS,
	...CHATTERS,
	...READERS,
	...RERANKERS,
	...EMBEDDERS,
	...PAINTERS,
	...LOOKERS,
	...LISTENERS,
	...SPEAKERS,
	...DIRECTORS,
	...CUSTOM,
	...OWN,
];

const byName = new Map(MODELS.map((model) => [model.name, model]));

export function findModel(name: string): Model | undefined {
	return byName.get(name);
}

export function findDeployment(deployId: string): Model | undefined {
	return MODELS.find((model) => model.deployId === deployId);
}

/** A retired model is served by its successor, without a word; without one it is gone. */
export function findServingModel(model: Model, now = Date.now()): Model | undefined {
	if (model.deprecated === null || model.deprecated * 1000 > now) return model;
	const successor = model.replacedBy === null ? undefined : byName.get(model.replacedBy);
	return successor && findServingModel(successor, now);
}

export function modelsOf(group: ModelGroup): Model[] {
	return MODELS.filter((model) => model.group === group);
}

export function isFeatured(model: Model): boolean {
	return model.tags?.includes('featured') ?? false;
}

/** A row of GET /models/list. */
export function catalogueRow(model: Model): JsonObject {
	return {
		model_name: model.name,
		type: model.type,
		reported_type: model.reportedType,
		description: model.description,
		cover_img_url: model.isPartner ? null : '',
		tags: model.tags,
		pricing: model.pricing,
		max_tokens: model.maxTokens,
		replaced_by: model.replacedBy,
		deprecated: model.deprecated,
		quantization: model.quantization,
		mmlu: null,
		expected: null,
		create_ts: model.created,
		private: model.group === 'public' ? 0 : 1,
		is_partner: model.isPartner,
	};
}

/** The flat field list that stands beside a schema. */
export function fieldList(schema: JsonObject): Json[] {
	const { properties } = schema;
	if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return [];
	return Object.entries(properties).flatMap(([name, property]) => {
		if (typeof property !== 'object' || property === null || Array.isArray(property)) return [];
		return [
			{
				name,
				parent: null,
				ftype: fieldType(property),
				description: property.description ?? null,
				allowed: Array.isArray(property.enum) ? property.enum : null,
				default: property.default ?? null,
				examples: property.example === undefined ? null : [property.example],
				minimum: property.minimum ?? null,
				exclusiveMinimum: property.exclusiveMinimum ?? null,
				maximum: property.maximum ?? null,
				exclusiveMaximum: property.exclusiveMaximum ?? null,
			},
		];
	});
}

function fieldType(property: JsonObject): string {
	if (property.format === 'binary') return 'binary';
	return typeof property.type === 'string' ? property.type : 'object';
}
