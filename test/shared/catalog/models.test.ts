import { isRetired, readModel, readModels } from '../../../nodes/shared/catalog/model';
import { findModel, findReplacement, joinModels, searchModels } from '../../../nodes/shared/catalog/models';
import { pickerRow } from '../../../nodes/shared/catalog/picker';
import { deployments, loraRows, NOW, oddRows, privateRows, rows } from './fixtures/rows';
import { atOnce } from '../../../nodes/shared/core/steps';

const models = atOnce(readModels(rows));
const own = [
	...atOnce(readModels(privateRows, 'private')),
	...atOnce(readModels(loraRows, 'lora')),
	...atOnce(readModels(deployments, 'deployment')),
];
const named = (name: string) => {
	const model = findModel([...models, ...own], name);
	if (!model) throw new Error(`The fixtures have no ${name}`);
	return model;
};
const search = (tasks: string[], text?: string, list = models) =>
	searchModels(list, tasks, text, NOW).map(({ value }) => value);

describe('reading the catalogue', () => {
	test('a row, as far as it is used', () => {
		expect(named('alpha/plain')).toMatchObject({
			name: 'alpha/plain',
			value: 'alpha/plain',
			tasks: ['text-generation'],
			description: 'About alpha/plain',
			kind: 'public',
			contextLength: 128_000,
			tags: [],
			featured: false,
			isPartner: true,
			deprecation: undefined,
			quantization: 'fp8',
			createdAt: Date.UTC(2025, 1, 3, 4, 5, 6),
		});
		expect(named('read/pages').tasks).toEqual(['text-generation', 'image-to-text']);
		expect(named('alpha/gone').deprecation).toEqual({ at: NOW - 86_400_000 });
	});

	test('odd rows are left out or read as far as they make sense', () => {
		const odd = atOnce(readModels(oddRows));
		expect(odd.map(({ name }) => name)).toEqual(['odd/bare', 'odd/wrong-types', 'odd/half-right']);
		expect(odd[1]).toMatchObject({ tasks: [], tags: [], description: '', kind: 'public', featured: false });
		for (const model of odd) {
			expect(model.price).toBeUndefined();
			expect(model.contextLength).toBeUndefined();
			expect(model.deprecation).toBeUndefined();
			expect(pickerRow(model, NOW).name).toBe(model.name);
		}
		expect(odd[2]?.tags).toEqual(['a']);
	});

	test.each([null, undefined, 'text', { detail: 'Not found' }, 5])('%p is an empty list', (list) => {
		expect(atOnce(readModels(list))).toEqual([]);
	});

	test("the user's own models say what they are", () => {
		expect(own.map(({ value, kind }) => [value, kind])).toEqual([
			['me/secret', 'private'],
			['me/tone-lora', 'lora'],
			['deploy_id:dep1A2b3', 'deployment'],
			['deploy_id:dep9Z8y7', 'deployment'],
		]);
		expect(own[2]?.tasks).toEqual(['text-generation']);
		expect(atOnce(readModels(privateRows))[0]?.kind).toBe('private');
	});

	test('`featured` as GET /models/{name} has it', () => {
		expect(readModel({ model_name: 'a/b', type: 'x', featured: true })?.featured).toBe(true);
	});
});

describe('the order of the picker', () => {
	test('own models, featured ones, the others by name, retired ones last', () => {
		expect(search(['text-generation'], '', joinModels(models, own))).toEqual([
			'deploy_id:dep1A2b3',
			'deploy_id:dep9Z8y7',
			'me/secret',
			'me/tone-lora',
			'mid/featured',
			'alpha/leaving',
			'alpha/plain',
			'look/closely',
			'read/pages',
			'zeta/plain',
			'alpha/gone',
			'alpha/retired',
			'alpha/retired-too',
		]);
	});

	test('a date in the future is no end', () => {
		expect(isRetired(named('alpha/leaving'), NOW)).toBe(false);
		expect(isRetired(named('alpha/leaving'), NOW + 31 * 86_400_000)).toBe(true);
	});

	test('all words must occur, in name, description or tags', () => {
		expect(search(['text-generation'], 'PLAIN alpha')).toEqual(['alpha/plain']);
		expect(search(['text-generation'], 'about zeta')).toEqual(['zeta/plain']);
		expect(search(['text-generation'], 'tools')).toEqual(['mid/featured']);
		expect(search(['text-generation'], 'nothing like it')).toEqual([]);
	});

	test('without tasks any model fits', () => {
		expect(search([])).toHaveLength(models.length);
	});

	test('either of the two task names counts', () => {
		expect(search(['world-model'])).toEqual(['film/world']);
		expect(search(['text-to-video'])).toContain('film/world');
	});

	test('models that need an image come after those that do not', () => {
		expect(search(['text-to-image'])).toEqual(['paint/accredited', 'paint/fast', 'paint/Photo-Edit-2']);
		expect(search(['text-to-video'])).toEqual(['film/world', 'film/Clip-I2V-14B']);
	});

	test('models filed under another task are found under their own', () => {
		expect(search(['image-to-image'])).toEqual(['paint/Photo-Edit-2']);
		expect(search(['image-to-video'])).toEqual(['film/Clip-I2V-14B']);
		expect(search(['image-to-text'])).toEqual(['look/closely', 'read/pages']);
	});

	test('the list itself is not reordered', () => {
		expect(models[0]?.name).toBe('zeta/plain');
	});
});

