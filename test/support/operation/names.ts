import { propertiesOf } from '../../../nodes/shared/n8n/describe';
import { resources } from '../../../nodes/shared/operations';
import type { Subject } from './example';

/** On every operation. */
const PLAIN = ['longestToolAnswer', 'maxConcurrency', 'maxRetries', 'resultField', 'timeout'];
/** On those that cost. */
const COSTLY = ['budgetUsd', 'dryRun', 'extraFields'];
/** Where another model can stand in: which those are, test/DeepInfra says. */
const MOVING = ['fallbackModels'];
/** On those that ask a native route. */
const NATIVE = ['modelVersion', 'waitForWebhook', 'webhook'];
const SHARED = [...PLAIN, ...COSTLY, ...NATIVE];

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');

/** The names of its fields, which users' stored workflows hold. */
export function testNames(subject: Subject): void {
	const { operation, example, isNative, isJson } = subject;
	describe('the public interface', () => {
		const properties = propertiesOf([operation], resources).filter(
			({ name }) => !['resource', 'operation'].includes(name),
		);
		const find = (name: string) => properties.find((property) => property.name === name);
		const options = (find('options')?.options ?? []).map(({ name }) => name);

		it('has its own parameters, and the shared ones', () => {
			const shared = ['model', 'simplify', 'includeOtherFields', 'options'];
			const names = properties.map(({ name }) => name);
			expect(names.filter((name) => !shared.includes(name)).sort()).toEqual(words(example.names.parameters).sort());
			expect(names.includes('model')).toBe(example.model !== undefined);
			expect(names).toContain('options');
		});

		it('has its own options, and those that its kind shares', () => {
			const isVersioned = operation.isFree && options.includes('modelVersion');
			// what is only asked for costs nothing
			const isBilled = !operation.isFree && example.request.method !== 'GET';
			const needed = !isBilled ? PLAIN : [...PLAIN, ...COSTLY, ...(subject.hasNativeForm ? NATIVE : [])];
			expect(options.filter((name) => SHARED.includes(name)).sort()).toEqual(
				[...needed, ...(isVersioned ? ['modelVersion'] : [])].sort(),
			);
			expect(options.filter((name) => ![...SHARED, ...MOVING].includes(name)).sort()).toEqual(
				words(example.names.options).sort(),
			);
			expect(find('options')?.default).toEqual({});
		});

		for (const [name, { of, preset }] of Object.entries(example.values ?? {})) {
			it(`offers its values of ${name}`, () => {
				const field = properties
					.flatMap((property) => [property, ...(property.options ?? [])])
					.find((each) => each.name === name);
				const choices = field && 'options' in field ? (field.options ?? []) : [];
				expect(choices.flatMap((choice) => ('value' in choice ? [choice.value] : []))).toEqual(of);
				expect(field).toMatchObject({ default: preset });
			});
		}

		if (example.model !== undefined) {
			it('has the model picker', () => {
				expect(find('model')).toMatchObject({
					type: 'resourceLocator',
					required: !example.isModelOptional,
					default: { mode: 'list', value: expect.stringMatching(/^[\w.-]+(\/[\w.-]+)?$/) },
					modes: [
						{ name: 'list', typeOptions: { searchable: true, searchListMethod: 'searchModels' } },
						{ name: 'id' },
					],
				});
			});
		}

		if (!operation.isFree && !operation.isRaw && isJson && isNative) {
			it('simplifies unless it is told otherwise', () => {
				expect(find('simplify')).toMatchObject({ type: 'boolean', default: true });
			});
		}
	});
}
