import type { INodeParameters } from 'n8n-workflow';
import { itemsOf, stored } from '../results';
import type { World } from '../world';
import { bodyOf, type Subject } from './example';
import { askedOf, atService, script } from './scripted';

/** 'Extra Fields' go along as they are; and the budget, which stands on the same operations. */
export function testExtraFields(subject: Subject, of: () => World): void {
	const values = {
		text_field: 'a "text"\nof two lines: €',
		number_field: 0.5,
		zero_field: 0,
		switch_field: false,
		list_field: ['a', 1],
		object_field: { deep: { deeper: [null] } },
	};

	async function run(extraFields: INodeParameters[string], json = {}) {
		const world = of();
		script(world, subject);
		const [item] = await subject.items(world.engine);
		return await atService(world, { parameters: subject.parameters({ extraFields }), items: [{ ...item, json }] });
	}
	const sent = () => bodyOf(askedOf(of(), subject)[0]);

	if (subject.hasOption('extraFields')) {
		describe('extra fields', () => {
			it('of every kind are sent', async () => {
				const [item] = itemsOf(await run(JSON.stringify(values)));
				const { isForm, body } = sent();
				expect(body).toMatchObject(
					isForm
						? {
								text_field: values.text_field,
								number_field: '0.5',
								zero_field: '0',
								switch_field: 'false',
								list_field: '["a",1]',
								object_field: '{"deep":{"deeper":[null]}}',
							}
						: values,
				);
				// what the user wrote himself is never left out
				expect(stored(item?.json)).not.toHaveProperty('usage.droppedParameters');
				if (subject.example.follows === undefined) expect(askedOf(of(), subject)).toHaveLength(1);
			});

			it('may be an object from an expression', async () => {
				itemsOf(await run('={{ $json.extra }}', { extra: { level: 3 } }));
				const { isForm, body } = sent();
				expect(body?.level).toBe(isForm ? '3' : 3);
			});

			it('that are empty change nothing', async () => {
				itemsOf(await run('{}'));
				const first = sent();
				itemsOf(await run(''));
				expect(sent()).toEqual(first);
			});

			it('are data, whatever their names', async () => {
				itemsOf(await run('{ "__proto__": { "polluted": true }, "constructor": 1, "toString": "x" }'));
				expect(sent().body).toMatchObject({ toString: 'x' });
				expect('polluted' in {}).toBe(false);
			});

			it.each([
				['{ "seed": 7', "'Extra Fields (JSON)' is not valid JSON [item 0]"],
				["{ 'seed': 7 }", "'Extra Fields (JSON)' is not valid JSON [item 0]"],
				['seed: 7', "'Extra Fields (JSON)' is not valid JSON [item 0]"],
				['[1, 2]', "'Extra Fields (JSON)' is not a JSON object [item 0]"],
				['7', "'Extra Fields (JSON)' is not a JSON object [item 0]"],
				['null', "'Extra Fields (JSON)' is not a JSON object [item 0]"],
			])('that are wrong JSON are a clear error: %s', async (extraFields, message) => {
				const { error, items } = await run(extraFields);
				const description = message.includes('not valid JSON')
					? expect.stringMatching(/^Line 1, column \d+ has .+ belongs\. .*JSON\.stringify/)
					: 'Enter a JSON object, such as { "seed": 7 }.';
				expect(error).toMatchObject({ message, description, itemIndex: 0 });
				expect(items).toEqual([]);
				expect(of().service.requests).toEqual([]);
			});
		});
	}

	if (subject.hasOption('budgetUsd')) {
		it('has a budget', async () => {
			const world = of();
			script(world, subject);
			const result = await atService(world, {
				parameters: subject.parameters({ budgetUsd: 0 }),
				items: await subject.items(world.engine, 2),
				onError: 'continueErrorOutput',
			});
			const reached = (item: number) => `Budget reached: this run has cost $0, and $0 is the limit [item ${item}]`;
			expect(result.errorItems).toHaveLength(2);
			result.errorItems.forEach(({ json }, item) => expect(String(json.error).startsWith(reached(item))).toBe(true));
			expect(askedOf(world, subject)).toEqual([]);
		});
	}
}
