import { errorText, labels, refusal } from '../../../nodes/shared/core/answer';
import { finish, type PartResult } from '../../../nodes/shared/engine/assemble';
import { explain } from '../../../nodes/shared/engine/explain';
import type { Field } from '../../../nodes/shared/core/fields';
import { readValue } from '../../../nodes/shared/engine/input';
import type { AnyOperation, Dict, Output } from '../../../nodes/shared/core/operation';
import { attempt, problemOf } from '../../../nodes/shared/core/problem';
import { interpret } from '../../../nodes/shared/engine/receive';
import { readRetryAfter } from '../../../nodes/shared/engine/retry';
import { usageOf, usageOfItem } from '../../../nodes/shared/engine/usage';
import { atOnce } from '../../../nodes/shared/core/steps';
import { fileOf, mediaOf, takeOutMediaInSteps } from '../../../nodes/shared/media/find';
import { extensionOf, kindFrom } from '../../../nodes/shared/media/kind';
import { subtitleFile } from '../../../nodes/shared/media/subtitles';
import { applyTemplate, type Family } from '../../../nodes/shared/operations/text/templates';
import { operationOf, outputsFor, requestFor } from '../../support/operations';
import { thrownBy, within } from '../../support/work';
import { processorTime } from '../../support/yardstick';

const takeOutMedia = (...given: Parameters<typeof takeOutMediaInSteps>) => atOnce(takeOutMediaInSteps(...given));

const MB = 1_000_000;
const RUN = 100_000;
const PNG = Buffer.from('\x89PNG\r\n\x1a\n________', 'latin1').toString('base64').replace(/=+$/, '');
const SITUATION = { model: 'm', host: 'h', attempts: 1, screenNames: { a: 'A' } };
/** Pieces that regular expressions may stumble over, as long runs and one after the other. */
const SEEDS = [
	' ',
	'\n',
	'\t \n',
	'a',
	'a ',
	'A',
	'/',
	'a/',
	'.',
	'a.',
	';',
	'; a',
	'; a: ',
	'a: ',
	'<',
	'<!-- -->',
	'=',
	'-->',
	'- ',
	'%',
	'%2',
	'{',
	'[',
	'"',
	'\\',
	'\u2028',
	'🤖',
	'a,',
	'0',
	'1.',
];
/** Each made when it is needed: jest looks through what it is given with a test. */
const RUNS = SEEDS.flatMap((seed): Array<[string, () => string]> => {
	const run = seed.repeat(Math.ceil(RUN / seed.length));
	return [
		['', ''],
		['x', ''],
		['', '!'],
		['x', '\u0000'],
	].map(([before = '', behind = '']): [string, () => string] => [
		JSON.stringify(`${`${before}${run}`.slice(0, 6)}…${`${run}${behind}`.slice(-3)}`),
		() => `${before}${run}${behind}`,
	]);
});

