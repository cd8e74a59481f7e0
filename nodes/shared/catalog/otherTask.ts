import type { AnyOperation } from '../core/operation';
import type { ModelSchema } from '../core/modelSchema';
import { InputError } from '../core/problem';
import type { Model } from './model';
import { fitsTask, mayFitTask } from './tasks';

const isFor = (model: Model, { tasks }: Pick<AnyOperation, 'tasks'>) => tasks.some((task) => fitsTask(model, task));

/**
 * What is wrong where a model does what another operation is for; undefined where it fits,
 * or where nothing is known of it that would make a better choice.
 * @param titles of the resources, as the screen has them
 * @param schema what the model takes
 */
export function findOtherTask(
	model: Model | undefined,
	operation: Pick<AnyOperation, 'tasks' | 'name'>,
	all: readonly AnyOperation[],
	titles: Readonly<Record<string, string>>,
	schema?: ModelSchema,
): InputError | undefined {
	if (!model || operation.tasks.length === 0) return undefined;
	if (operation.tasks.some((task) => mayFitTask(model, task, schema))) return undefined;
	const others = all.filter((other) => isFor(model, other));
	if (others.length === 0) return undefined;
	const [task = ''] = model.tasks;
	const choices = others.map(({ resource, name }) => `'${titles[resource] ?? resource} > ${name}'`);
	return new InputError(
		`The model '${model.value}' is made for ${task.replace(/-/g, ' ')}, which '${operation.name}' is not`,
		`Choose ${choices.slice(0, 3).join(' or ')} for this model, or another model from the list in the field 'Model'. Nothing was sent.`,
	);
}
