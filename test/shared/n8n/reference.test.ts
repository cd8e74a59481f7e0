import fc from 'fast-check';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { isDict } from '../../../nodes/shared/core/answer';
import { parameterReader } from '../../../nodes/shared/n8n/reference';
import { subjectOf } from '../../support/operation/registry';
import { openWorld, type World } from '../../support/world';

const JSON_OF_ITEM = {
	text: 'found',
	n: 7,
	none: null,
	empty: '',
	'two words': { 'a.b': 'deep' },
	in: { text: 'within' },
};

describe('a parameter whose expressions only name fields', () => {
	it.each<[unknown, unknown]>([
		['={{ $json.text }}', 'found'],
		['={{$json.in.text}}', 'within'],
		['={{ $json["two words"]["a.b"] }}', 'deep'],
		["={{ $json['in'].text }}", 'within'],
		['={{ $json.empty }}', ''],
		['=Say: {{ $json.text }}', 'Say: found'],
		['={{ $json.text }} ', 'found '],
		['={{ $json.text }}{{ $json.in.text }}', 'foundwithin'],
		['=One\n\n"{{ $json.text }}" and\t{{ $json.text }}, $json', 'One\n\n"found" and\tfound, $json'],
		['=no reference', 'no reference'],
		['=', ''],
		['plain', 'plain'],
		[
			[
				{ role: 'user', content: '={{ $json.text }}' },
				{ role: 'system', content: 'Be short' },
			],
			[
				{ role: 'user', content: 'found' },
				{ role: 'system', content: 'Be short' },
			],
		],
		[
			{ values: [{ a: '=x{{ $json.text }}', n: 7, no: false, none: null }] },
			{ values: [{ a: 'xfound', n: 7, no: false, none: null }] },
		],
	])('%j is read as %j', (parameter, value) => expect(parameterReader(parameter)?.(JSON_OF_ITEM)).toEqual(value));

	it.each<unknown>([
		'={{ $json.n }}',
		'={{ $json.none }}',
		'={{ $json.missing }}',
		'={{ $json.text.length }}',
		'={{ $json.in }}',
		'=Number {{ $json.n }}',
		{ values: [{ a: '={{ $json.text }}', b: '={{ $json.n }}' }] },
		['={{ $json.missing }}'],
	])('%j is for n8n, by what the item holds', (parameter) => {
		const read = parameterReader(parameter);
		expect(read).toBeDefined();
		expect(read?.(JSON_OF_ITEM)).toBeUndefined();
	});

	it.each<unknown>([
		'={{$json.a.b_1.$x}}',
		'={{ $json }}',
		'={{ $json.text.trim() }}',
		'={{ $json.a?.b }}',
		'={{ $json.list[0] }}',
		'={{ $json.constructor }}',
		'=Say {{ $json["__proto__"].x }}',
		'={{ $json["a\\"b"] }}',
		'={{ $json["a}}b"] }}',
		'={{ $json["a\nb"] }}',
		'={{ $json.arguments }}',
		'={{ $json.in.__defineGetter__ }}',
		'={{ $json.a + $json.b }}',
		'={{ $("Other").item.json.text }}',
		'=\\{{ $json.text }}',
		'=C:\\new {{ $json.text }}',
		'=a } b',
		'={ $json.text }',
		'={{{ $json.text }}}',
		{ values: [{ a: '={{ $json.text }}', b: '={{ 1 + 1 }}' }] },
		['={{ $now }}'],
	])('%j is for n8n', (parameter) => expect(parameterReader(parameter)).toBeUndefined());

	it.each([
		[{ a: { b: 'found' } }, 'found'],
		[{ a: { b: 7 } }, undefined],
		[{ a: null }, undefined],
		[{ a: 'text' }, undefined],
		[{ a: [{ b: 'x' }] }, undefined],
		[{ a: Object.create({ b: 'inherited' }) }, undefined],
		[undefined, undefined],
	])('in %j', (json, text) => expect(parameterReader('={{ $json.a.b }}')?.(json)).toBe(text));

	it('keeps an entry of any name', () => {
		const parameter: unknown = JSON.parse('{ "__proto__": "={{ $json.text }}" }');
		const read = parameterReader(parameter)?.(JSON_OF_ITEM);
		expect(JSON.stringify(read)).toBe('{"__proto__":"found"}');
	});
});

describe("as n8n's own evaluation", () => {
	let bench: World;
	beforeAll(async () => {
		bench = await openWorld();
	});
	afterAll(async () => await bench.close());

	/** What would be sent for each item, or why it cannot be. */
	async function sentWith(given: INodeParameters, items: INodeExecutionData[], of: string): Promise<unknown[]> {
		const parameters = { ...subjectOf(of).parameters(), ...given };
		const options = { dryRun: true, ...(isDict(given.options) ? given.options : {}) };
		const run = await bench.engine.run({
			parameters: { ...parameters, options },
			items,
			onError: 'continueRegularOutput',
		});
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

	const rowsOf = (count: number): INodeExecutionData[] =>
		fc.sample(row, count).map((json) => ({ json: JSON.parse(JSON.stringify(json)) }));

	it.each([
		['={{ $json.text }}', '={{ ($json.text) }}'],
		['={{$json["two words"]}}', '={{ ($json["two words"]) }}'],
		["={{ $json['in'].text }}", '={{ ($json.in.text) }}'],
		['={{ $json.text.length }}', '={{ ($json.text.length) }}'],
		['=Say: {{ $json.text }}', '=Say: {{ ($json.text) }}'],
		['= {{ $json.text }}\n', '= {{ ($json.text) }}\n'],
		['="{{ $json.text }}", `${ $json.in.text }`', '="{{ ($json.text) }}", `${ $json.in.text }`'],
		["=it's {{ $json.text }}{{ $json.in.text }} // $json", "=it's {{ ($json.text) }}{{ ($json.in.text) }} // $json"],
		['=\u2028\u0000 {{ $json.text }} \u{1f600}', '=\u2028\u0000 {{ ($json.text) }} \u{1f600}'],
	])('%j', async (plain, evaluated) => {
		const items = rowsOf(60);
		const sent = await sentWith({ text: plain }, items, 'text: classify');
		expect(sent).toHaveLength(items.length);
		expect(sent).toEqual(await sentWith({ text: evaluated }, items, 'text: classify'));
	});

	it('in rows and options', async () => {
		const items = rowsOf(60);
		const given = (text: string, within: string) => ({
			messages: {
				values: [
					{ role: 'user', content: `=Say ${text}` },
					{ role: 'system', content: within },
				],
			},
			options: { stop: `=${text}`, temperature: '0.5', seed: within },
		});
		const sent = await sentWith(given('{{ $json.text }}', '={{ $json.in.text }}'), items, 'chat: complete');
		expect(sent).toHaveLength(items.length);
		expect(sent).toEqual(
			await sentWith(given('{{ ($json.text) }}', '={{ ($json.in.text) }}'), items, 'chat: complete'),
		);
	});
});