describe('a text of 100,000 characters is read in little time', () => {
	it.each(RUNS)('%s', (_, make) => {
		const text = make();
		within(4000, () => {
			errorText({ detail: [{ loc: ['body', text], msg: text }] });
			refusal({ error: text });
			explain({ kind: 'status', status: 422, body: text }, SITUATION);
			explain({ kind: 'status', status: 500, body: { error: text } }, SITUATION);
			interpret({ status: 200, headers: { 'x-request-id': text }, text }, 0);
			readRetryAfter(text, 0);
			extensionOf(text);
			kindFrom(Buffer.from(text), text);
			fileOf(text);
		});
	});

	it.each(RUNS)('%s as a data URL', (_, make) => {
		const text = make();
		within(2000, () => {
			fileOf(`data:${text}`);
			fileOf(`data:${text};base64,${text}`);
			fileOf(`data:,${text}`);
			takeOutMedia({ images: [`data:${text}`], text: `data:a/b,${text}` }, String);
		});
	});

	it.each(RUNS)('%s after the start of an image in base64', (_, make) => {
		const text = make();
		within(2000, () => fileOf(`${PNG}${text}`));
		within(2000, () => fileOf(`${PNG}${'A'.repeat(600)}${text}`));
	});

	it.each(RUNS)('%s as a subtitle', (_, make) => {
		const text = make();
		within(2000, () => atOnce(subtitleFile('vtt', [{ start: 0, end: 1, text: `a${text}b` }])));
	});

	it.each(RUNS)('%s as labels and as a gap', (_, make) => {
		const text = make();
		const zeroShot = operationOf('image', 'classifyZeroShot');
		within(2000, () => attempt(() => requestFor(zeroShot, { candidateLabels: text })));
		within(2000, () =>
			attempt(() => requestFor(operationOf('text', 'fillMask'), { text: `[MASK]${text}` }, { maskToken: '<mask>' })),
		);
	});

	it.each<[Family, string, string]>([
		['llama3', '<|eot_', 'id|>'],
		['chatml', '<|im_', 'end|>'],
		['gemma', '<end_of', '_turn>'],
		['mistral', '[IN', 'ST]'],
	])('with tokens of %s wrapped in each other', (family, start, end) => {
		const depth = 100_000;
		const text = `${start.repeat(depth)}${end.repeat(depth)}`;
		const { input } = within(3000, () => applyTemplate(family, text));
		expect(input.split(`${start}${end}`).length).toBeLessThanOrEqual(4);
	});
});

describe('an answer with a run of 100,000 letters within it is read in little time', () => {
	const said = (content: string) => ({ choices: [{ message: { content }, finish_reason: 'stop' }] });
	it.each<[string, AnyOperation, Dict, (text: string) => Dict]>([
		['a chat', operationOf('chat', 'complete'), { options: { responseFormat: 'json_object' } }, said],
		['a translation', operationOf('text', 'translate'), { text: 'x', targetLanguage: 'French' }, said],
		[
			'a gap',
			operationOf('text', 'fillMask'),
			{ text: '[MASK]' },
			(sequence) => ({ results: [{ sequence, score: 1 }] }),
		],
		['labels', operationOf('text', 'classifyZeroShot'), { text: 'x', candidateLabels: 'a,b' }, said],
		['a page', operationOf('document', 'extractText'), {}, said],
	])('%s', (_, operation, given, answer) => {
		for (const run of [' ', '\n', '\t \n', '`', '.', '*', '"'].map((seed) => seed.repeat(RUN / seed.length)))
			for (const text of [`x${run}y`, `\`\`\`${run}y`, `\`\`\`json\n${run}y\`\``, `{"a": 1${run}y`])
				within(1000, () => attempt(() => outputsFor(operation, given, answer(text))));
	});

	it('and so is a text', () => {
		const translate = operationOf('text', 'translate');
		for (const seed of [' ', '\n', '\u00a0'])
			within(1000, () =>
				attempt(() =>
					outputsFor(translate, { text: `x${seed.repeat(RUN)}y`, targetLanguage: 'French' }, said('French\nx y')),
				),
			);
	});
});

