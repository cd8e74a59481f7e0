import fc from 'fast-check';
import type { INodeExecutionData } from 'n8n-workflow';
import { fieldPath, textAt } from '../../../nodes/shared/n8n/reference';
import { subjectOf } from '../../support/operation/registry';
import { openWorld, type World } from '../../support/world';

describe('what an expression names', () => {
	it.each([
		['={{ $json.text }}', ['text']],
		['={{$json.a.b_1.$x}}', undefined],
		['={{ $json.customer.name }}', ['customer', 'name']],
		['={{ $json["two words"]["a.b"] }}', ['two words', 'a.b']],
		["={{ $json['it is'].x }}", ['it is', 'x']],
		['={{ $json.text }} ', undefined],
		['=Say: {{ $json.text }}', undefined],
		['={{ $json }}', undefined],
		['={{ $json.text.length }}', ['text', 'length']],
		['={{ $json.text.trim() }}', undefined],
		['={{ $json.a?.b }}', undefined],
		['={{ $json.list[0] }}', undefined],
		['={{ $json.constructor }}', undefined],
		['={{ $json["__proto__"].x }}', undefined],
		['={{ $json["a\\"b"] }}', undefined],
		['={{ $json["a}}b"] }}', undefined],
		['={{ $json["a\nb"] }}', undefined],
		['={{ $json.arguments }}', undefined],
		['={{ $json.in.__defineGetter__ }}', undefined],
		['={{ $json.a + $json.b }}', undefined],
		['={{ $("Other").item.json.text }}', undefined],
		['$json.text', undefined],
		[7, undefined],
		[{ mode: 'id', value: '={{ $json.text }}' }, undefined],
	])('%j', (expression, path) => expect(fieldPath(expression)).toEqual(path));

	it.each([
		[{ a: { b: 'found' } }, 'found'],
		[{ a: { b: '' } }, ''],
		[{ a: { b: 7 } }, undefined],
		[{ a: { b: null } }, undefined],
		[{ a: null }, undefined],
		[{ a: 'text' }, undefined],
		[{ a: [{ b: 'x' }] }, undefined],
		[{ a: Object.create({ b: 'inherited' }) }, undefined],
		[undefined, undefined],
	])('in %j', (json, text) => expect(textAt(json, ['a', 'b'])).toBe(text));
});

describe("as n8n's own evaluation", () => {
	let bench: World;
	beforeAll(async () => {
		bench = await openWorld();
	});
	afterAll(async () => await bench.close());

	/** What would be sent for each item, or why it cannot be. */
	async function sentWith(text: string, items: INodeExecutionData[]): Promise<unknown[]> {
		const parameters = { ...subjectOf('text: classify').parameters(), text, options: { dryRun: true } };
		const run = await bench.engine.run({ parameters, items, onError: 'continueRegularOutput' });
		return run.items.map(({ json }) => json);
	}

	const value = fc.oneof(
		fc.string({ unit: 'grapheme' }),
		fc.constantFrom(
			'={{ 1 + 1 }}',
			'{{ $json.x }}',
			'$json.text',
			'\u0000',
			'\r\n',
			' padded ',
			'[1, 2]',
			'2026-11-29',
		),
		fc.constantFrom(null, 0, -0, 1e21, true, false, [], ['a'], {}, { text: 'in' }),
	);
	const row = fc.record({ text: value, 'two words': value, in: fc.record({ text: value }) }, { requiredKeys: [] });

	it.each([
		['={{ $json.text }}', '={{ ($json.text) }}'],
		['={{$json["two words"]}}', '={{ ($json["two words"]) }}'],
		["={{ $json['in'].text }}", '={{ ($json.in.text) }}'],
		['={{ $json.text.length }}', '={{ ($json.text.length) }}'],
	])('%s', async (plain, evaluated) => {
		const rows = fc.sample(row, 60).map((json) => JSON.parse(JSON.stringify(json)));
		const items: INodeExecutionData[] = rows.map((json) => ({ json }));
		const sent = await sentWith(plain, items);
		expect(sent).toHaveLength(rows.length);
		expect(sent).toEqual(await sentWith(evaluated, items));
	});
});
