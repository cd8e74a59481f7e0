import { groupAnswered } from '../../../nodes/shared/engine/merge';
import { planBatches } from '../../../nodes/shared/engine/plan';
import type { AnyOperation, Dict, Output } from '../../../nodes/shared/core/operation';
import { isSteps, type Steps } from '../../../nodes/shared/core/steps';
import { inSteps } from '../../../nodes/shared/n8n/http/clock';
import { readMpeg, readWave } from '../../../nodes/shared/media/sound';
import { inputFor, operationOf } from '../../support/operations';
import { longestTurn, processorTime } from '../../support/yardstick';

const MB = 1024 * 1024;
/** Milliseconds that are promised. */
const LONGEST_TURN = 250;

const list = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** Does all steps, each of which lets others in when it is done. @param least how many there are: each entry's own, in all that is done with it */
async function inTime<T extends object>(steps: Steps<T>, least: number): Promise<T | undefined> {
	let value: T | undefined;
	let count = 0;
	function* counted(): Steps<T> {
		for (; ; count++) {
			const step = steps.next();
			if (step.done) return step.value;
			yield;
		}
	}
	expect(await longestTurn(async () => (value = await inSteps(counted())))).toBeLessThan(LONGEST_TURN);
	expect(count).toBeGreaterThanOrEqual(least);
	return value;
}

async function outputsInTime(
	operation: AnyOperation,
	given: Dict,
	answer: Dict,
	least: number,
): Promise<Output[] | undefined> {
	const outputs = operation.items(answer, [inputFor(operation, given)]);
	if (!isSteps(outputs)) throw new Error('It has only one step');
	return await inTime(outputs, least);
}

const spans = (count: number, name: string) =>
	list(count, (index) => ({ start: index, end: index + 0.9, [name]: ' hello there' }));

it.each<[string, AnyOperation, () => { given: Dict; answer: Dict; count: number; least: number }]>([
	[
		'segments with their subtitles',
		operationOf('audio', 'transcribe'),
		() => ({
			given: { options: { subtitles: ['srt', 'vtt', 'txt'], maxLineLength: 42 } },
			answer: { text: 'x', segments: spans(20_000, 'text') },
			count: 1,
			least: 8 * 20_000,
		}),
	],
	[
		'words of one segment',
		operationOf('audio', 'transcribe'),
		() => ({
			given: { options: { chunkLevel: 'word', subtitles: ['srt'], maxLineLength: 42 } },
			answer: {
				text: 'x',
				segments: [{ start: 0, end: 30_000, text: ' hello there'.repeat(30_000) }],
				words: spans(30_000, 'word'),
			},
			count: 1,
			least: 2 * 30_000,
		}),
	],
	[
		'segments, each an item',
		operationOf('audio', 'transcribe'),
		() => ({
			given: { options: { splitInto: 'segments' } },
			answer: { text: 'x', segments: spans(30_000, 'text') },
			count: 30_000,
			least: 2 * 30_000,
		}),
	],
	[
		'names among emoji',
		operationOf('text', 'classifyTokens'),
		() => ({
			given: { text: '😀 Anna 👩‍👩‍👧 '.repeat(15_000) },
			answer: {
				results: list(15_000, (index) => {
					const start = index * 13 + 2;
					return { entity_group: 'PER', score: 0.9, word: 'Anna', start, end: start + 4 };
				}),
			},
			count: 1,
			least: 3 * 15_000,
		}),
	],
	[
		'pieces of names, told by their bytes',
		operationOf('text', 'classifyTokens'),
		() => ({
			given: { text: 'Änna '.repeat(15_000) },
			answer: {
				results: list(15_000, (index) => ({
					entity: index % 3 ? 'I-PER' : 'B-PER',
					score: 0.9,
					word: index % 3 ? '##nna' : 'Ä',
					start: index * 6,
					end: index * 6 + 2,
				})),
			},
			count: 1,
			least: 2.3 * 15_000,
		}),
	],
	[
		'models',
		operationOf('model', 'getAll'),
		() => ({
			given: { returnAll: true },
			answer: {
				rows: list(8000, (index) => ({
					model_name: `a/m${index}`,
					type: 'text-generation',
					reported_type: 'text-generation',
					tags: ['x'],
					pricing: { type: 'tokens', cents_per_input_token: 0.00001, cents_per_output_token: 0.00002 },
					description: 'A model of words. '.repeat(5),
				})),
			},
			count: 8000,
			least: 2 * 8000,
		}),
	],
])('an answer with very many %s lets others in while it is read', async (_, operation, make) => {
	const { given, answer, count, least } = make();
	expect(await outputsInTime(operation, given, answer, least)).toHaveLength(count);
});

it('very many parts are put into requests in steps', async () => {
	const parts = list(30_000, (index) => ({ text: `text ${index}`, model: 'm/m', options: {} }));
	expect(await inTime(planBatches({ batch: { over: 'text', max: 1000 } }, parts), 30_000)).toHaveLength(30);
});

it('large parts are put into requests in steps', async () => {
	const words = 'word '.repeat(9600);
	const parts = list(1000, (index) => ({ text: `${index} ${words}`, model: 'm/m', options: {} }));
	expect(await inTime(planBatches({ batch: { over: 'text', max: 1000 } }, parts), 1000)).toHaveLength(6);
});

it('very many items that were one search are found together in little time', () => {
	const operation = operationOf('text', 'rerank');
	const usage = { model: 'm/m', attempts: 1 };
	const entries = list(30_000, (index) => ({
		input: { query: `q${index % 2}`, document: `d${index}`, options: {} },
		results: [{ outputs: [], usage, share: 1, kind: 'task' as const }],
	}));
	let groups: unknown[][] = [];
	expect(processorTime(() => (groups = groupAnswered(operation, entries)))).toBeLessThan(LONGEST_TURN);
	expect(groups.map(({ length }) => length)).toEqual([15_000, 15_000]);
});

describe('a sound of 12 MB is measured in little time', () => {
	const riff = Buffer.from('RIFF\x24\0\0\0WAVE', 'latin1');
	const frame = Buffer.concat([Buffer.from('\xff\xf3\x14\xc4', 'latin1'), Buffer.alloc(20)]);
	it.each<[string, () => Buffer]>([
		['chunks of no length', () => Buffer.concat([riff, Buffer.alloc(12 * MB)])],
		['chunks of one byte', () => Buffer.concat([riff, Buffer.alloc(12 * MB, 'abcd\x01\0\0\0xy', 'latin1')])],
	])('of %s', (_, make) => {
		const bytes = make();
		expect(processorTime(() => expect(readWave(bytes)).toBeUndefined())).toBeLessThan(LONGEST_TURN);
	});

	it.each<[string, string | number]>([
		['the beginnings of tags', 'I'],
		['the beginnings of frames', 0xff],
		['nothing', 0],
	])('that goes on with %s', (_, junk) => {
		const sound = Buffer.concat([...list(10, () => frame), Buffer.alloc(12 * MB, junk)]);
		let seconds: number | undefined;
		expect(processorTime(() => (seconds = readMpeg(sound)?.seconds))).toBeLessThan(LONGEST_TURN);
		expect(seconds).toBeCloseTo(10 * (576 / 24_000), 1);
	});
});