describe('a nesting of 100,000 levels', () => {
	const DEPTH = 100_000;
	const deepJson = (open: string, close: string) => `${open.repeat(DEPTH)}${close.repeat(DEPTH)}`;
	const deepObject = () => {
		let value: Dict = {};
		for (let depth = 0; depth < DEPTH; depth++) value = { a: value };
		return value;
	};
	const deepList = () => {
		let value: unknown[] = [];
		for (let depth = 0; depth < DEPTH; depth++) value = [value];
		return value;
	};

	it.each([
		['objects', `{"error":${deepJson('{"error":', '}').replace(/:\}/, ':{}}')}}`],
		['lists', `{"error":${deepJson('[', ']')}}`],
	])('of %s in an error gives words', (_, text) => {
		const outcome = within(5000, () => interpret({ status: 500, headers: {}, text }, 0));
		expect(outcome.ok).toBe(false);
		if (!outcome.ok)
			expect(explain(outcome.problem, SITUATION).message).toBe('DeepInfra could not answer (status 500)');
	});

	it('in an answer is an answer that cannot be used, and no crash', () => {
		const answer = {
			images: deepList(),
			results: deepList(),
			embeddings: deepList(),
			output: deepObject(),
			segments: deepList(),
			text: 'x',
		};
		for (const work of [
			() => mediaOf(answer, 'image'),
			() => takeOutMedia({ other: deepObject() }, String),
			() => labels(answer.results),
			() => outputsFor(operationOf('embedding', 'create'), { text: 'a' }, answer),
		]) {
			const outcome = attempt<unknown>(work);
			expect(outcome.ok).toBe(false);
			if (!outcome.ok)
				expect(outcome.problem).toMatchObject({ kind: 'answer', message: expect.stringContaining('DeepInfra') });
		}
		expect(usageOf({ inference_status: deepObject() }, 'm', 1)).toEqual({ model: 'm', attempts: 1 });
		expect(refusal({ error: deepObject(), errors: deepList() })).toBeUndefined();
		expect(outputsFor(operationOf('audio', 'transcribe'), {}, answer)[0]?.json.text).toBe('x');
	});

	it('in an input is not blamed on DeepInfra', () => {
		const field: Field = { displayName: 'Text', name: 'text', type: 'string', default: '' };
		const outcome = attempt(() => readValue(field, deepObject()));
		if (!outcome.ok)
			expect(outcome.problem).toMatchObject({ kind: 'input', message: expect.stringContaining("'Text'") });
	});
});

describe('100 megabytes', () => {
	const big = 'x'.repeat(100 * MB);
	const page = `<html>${big}`;

	it('of text are a text', () => {
		const outcome = interpret({ status: 200, headers: {}, text: `{"results":[{"generated_text":"${big}"}]}` }, 0);
		const [output] = outcome.ok ? outputsFor(operationOf('text', 'generate'), { prompt: 'x' }, outcome.value) : [];
		expect(output?.json.text === big).toBe(true);
	});

	it('of what is no JSON are told in few words', () => {
		for (const text of [big, `{"a":"${big}`, page, `${' '.repeat(10 * MB)}`]) {
			const outcome = interpret({ status: 200, headers: {}, text }, 0);
			expect(JSON.stringify(outcome).length).toBeLessThan(300);
		}
	});

	it('of an error are told in few words', () => {
		for (const text of [big, `{"detail":{"error":"${big}"}}`, page]) {
			const outcome = interpret({ status: 500, headers: {}, text }, 0);
			if (!outcome.ok) expect(explain(outcome.problem, SITUATION).message.length).toBeLessThan(700);
			expect(outcome.ok).toBe(false);
		}
	});

	it('of an image are an image, in every form', () => {
		const base64 = (size: number) => `${PNG}${'A'.repeat(size)}`;
		const url = (size: number) => `data:image/png;base64,${base64(size)}`;
		const take = (text: string) => {
			const { json, files } = takeOutMedia({ images: [text] }, (index) => `data_${index}`);
			expect(json).toEqual({ images: ['data_0'] });
			expect(files).toHaveLength(1);
			return files;
		};
		const find = (text: string) => mediaOf({ images: [text] }, 'image');
		// Who looks for a file does not ask in which form it is: both forms and both ways once, and the rest smaller.
		for (const [size, files] of [
			[100 * MB, find(base64(100 * MB))],
			[100 * MB, take(url(100 * MB))],
			[5 * MB, find(url(5 * MB))],
			[5 * MB, take(base64(5 * MB))],
		] as const) {
			const [file] = files;
			expect(file && 'bytes' in file && file.bytes.length > 0.75 * size).toBe(true);
		}
	});
});