describe('a row of the picker', () => {
	test.each([
		['zeta/plain', 'zeta/plain · $0.09/$0.55 per 1M · 8k'],
		['alpha/plain', 'alpha/plain · $0.09/$0.55 per 1M · 128k'],
		['mid/featured', 'mid/featured · $0.09/$0.55 per 1M · 1M · tools'],
		['BAAI/tiny', 'BAAI/tiny · $0.01 per 1M · 512 tokens'],
		['alpha/retired', 'alpha/retired · deprecated · $0.09/$0.55 per 1M · 8k · replaced by alpha/retired-too'],
		['alpha/gone', 'alpha/gone · deprecated · $0.09/$0.55 per 1M · 8k'],
		['alpha/leaving', 'alpha/leaving · until 2026-07-01 · $0.09/$0.55 · 8k · replaced by zeta/plain'],
		['paint/Photo-Edit-2', 'Photo-Edit-2 · needs an image · $0.03 / image · 8k · paint/Photo-Edit-2'],
		['me/secret', 'me/secret · private · $0.09/$0.55 per 1M · 8k'],
		['me/tone-lora', 'me/tone-lora · LoRA · $0.09/$0.55 per 1M · 8k'],
		['deploy_id:dep1A2b3', 'me/own · deployment · dep1A2b3'],
		['deploy_id:dep9Z8y7', 'me/own · deployment · initializing · dep9Z8y7'],
	])('%s', (name, shown) => {
		expect(pickerRow(named(name), NOW).name).toBe(shown);
	});

	test('leads to the page of the model', () => {
		expect(pickerRow(named('zeta/plain'), NOW)).toMatchObject({
			value: 'zeta/plain',
			url: 'https://deepinfra.com/zeta/plain',
			description: 'Price: $0.09 in, $0.55 out / 1M tokens. Context: 8,192 tokens. About zeta/plain.',
		});
		const odd = readModel({ model_name: 'a/b c?#' });
		expect(odd && pickerRow(odd, NOW).url).toBe('https://deepinfra.com/a/b%20c%3F%23');
	});

	test('a discount is named, with its end where it has one', () => {
		const listed = { type: 'input_tokens', cents_per_input_token: 1e-6, discount: 0.25 };
		const described = (more: object) => {
			const model = readModel({ model_name: 'a/b', type: 'embeddings', pricing: { ...listed, ...more } });
			return model && pickerRow(model, NOW).description;
		};
		expect(described({ discount_ends_at: 4_070_908_800 })).toBe(
			'Price: $0.0075 / 1M tokens (25 % discount until 2099-01-01).',
		);
		expect(described({ discount_ends_at: null })).toBe('Price: $0.0075 / 1M tokens (25 % discount).');
		expect(described({ discount_ends_at: 1 })).toBe('Price: $0.01 / 1M tokens.');
	});
});

describe('who answers for a model', () => {
	test('nobody else while it is served', () => {
		expect(findReplacement(models, 'zeta/plain', NOW)).toBeUndefined();
		expect(findReplacement(models, 'alpha/leaving', NOW)).toBeUndefined();
		expect(findReplacement(models, 'not/listed', NOW)).toBeUndefined();
	});

	test("its replacement's replacement, when that has gone too", () => {
		expect(findReplacement(models, 'alpha/retired', NOW)).toBe('zeta/plain');
		expect(findReplacement(models, 'alpha/retired', NOW - 10 * 86_400_000)).toBe('alpha/retired-too');
	});

	test('unknown, when there is no replacement or the replacements go in a circle', () => {
		expect(findReplacement(models, 'alpha/gone', NOW)).toBeUndefined();
		expect(findReplacement(models, 'circle/one', NOW)).toBeUndefined();
	});
});

test('joined lists hold each value once', () => {
	const joined = joinModels(models, atOnce(readModels(rows)), own);
	expect(joined).toHaveLength(models.length + own.length);
	expect(findModel(joined, 'deploy_id:dep9Z8y7')?.status).toBe('initializing');
});
