import { atOnce } from '../../../../nodes/shared/core/steps';
import { AnswerError } from '../../../../nodes/shared/core/problem';
import { outputsFor, operationOf } from '../../../support/operations';
import { thrownBy } from '../../../support/work';
import { onlyItem } from '../../../support/results';
import { answerWith, envelope, inferenceRequests, sentJson } from '../../../support/service';
import { openWorld, type World } from '../../../support/world';
import { classifyTokens } from '../../../../nodes/shared/operations/text/classifyTokens';
import { testOperation } from '../../../support/operation/suite';
import { type Entity, readEntities } from '../../../../nodes/shared/operations/text/entities';
import { processorTime } from '../../../support/yardstick';

const subject = testOperation(classifyTokens, {
	model: 'Davlan/bert-base-multilingual-cased-ner-hrl',
	tasks: ['token-classification'],
	parameters: { text: 'My name is John Doe.' },
	required: 'text',
	request: { body: { input: 'My name is John Doe.' }, estimate: /time it runs/ },
	answer: { results: [{ entity_group: 'PER', score: 0.99, word: 'John Doe', start: 11, end: 19 }] },
	output: {
		text: 'My name is John Doe.',
		entities: [{ label: 'PER', word: 'John Doe', score: 0.99, start: 11, end: 19 }],
	},
	names: { parameters: 'text', options: '' },
});

describe('its request and its items', () => {
	it('gives the entities in the order of the text', () => {
		const results = [
			{ entity_group: 'PER', word: 'John', score: 0.9, start: 11, end: '15' },
			{ entity: 'B-LOC', word: null, score: '0.5', start: null },
			{ label: 'ORG', score: 1, index: 3 },
		];
		expect(outputsFor(classifyTokens, { text: 'My name is John' }, { results })).toEqual([
			{
				json: {
					text: 'My name is John',
					entities: [
						{ label: 'PER', word: 'John', score: 0.9, start: 11, end: 15 },
						{ label: 'LOC', word: '', score: 0.5, start: undefined, end: undefined },
						{ label: 'ORG', word: '', score: 1, start: undefined, end: undefined },
					],
				},
			},
		]);
	});

	it('gives an item without entities when there are none', () => {
		expect(outputsFor(classifyTokens, { text: 'x' }, { results: [] })).toEqual([{ json: { text: 'x', entities: [] } }]);
	});

	it.each([[undefined], [{}], [[[]]], [[{ score: 1 }]], [[{ entity_group: 'x' }]], [[{ entity_group: 5, score: 1 }]]])(
		'refuses %j',
		(results) => {
			expect(thrownBy(() => outputsFor(classifyTokens, { text: 'x' }, { results }))).toBeInstanceOf(AnswerError);
		},
	);
});

describe('in the engine', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld({ binaryMode: 'default', asks: 'service' })));
	afterAll(async () => await world.close());

	it('sends the text as it is', async () => {
		answerWith(world.service, subject.answer);
		const parameters = { ...subject.parameters(), text: ' "quoted"\n{{ not an expression }} ' };
		onlyItem(await world.engine.run({ parameters }));
		expect(inferenceRequests(world.service).map(sentJson)).toEqual([{ input: ' "quoted"\n{{ not an expression }} ' }]);
	});

	it('a text without entities is an answer', async () => {
		answerWith(world.service, { results: [], ...envelope });
		expect(onlyItem(await world.engine.run({ parameters: subject.parameters() })).json).toMatchObject({
			text: 'My name is John Doe.',
			entities: [],
		});
	});
});