describe('very many', () => {
	/** More than a function can be called with. */
	const MANY = 150_000;
	it('are too many for a call', () => expect(() => Math.max(...Array<number>(MANY).fill(1))).toThrow(RangeError));

	it('parts of one item have one usage', () => {
		const shares = Array.from({ length: MANY }, () => ({
			usage: { model: 'm', attempts: 1, costUsd: 1 },
			share: 1,
		}));
		expect(usageOfItem(shares)).toEqual({ model: 'm', attempts: 1, costUsd: MANY });
	});

	it('texts of one item become one output', () => {
		const { join } = operationOf('embedding', 'create');
		const outputs = [{ json: { embedding: [1], dimensions: 1 } }];
		const pieces = Array.from(
			{ length: MANY },
			(): PartResult => ({ kind: 'task', usage: { model: 'm', attempts: 1 }, share: 1, outputs }),
		);
		const finished = finish({ join }, { text: Array<string>(MANY).fill('x') }, pieces);
		const [output] = 'outputs' in finished ? finished.outputs : [];
		expect(output?.json.embeddings).toHaveLength(MANY);
	});

	it.each<[string, (index: number) => Dict, (index: number) => Dict]>([
		[
			'that are spelled otherwise than their segments',
			(index) => ({ start: index, end: index + 1, text: `They said ${index}.` }),
			(index) => ({ start: index / 2, end: index / 2 + 0.5, word: 'said' }),
		],
		[
			'in segments that lie over each other',
			() => ({ start: 0, end: 1e9, text: 'They said so.' }),
			(index) => ({ start: index, end: index + 1, word: 'said' }),
		],
		[
			'in segments without an end',
			(index) => ({ start: index, end: null, text: 'They said so.' }),
			() => ({ start: null, end: null, word: 'said' }),
		],
		[
			'in segments that no start follows',
			(index) => ({ start: index === 0 ? 0 : null, end: null, text: 'They said so.' }),
			() => ({}),
		],
	])('words %s are subtitles', (_, segment, word) => {
		const count = 15_000;
		const all = (each: (index: number) => Dict) => Array.from({ length: count }, (__, index) => each(index));
		const answer = { text: 'x', segments: all(segment), words: all(word) };
		let output: Output | undefined;
		const work = () => {
			[output] = outputsFor(operationOf('audio', 'transcribe'), { options: { subtitles: ['srt'] } }, answer);
		};
		// To compare each with each takes many seconds.
		expect(processorTime(() => within(20_000, work))).toBeLessThan(800);
		expect(String(output?.texts?.srt?.text).match(/ --> /g)).toHaveLength(count);
	});

	it('errors in one body are told in few words', () => {
		const detail = Array.from({ length: MANY }, (_, index) => ({ loc: ['body', 'inputs', index], msg: 'empty' }));
		expect(explain({ kind: 'status', status: 422, body: { detail } }, SITUATION).message.length).toBeLessThan(700);
	});

	it('labels are sorted', () => {
		const rows = Array.from({ length: MANY }, (_, index) => ({ label: String(index), score: index }));
		expect(labels(rows)[0]).toEqual({ label: String(MANY - 1), score: MANY - 1 });
	});
});

describe('keys that mean something to JavaScript', () => {
	const ANSWER =
		'{"__proto__":{"error":"x","status":"failed"},"constructor":{"name":"x"},"toString":1,"hasOwnProperty":2,"results":[{"__proto__":{"label":"p"},"label":"a","score":1}]}';

	it('are data', () => {
		const outcome = interpret({ status: 200, headers: {}, text: ANSWER }, 0);
		expect(outcome.ok).toBe(true);
		const answer = outcome.ok ? outcome.value : {};
		expect(outputsFor(operationOf('text', 'classify'), { text: 'x' }, answer)[0]?.json).toEqual({
			label: 'a',
			score: 1,
			labels: [{ label: 'a', score: 1 }],
			scores: { a: 1 },
		});
		expect(JSON.stringify(takeOutMedia(answer, String).json)).toBe(ANSWER);
		expect(usageOf(answer, 'm', 1)).toEqual({ model: 'm', attempts: 1 });
		expect('error' in {}).toBe(false);
	});

	it('in places for names of states and files are unknown names', () => {
		for (const status of ['constructor', '__proto__', 'toString'])
			expect(refusal({ status, inference_status: { status } })).toBeUndefined();
		expect(explain({ kind: 'network', code: 'constructor', message: 'x' }, SITUATION).message).toBe(
			'No connection to h: x',
		);
		expect(problemOf(thrownBy(() => mediaOf({ constructor: 'x' }, 'image')))).toMatchObject({ kind: 'answer' });
	});
});
