import { isDict, optionalText } from '../core/answer';

/** A row of the catalogue, as far as it is used. */
export interface Model {
	readonly name: string;
	/** The API's own task name, and the one that it reports elsewhere; usually the same. */
	readonly tasks: readonly string[];
	readonly description: string;
}

/** Reads `GET /models/list`: a bare array of all models (deepinfra-api section 4.1). Rows without a name are left out. */
export function readModels(list: unknown): Model[] {
	const rows = Array.isArray(list) ? list.filter(isDict) : [];
	return rows.flatMap((row) => {
		const name = optionalText(row.model_name);
		if (!name) return [];
		const tasks = [row.type, row.reported_type].filter((task): task is string => typeof task === 'string');
		return [{ name, tasks: [...new Set(tasks)], description: optionalText(row.description) ?? '' }];
	});
}

/** The models of a task whose name or description holds the search text, by name. */
export function searchModels(models: readonly Model[], tasks: readonly string[], search = ''): Model[] {
	const words = search.toLowerCase().split(/\s+/).filter(Boolean);
	return models
		.filter((model) => model.tasks.some((task) => tasks.includes(task)))
		.filter(({ name, description }) => words.every((word) => `${name} ${description}`.toLowerCase().includes(word)))
		.sort((a, b) => a.name.localeCompare(b.name));
}
