import { isRetired, type Model } from './model';
import { fitsTask, needsImage } from './tasks';

/** The first model with this value or name; the user's own before a public one of the same name. */
export function findModel(models: readonly Model[], value: string): Model | undefined {
	const found = models.filter((model) => model.value === value || model.name === value);
	return found.find(({ value: own }) => own === value && own.startsWith('deploy_id:')) ?? found[0];
}

/**
 * Who answers when a model is asked: a retired one's replacement, or its replacement in turn.
 * Undefined when that is the model itself or nobody knows.
 */
export function findReplacement(models: readonly Model[], value: string, now = Date.now()): string | undefined {
	const seen = new Set<string>();
	let name = value;
	for (let model = findModel(models, name); model && isRetired(model, now); model = findModel(models, name)) {
		if (seen.has(name)) break;
		seen.add(name);
		name = model.deprecation?.replacedBy ?? name;
	}
	return name === value ? undefined : name;
}

/** Several lists as one, the first mention of a value counts. */
export function joinModels(...lists: ReadonlyArray<readonly Model[]>): Model[] {
	const byValue = new Map<string, Model>();
	for (const model of lists.flat()) if (!byValue.has(model.value)) byValue.set(model.value, model);
	return [...byValue.values()];
}

/**
 * The models that can do one of the tasks (any, when none is named) and whose name, description or tags hold
 * all the words: the user's own, featured ones, the others by name, and last those whose time is over.
 */
export function searchModels(
	models: readonly Model[],
	tasks: readonly string[],
	search = '',
	now = Date.now(),
): Model[] {
	const words = search.toLowerCase().split(/\s+/).filter(Boolean);
	return models
		.filter((model) => tasks.length === 0 || tasks.some((task) => fitsTask(model, task)))
		.filter((model) => words.length === 0 || holdsWords(model, words))
		.map((model) => ({ model, rank: rankOf(model, tasks, now) }))
		.sort((a, b) => a.rank - b.rank || compareNames(a.model, b.model))
		.map(({ model }) => model);
}

function holdsWords({ name, value, description, tags }: Model, words: readonly string[]): boolean {
	const text = [name, value, description, ...tags].join(' ').toLowerCase();
	return words.every((word) => text.includes(word));
}

const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const compareNames = (a: Model, b: Model) => compare(a.name, b.name) || compare(a.value, b.value);

function rankOf(model: Model, tasks: readonly string[], now: number): number {
	if (isRetired(model, now)) return 4;
	if (model.kind !== 'public') return 0;
	if (needsImageFor(model, tasks)) return 3;
	return model.featured ? 1 : 2;
}

/** Whether the model was filed under a task that its name says it cannot do from words alone. */
function needsImageFor(model: Model, tasks: readonly string[]): boolean {
	return needsImage(model) && tasks.length > 0 && !tasks.some((task) => task.startsWith('image-'));
}
