import { dictsIn, isDict, number, optionalText } from '../core/answer';
import type { Dict } from '../core/operation';
import { readMoment } from '../core/moment';
import { readPrice, type Price } from './price';
import { mapInSteps, type Steps } from '../core/steps';

export type ModelKind = 'public' | 'private' | 'lora' | 'deployment';

export interface Deprecation {
	/** Milliseconds since 1970; may lie in the future, until which the model is served. */
	readonly at: number;
	/** Who answers afterwards; requests are forwarded without a word (docs/api.md#retirement). */
	readonly replacedBy?: string;
}

/** A row of the catalogue, as far as it is used. */
export interface Model {
	readonly name: string;
	/** What the field 'Model' holds when it is chosen: the name, or `deploy_id:ID`. */
	readonly value: string;
	/** The API's own task name, and the one that it reports elsewhere; usually the same. */
	readonly tasks: readonly string[];
	readonly description: string;
	readonly kind: ModelKind;
	readonly price?: Price;
	/** Tokens that input and output may have together. */
	readonly contextLength?: number;
	readonly tags: readonly string[];
	readonly featured: boolean;
	readonly isPartner: boolean;
	readonly deprecation?: Deprecation;
	/** What a deployment is doing, as the API says it. */
	readonly status?: string;
	readonly quantization?: string;
	/** When the model was added, milliseconds since 1970. */
	readonly createdAt?: number;
}

/**
 * Reads a list of the catalogue: a bare array (docs/api.md#catalogue). Rows without a name are left out.
 * `kind` tells which list it is: of all models, or of the user's own; `/deploy/list` has rows of another shape.
 */
export function* readModels(list: unknown, kind: ModelKind = 'public'): Steps<Model[]> {
	const rows = dictsIn(list);
	return (yield* mapInSteps(rows, (row) => readModel(row, kind) ?? [])).flat();
}

/** One model, from a row of a list or from `GET /models/{name}`. Never throws, whatever the row is like. */
export function readModel(row: unknown, kind: ModelKind = 'public'): Model | undefined {
	const name = isDict(row) ? textOf(row.model_name) : undefined;
	if (!isDict(row) || !name) return undefined;
	const tags = Array.isArray(row.tags) ? row.tags.filter((tag): tag is string => typeof tag === 'string') : [];
	const tasks = tasksOf(row, kind);
	const deployId = textOf(row.deploy_id);
	const length = number(row.max_tokens);
	return {
		name,
		value: deployId ? `deploy_id:${deployId}` : name,
		tasks,
		description: textOf(row.description) ?? '',
		kind: kind === 'public' && (row.private === true || row.private === 1) ? 'private' : kind,
		price: readPrice(row.pricing, tasks),
		contextLength: length !== undefined && length > 0 ? length : undefined,
		tags,
		featured: row.featured === true || tags.includes('featured'),
		isPartner: row.is_partner === true,
		deprecation: deprecationOf(row),
		status: kind === 'deployment' ? textOf(row.status) : undefined,
		quantization: textOf(row.quantization),
		createdAt: readMoment(row.create_ts ?? row.created_at),
	};
}

const textOf = (value: unknown): string | undefined => optionalText(value)?.trim() || undefined;

/** A deployment's `type` is what kind of deployment it is; what it does stands under `task`. */
function tasksOf(row: Dict, kind: ModelKind): string[] {
	const named = kind === 'deployment' && textOf(row.task) ? [row.task] : [row.type, row.reported_type];
	return [...new Set(named.flatMap((task) => textOf(task) ?? []))];
}

function deprecationOf(row: Dict): Deprecation | undefined {
	const at = readMoment(row.deprecated);
	if (at === undefined) return undefined;
	const replacedBy = textOf(row.replaced_by);
	return replacedBy ? { at, replacedBy } : { at };
}

/** Whether the model's last day is over. */
export const isRetired = ({ deprecation }: Model, now = Date.now()): boolean =>
	deprecation !== undefined && deprecation.at <= now;
