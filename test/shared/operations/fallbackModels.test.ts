import { optionFields } from '../../../nodes/shared/core/fields';
import { operations } from '../../../nodes/shared/operations';

const optionsOf = ({ fields }: (typeof operations)[number]) =>
	fields
		.filter(({ name }) => name === 'options')
		.flatMap(optionFields)
		.map(({ name }) => name);
const named = (list: typeof operations) => list.map(({ resource, value }) => `${resource}: ${value}`);

it("'Fallback Models' is offered wherever a model is paid, but where two models' results do not mix or nobody waits", () => {
	const paid = operations.filter(
		(operation) => operation.fields.some(({ name }) => name === 'model') && optionsOf(operation).includes('budgetUsd'),
	);
	expect(paid.length).toBeGreaterThan(20);
	expect(named(operations.filter((operation) => optionsOf(operation).includes('fallbackModels')))).toEqual(
		named(paid).filter((name) => !['embedding: create', 'batch: create'].includes(name)),
	);
});
