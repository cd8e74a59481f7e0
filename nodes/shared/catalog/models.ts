import { can } from './abilities';
import { isRetired, type Model } from './model';
import { chats, fitsTask, isModel, needsImage } from './tasks';

/** The first model with this value or name; the user's own before a public one of the same name. */
export function findModel(models: readonly Model[], value: string): Model | undefined {
	const found = models.filter((model) => model.value === value || model.name === value);
	return found.find(({ value: own }) => own === value && own.startsWith('deploy_id:')) ?? found[0];
}

/** Finds many models in one list without reading it anew for each. */
export function indexModels(models: readonly Model[]): (value: string) => Model | undefined {
	const byName = new Map<string, Model>();
	for (const model of models) {
		for (const key of [model.value, model.name]) if (!byName.has(key)) byName.set(key, model);
	}
	return (value) => byName.get(value);
}

/**
 * Who answers when a model is asked: a retired one's replacement, or its replacement in turn.
 * Undefined when that is the model itself or nobody knows.
 */
export function findReplacement(
	models: readonly Model[] | ((value: string) => Model | undefined),
	value: string,
	now = Date.now(),
): string | undefined {
	const find = typeof models === 'function' ? models : indexModels(models);
	const seen = new Set<string>();
	let name = value;
	for (let model = find(name); model && isRetired(model, now); model = find(name)) {
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

/** The models that can do one of the tasks; any, when none is named. */
export const modelsFor = (models: readonly Model[], tasks: readonly string[]): Model[] =>
	models.filter((model) => isModel(model) && (tasks.length === 0 || tasks.some((task) => fitsTask(model, task))));

/**
 * The models that can do one of the tasks (any, when none is named) and whose name, description or tags hold
 * all the words: the user's own, featured ones, the others by name, and last those whose time is over.
 * A search puts the exact name first, then public names, own ones, and those that hold the words elsewhere.
 * The words "deprecated", "free", "cheap", "sees" and "reasons" are also known as what they mean.
 */
export function searchModels(
	models: readonly Model[],
	tasks: readonly string[],
	search = '',
	now = Date.now(),
): Model[] {
	const words = search.toLowerCase().split(/\s+/).filter(Boolean);
	const able = modelsFor(models, tasks);
	const meanings = meaningsOf(words, able, now);
	const isCheap = meanings.has('cheap');
	return able
		.map((model) => ({ model, text: textOf(model) }))
		.filter(({ model, text }) => words.every((word) => meanings.get(word)?.(model) ?? text.includes(word)))
		.map(({ model }) => ({ model, rank: rankOf(model, tasks, now) + 10 * matchOf(model, words), usd: usdOf(model) }))
		.sort((a, b) => a.rank - b.rank || (isCheap ? a.usd - b.usd : 0) || compareNames(a.model, b.model))
		.map(({ model }) => model);
}

const textOf = ({ name, value, description, tags }: Model): string =>
	[name, value, description, ...tags].join(' ').toLowerCase();

/** The price that models of one kind are compared by: the sum of the first two rates, such as of input and output. */
const usdOf = ({ price }: Model): number =>
	price && price.rates.length > 0 ? price.rates.slice(0, 2).reduce((sum, { usd }) => sum + usd, 0) : Infinity;

/** Words that people search by what they mean. */
function meaningsOf(
	words: readonly string[],
	models: readonly Model[],
	now: number,
): Map<string, (model: Model) => boolean> {
	const living = (model: Model) => !isRetired(model, now);
	const known: Record<string, () => (model: Model) => boolean> = {
		deprecated: () => (model) => !living(model),
		free: () => (model) => usdOf(model) === 0,
		// As a row marks what a chat model can do.
		sees: () => (model) => chats(model) && can(model, 'images') === true,
		reasons: () => (model) => chats(model) && can(model, 'reasoning') === true,
		cheap: () => {
			const isCheap = cheapest(models.filter(living));
			return (model) => living(model) && isCheap(model);
		},
	};
	const meaning = (word: string) => {
		const isMeant = Object.hasOwn(known, word) ? known[word]?.() : undefined;
		// A model may also be called so.
		return isMeant && ((model: Model) => isMeant(model) || model.name.toLowerCase().includes(word));
	};
	return new Map(
		words.flatMap((word) => {
			const isMeant = meaning(word);
			return isMeant ? [[word, isMeant] as const] : [];
		}),
	);
}

/** The cheaper third of the models that are billed in the same way. */
function cheapest(models: readonly Model[]): (model: Model) => boolean {
	const byType = new Map<string, number[]>();
	for (const model of models) {
		const usd = usdOf(model);
		const type = model.price?.type;
		if (type === undefined || usd === Infinity) continue;
		const prices = byType.get(type);
		if (prices) prices.push(usd);
		else byType.set(type, [usd]);
	}
	const limits = new Map(
		[...byType].map(([type, prices]) => [type, prices.sort((a, b) => a - b)[Math.floor((prices.length - 1) / 3)] ?? 0]),
	);
	return (model) => usdOf(model) <= (limits.get(model.price?.type ?? '') ?? -1);
}

/** How well a model's name fits what was searched for: 0 is the name itself. */
function matchOf(model: Model, words: readonly string[]): number {
	if (words.length === 0) return 0;
	const name = model.name.toLowerCase();
	const [only] = words;
	const isPublic = model.kind === 'public';
	const isExact = words.length === 1 && [name, name.split('/').at(-1), model.value.toLowerCase()].includes(only);
	if (isExact && isPublic) return 0;
	if (!words.every((word) => name.includes(word))) return 4;
	if (isPublic) return 1;
	return isExact ? 2 : 3;
}

const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const compareNames = (a: Model, b: Model) => compare(a.name, b.name) || compare(a.value, b.value);

function rankOf(model: Model, tasks: readonly string[], now: number): number {
	// Below everything, however well its name fits.
	if (isRetired(model, now)) return 100;
	if (model.kind !== 'public') return 0;
	if (needsImageFor(model, tasks)) return 3;
	return model.featured ? 1 : 2;
}

/** Whether the model was filed under a task that its name says it cannot do from words alone. */
function needsImageFor(model: Model, tasks: readonly string[]): boolean {
	return needsImage(model) && tasks.length > 0 && !tasks.some((task) => task.startsWith('image-'));
}