describe('entities', () => {
	const operation = operationOf('text', 'classifyTokens');

	/** What Python sees: positions count characters. */
	function groupIn(text: string, word: string, entity_group = 'PER') {
		const before = Array.from(text.slice(0, text.indexOf(word))).length;
		return { entity_group, word, score: 0.9, start: before, end: before + Array.from(word).length };
	}

	/** A model's pieces, each found in the text after the one before. */
	function piecesOf(text: string, pieces: ReadonlyArray<readonly [word: string, entity: string, score?: number]>) {
		let from = 0;
		return pieces.map(([word, entity, score = 0.8], index) => {
			const plain = word.replace(/^##|^[▁Ġ]/, '');
			const start = text.indexOf(plain, from);
			from = start + plain.length;
			const place = (at: number) => Array.from(text.slice(0, at)).length;
			return { word, entity, score, index: index + 1, start: place(start), end: place(from) };
		});
	}

	const named = (entities: readonly Entity[]) => entities.map(({ label, word }) => [label, word]);

	describe('places', () => {
		it.each([
			['🙂 Anna met Paul', 'Paul'],
			['🇩🇪🇫🇷 Angela in Paris', 'Paris'],
			['𠮷野家 and Tokyo', 'Tokyo'],
			['👩‍👩‍👧 with 𝒜da Lovelace', '𝒜da Lovelace'],
			['no emoji but ä and Zoë', 'Zoë'],
			['Anna', 'Anna'],
		])('of %j cut out %j', (text, word) => {
			const [output] = outputsFor(operation, { text }, { results: [groupIn(text, word)] });
			expect(output?.json.entities).toEqual([expect.objectContaining({ word })]);
			const [{ start, end }] = atOnce(readEntities([groupIn(text, word)], text)) as [Entity];
			expect(text.slice(start, end)).toBe(word);
		});

		it('of what lies outside of the text are none, unless the word stands there', () => {
			const rows = [{ entity_group: 'PER', word: 'Bob', score: 1, start: 2, end: 99 }];
			expect(atOnce(readEntities(rows, '😀 Bob'))).toEqual([{ label: 'PER', word: 'Bob', score: 1, start: 3, end: 6 }]);
			expect(atOnce(readEntities(rows, '😀 Eve'))).toEqual([
				{ label: 'PER', word: 'Bob', score: 1, start: 3, end: undefined },
			]);
			expect(atOnce(readEntities([{ ...rows[0], start: -1, end: 1.5 }], 'Bob'))[0]).toMatchObject({
				start: undefined,
				end: undefined,
			});
		});

		it('a blank within a place is not part of the word', () => {
			const [entity] = atOnce(
				readEntities([{ entity_group: 'LOC', word: ' Rome', score: 1, start: 2, end: 7 }], 'In Rome'),
			);
			expect(entity).toMatchObject({ word: 'Rome', start: 3, end: 7 });
		});

		it('the text says how a word is written', () => {
			const [entity] = atOnce(
				readEntities([{ entity_group: 'PER', word: 'josé', score: 1, start: 0, end: 4 }], 'JOSÉ!'),
			);
			expect(entity?.word).toBe('JOSÉ');
		});
	});

	describe('pieces of words', () => {
		it.each<[string, Parameters<typeof piecesOf>[1], string[][]]>([
			[
				'Johnson lives in New York City',
				[
					['John', 'B-PER'],
					['##son', 'I-PER'],
					['New', 'B-LOC'],
					['York', 'I-LOC'],
					['City', 'I-LOC'],
				],
				[
					['PER', 'Johnson'],
					['LOC', 'New York City'],
				],
			],
			[
				// the label of a word is that of its first piece
				'Wolfgang 😀 Beethovenstraße',
				[
					['Wolfgang', 'B-PER'],
					['Beethoven', 'B-PER'],
					['##stra', 'B-LOC'],
					['##ße', 'O'],
				],
				[
					['PER', 'Wolfgang'],
					['PER', 'Beethovenstra'],
				],
			],
			[
				'Anna Paul',
				[
					['Anna', 'B-PER'],
					['Paul', 'B-PER'],
				],
				[
					['PER', 'Anna'],
					['PER', 'Paul'],
				],
			],
			[
				'Angela Merkel visited Siemens AG',
				[
					['▁Angela', 'B-PER'],
					['▁Mer', 'I-PER'],
					['kel', 'I-PER'],
					['▁Sie', 'B-ORG'],
					['mens', 'I-ORG'],
					['▁AG', 'I-ORG'],
				],
				[
					['PER', 'Angela Merkel'],
					['ORG', 'Siemens AG'],
				],
			],
			[
				'Visit Paris, London',
				[
					['Paris', 'LOC'],
					['London', 'LOC'],
				],
				[
					['LOC', 'Paris'],
					['LOC', 'London'],
				],
			],
			[
				'張三京',
				[
					['張', 'B-PER'],
					['三', 'I-PER'],
					['京', 'B-LOC'],
				],
				[
					['PER', '張三'],
					['LOC', '京'],
				],
			],
		])('of %j become words', (text, pieces, expected) => {
			const entities = atOnce(readEntities(piecesOf(text, pieces), text));
			expect(named(entities)).toEqual(expected);
			for (const { word, start, end } of entities) expect(text.slice(start, end)).toBe(word);
		});

		it('become words without places, too', () => {
			const rows = [
				{ word: 'Jo', entity: 'B-PER', score: 0.9, index: 1 },
				{ word: '##hn', entity: 'I-PER', score: 0.7, index: 2 },
				{ word: 'Doe', entity: 'I-PER', score: 0.8, index: 3 },
				{ word: 'Doe', entity: 'I-PER', score: 0.6, index: 9 },
			];
			const entities = atOnce(readEntities(rows, 'somewhere'));
			expect(named(entities)).toEqual([
				['PER', 'John Doe'],
				['PER', 'Doe'],
			]);
			expect(entities[0]?.score).toBeCloseTo(0.8);
		});

		it.each([
			[['E-MAIL'], ['E-MAIL']],
			[
				['e_mail', 'PHONE'],
				['e_mail', 'PHONE'],
			],
			[
				['B-CELL', 'T-CELL', 'PROTEIN'],
				['B-CELL', 'T-CELL', 'PROTEIN'],
			],
			[
				['S-CORP', 'O', 'LLC'],
				['S-CORP', 'LLC'],
			],
			[
				['B-E-MAIL', 'O', 'S-PER'],
				['E-MAIL', 'PER'],
			],
			[
				['B-PER', 'E-PER', 'S-LOC', 'E-MAIL'],
				['PER', 'LOC', 'MAIL'],
			],
			[
				['B-PER', 'I-PER', 'O', 'DATE'],
				['PER', 'DATE'],
			],
			[
				['U-PER', 'B-LOC', 'L-LOC'],
				['PER', 'LOC'],
			],
		])('have marks before their labels where the answer as a whole has: %j', (entities, expected) => {
			const text = entities.map((_, index) => `Word${index}`).join(' ');
			const pieces = entities.map((entity, index): [string, string] => [`Word${index}`, entity]);
			expect(named(atOnce(readEntities(piecesOf(text, pieces), text))).map(([label]) => label)).toEqual(expected);
		});

		it('of an answer of groups are left as they are', () => {
			const rows = ['Anna', 'Paul'].map((word) => groupIn('Anna Paul', word));
			expect(named(atOnce(readEntities(rows, 'Anna Paul')))).toEqual([
				['PER', 'Anna'],
				['PER', 'Paul'],
			]);
		});

		it('take no longer than their number', () => {
			const text = 'Anna '.repeat(20_000);
			const rows = Array.from({ length: 20_000 }, (_, index) => ({
				word: 'Anna',
				entity: 'B-PER',
				score: 1,
				start: index * 5,
				end: index * 5 + 4,
			}));
			expect(atOnce(readEntities(rows, text))).toHaveLength(20_000);
			expect(processorTime(() => atOnce(readEntities(rows, text)))).toBeLessThan(2000);
		});
	});
});
