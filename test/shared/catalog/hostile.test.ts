import fc from 'fast-check';
import { checkBody, checkForm } from '../../../nodes/shared/schema/check';
import { estimateCost } from '../../../nodes/shared/catalog/estimate';
import { bodyOf, mappedValues } from '../../../nodes/shared/schema/mapperValues';
import { mapperFields } from '../../../nodes/shared/schema/mapperFields';
import { readModels, type Model } from '../../../nodes/shared/catalog/model';
import { searchModels } from '../../../nodes/shared/catalog/models';
import { pickerRow } from '../../../nodes/shared/catalog/picker';
import { readPrice } from '../../../nodes/shared/catalog/price';
import { readSchema } from '../../../nodes/shared/schema/read';
import { InputError } from '../../../nodes/shared/core/problem';
import { pricing } from './fixtures/rows';
import { everything, schemaOut } from '../schema/fixtures/schemas';
import { atOnce } from '../../../nodes/shared/core/steps';

/** Any JSON, a tree of it now and then. */
const json = fc.jsonValue({ maxDepth: 3 });
/** A good document in which any one place, at any depth, holds something else. */
const spoiled = (document: unknown) => {
	const text = JSON.stringify(document);
	const places = [...text.matchAll(/(?<=[:[,])(?:"(?:[^"\\]|\\.)*"(?!:)|-?\d[\d.e+-]*|true|false|null)/g)];
	return fc.tuple(fc.nat({ max: places.length - 1 }), json).map(([at, other]): unknown => {
		const { index = 0, 0: found } = places[at] ?? { 0: '' };
		return JSON.parse(text.slice(0, index) + JSON.stringify(other) + text.slice(index + found.length));
	});
};

/** Runs work that may refuse what the user gave, in a sentence, and must not fail otherwise. */
function allowRefusal(work: () => unknown): void {
	let thrown: unknown;
	try {
		work();
	} catch (error) {
		thrown = error;
	}
	// Thousands of times, so nothing is expected that is seen already.
	if (thrown === undefined || (thrown instanceof InputError && String(thrown).length < 1500)) return;
	expect(thrown).toBeInstanceOf(InputError);
	expect(String(thrown).length).toBeLessThan(1500);
}

describe('whatever the catalogue answers', () => {
	const row = {
		model_name: 'a/b',
		type: 'text-to-image',
		tags: ['featured'],
		pricing: pricing.image,
		deprecated: 1,
		replaced_by: 'c/d',
	};

	test('a list is read, ordered and shown', () => {
		fc.assert(
			fc.property(fc.array(fc.oneof(json, spoiled(row))), json, (list, other) => {
				expect(atOnce(readModels(other))).toBeInstanceOf(Array);
				const models = searchModels(atOnce(readModels(list)), [], 'a');
				const isShown = (model: Model) => typeof pickerRow(model).name === 'string' && model.name !== '';
				expect(models.filter((model) => !isShown(model))).toEqual([]);
			}),
		);
	});

	test('a price is in words, and an estimate is a number or a reason', () => {
		fc.assert(
			fc.property(fc.oneof(json, ...Object.values(pricing).map(spoiled)), (value) => {
				const price = readPrice(value);
				if (price) expect(price.words).not.toMatch(/NaN|Infinity|undefined|\n/);
				expect(price?.rates.filter(({ usd }) => !(usd >= 0)) ?? []).toEqual([]);
				const { usd } = estimateCost(price, {
					inputCharacters: 10,
					maxNewTokens: 5,
					outputSeconds: 1,
					inputSeconds: 1,
				});
				expect(usd === null || (Number.isFinite(usd) && usd >= 0)).toBe(true);
			}),
			{ numRuns: 500 },
		);
	});

	test('a schema is read, shown and checked against', () => {
		const answer = fc.oneof(
			json,
			json.map((schema) => schemaOut(schema, schema)),
			spoiled(schemaOut(everything)),
		);
		fc.assert(
			fc.property(
				answer,
				fc.dictionary(fc.constantFrom(...Object.keys(everything.properties)), json),
				(value, body) => {
					const schema = readSchema(value);
					expect(mapperFields(schema).filter(({ displayName }) => typeof displayName !== 'string')).toEqual([]);
					allowRefusal(() => checkBody(schema, body));
					allowRefusal(() => bodyOf(schema, body));
				},
			),
			{ numRuns: 1000 },
		);
	});
});

describe('whatever the user gives', () => {
	const schema = readSchema(schemaOut(everything));
	const values = fc.dictionary(fc.oneof(fc.constantFrom(...Object.keys(everything.properties)), fc.string()), json);

	test('nothing that is sent is unknown to the model', () => {
		fc.assert(
			fc.property(values, (body) => {
				allowRefusal(() => {
					const checked = checkBody(schema, { prompt: 'x', mode: 'anna', ...body }, { files: ['image'] });
					expect(Object.keys(checked.body).filter((name) => !schema?.byName.has(name))).toEqual([]);
					expect(checked.dropped.filter((name) => schema?.byName.has(name))).toEqual([]);
				});
			}),
			{ numRuns: 1000 },
		);
	});

	test('a checked body passes the check again, unchanged', () => {
		fc.assert(
			fc.property(values, (body) => {
				allowRefusal(() => {
					const first = checkBody(schema, { prompt: 'x', mode: 'anna', ...body }, { files: ['image'] });
					expect(checkBody(schema, first.body, { files: ['image'] })).toEqual({ body: first.body, dropped: [] });
				});
			}),
			{ numRuns: 1000 },
		);
	});

	test('forms and stored fields', () => {
		fc.assert(
			fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.object())), json, (form, stored) => {
				allowRefusal(() => checkForm(schema, { prompt: 'x', ...form }));
				allowRefusal(() => bodyOf(schema, mappedValues(stored)));
			}),
		);
	});
});
