/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import fc from 'fast-check';
import { isDict } from '../../../nodes/shared/core/answer';
import { defineOperation, type AnyOperation, type Dict } from '../../../nodes/shared/core/operation';
import { halve, isAlone, planBatches, type Batch } from '../../../nodes/shared/engine/plan';
import { atOnce } from '../../../nodes/shared/core/steps';

const batching = (max: number): AnyOperation =>
	defineOperation({
		resource: 'x',
		value: 'x',
		name: 'X',
		action: 'X',
		description: 'X',
		tasks: [],
		batch: { over: 'text', max },
		fields: [{ displayName: 'Text', name: 'text', type: 'string', default: '' }],
		request: () => ({ path: '/x' }),
		items: () => [],
	});

const texts = fc.oneof(
	fc.constantFrom('a', 'b', '', 'a\n"b"', '{"text":"a"}', '__proto__', 'constructor'),
	fc.string(),
);
const part: fc.Arbitrary<Dict> = fc.record({
	text: texts,
	model: fc.constantFrom('m', 'n'),
	simplify: fc.constantFrom(true, true, true, false),
	options: fc.constantFrom({}, {}, { webhook: '' }, { webhook: 'https://a.b' }, { dryRun: true }, { normalize: true }),
});
const parts = fc.array(part, { maxLength: 60 });
const sizes = fc.integer({ min: 1, max: 8 });
const rest = (input: Dict) => JSON.stringify({ ...input, text: undefined });

describe('the plan', () => {
	it.each([
		[0, 0],
		[1, 1],
		[1000, 1],
		[1024, 1],
		[1025, 2],
		[3000, 3],
	])('of %i texts makes %i requests', (count, requests) => {
		const all = Array.from({ length: count }, (_, index) => ({ text: `text number ${index}`, options: {} }));
		expect(atOnce(planBatches(batching(1024), all))).toHaveLength(requests);
	});

	it('loses nothing and invents nothing: each part belongs to the one input that is equal to it', () => {
		fc.assert(
			fc.property(parts, sizes, (all, max) => {
				const jobs = atOnce(planBatches(batching(max), all));
				const owned = jobs.flatMap(({ owners }) => owners.flat());
				expect([...owned].sort((a, b) => a - b)).toEqual(all.map((_, index) => index));
				for (const { inputs, owners } of jobs) {
					expect(owners).toHaveLength(inputs.length);
					for (const [index, input] of inputs.entries()) {
						for (const owner of owners[index] ?? []) expect(all[owner]).toEqual(input);
					}
				}
			}),
		);
	});

	it('holds no more than allowed, and only parts that differ in nothing else', () => {
		fc.assert(
			fc.property(parts, sizes, (all, max) => {
				for (const { inputs } of atOnce(planBatches(batching(max), all))) {
					expect(inputs.length).toBeLessThanOrEqual(max);
					expect(new Set(inputs.map(rest)).size).toBe(1);
				}
			}),
		);
	});

	it('sends equal inputs once, in as few requests as there can be, and those that are alone each on its own', () => {
		fc.assert(
			fc.property(parts, sizes, (all, max) => {
				const jobs = atOnce(planBatches(batching(max), all));
				const alone = all.filter(isAlone);
				const shared = [...new Set(all.filter((each) => !isAlone(each)).map((each) => JSON.stringify(each)))];
				const groups = new Map<string, number>();
				for (const each of shared) {
					const parsed: unknown = JSON.parse(each);
					const key = isDict(parsed) ? rest(parsed) : '';
					groups.set(key, (groups.get(key) ?? 0) + 1);
				}
				const needed = [...groups.values()].reduce((sum, count) => sum + Math.ceil(count / max), 0);
				expect(jobs).toHaveLength(alone.length + needed);
				expect(jobs.reduce((sum, { inputs }) => sum + inputs.length, 0)).toBe(alone.length + shared.length);
			}),
		);
	});

	it('keeps the order', () => {
		fc.assert(
			fc.property(parts, sizes, (all, max) => {
				for (const { owners } of atOnce(planBatches(batching(max), all))) {
					const firsts = owners.map(([first = -1]) => first);
					expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
				}
			}),
		);
	});

	it('sends each part on its own when the operation does not batch', () => {
		const all: Dict[] = [{ text: 'a' }, { text: 'a' }];
		expect(atOnce(planBatches({ batch: undefined }, all))).toEqual(
			all.map((each, index) => ({ inputs: [each], owners: [[index]], size: 0 })),
		);
	});

	it('takes twice the time for twice the parts', () => {
		/** The best of several, of the processor, until one is good enough: what else the machine does only adds. */
		const timeOf = (count: number, goodEnough: number) => {
			const all = Array.from(
				{ length: count },
				(_, index): Dict => ({ text: `text ${index}`, model: `m${index % 3}` }),
			);
			let best = Infinity;
			for (let times = 0; times < 5 && best >= goodEnough; times++) {
				const before = process.cpuUsage();
				const planned = atOnce(planBatches(batching(1024), all));
				best = Math.min(best, process.cpuUsage(before).user / 1000);
				expect(planned.reduce((sum, { inputs }) => sum + inputs.length, 0)).toBe(count);
			}
			return best;
		};
		// A plan that is quadratic would take 64 times as long.
		const most = Math.max(5, timeOf(5_000, 0)) * 30;
		expect(timeOf(40_000, most)).toBeLessThan(most);
	});
});

describe('isAlone', () => {
	it.each<[Dict, boolean]>([
		[{}, false],
		[{ simplify: true, options: {} }, false],
		[{ simplify: false }, true],
		[{ options: { webhook: 'https://a.b' } }, true],
		[{ options: { webhook: '' } }, false],
		[{ options: { dryRun: true } }, true],
		[{ options: { dryRun: false } }, false],
		[{ options: null }, false],
		[{ options: 'webhook' }, false],
	])('of %j is %s', (input, expected) => {
		expect(isAlone(input)).toBe(expected);
	});
});

describe('halving', () => {
	const jobOf = (count: number): Batch | undefined =>
		atOnce(
			planBatches(
				batching(1000),
				Array.from({ length: count }, (_, index): Dict => ({ text: String(index) })),
			),
		)[0];

	/** Requests that a job takes when a bad input spoils every request that it is in. */
	function findBad(job: Batch, isBad: (input: Dict) => boolean): { bad: Dict[]; good: Dict[]; requests: number } {
		if (!job.inputs.some(isBad)) return { bad: [], good: [...job.inputs], requests: 1 };
		const halves = halve(job);
		if (!halves) return { bad: [...job.inputs], good: [], requests: 1 };
		const found = halves.map((half) => findBad(half, isBad));
		return {
			bad: found.flatMap(({ bad }) => bad),
			good: found.flatMap(({ good }) => good),
			requests: 1 + found.reduce((sum, { requests }) => sum + requests, 0),
		};
	}

	it('finds exactly the bad inputs, in order, with few requests', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 300 }), fc.array(fc.nat(299), { maxLength: 6 }), (count, indexes) => {
				const bad = new Set(indexes.filter((index) => index < count).map(String));
				const job = jobOf(count);
				const found = job && findBad(job, ({ text }) => bad.has(String(text)));
				const all = Array.from({ length: count }, (_, index) => String(index));
				expect(found?.bad.map(({ text }) => text)).toEqual(all.filter((text) => bad.has(text)));
				expect(found?.good.map(({ text }) => text)).toEqual(all.filter((text) => !bad.has(text)));
				expect(found?.requests).toBeLessThanOrEqual(1 + 2 * bad.size * Math.ceil(Math.log2(count + 1)));
			}),
		);
	});

	it('keeps each input with its owners', () => {
		fc.assert(
			fc.property(fc.integer({ min: 2, max: 50 }), (count) => {
				const job = jobOf(count);
				const halves = (job && halve(job)) ?? [];
				expect(halves.flatMap(({ inputs }) => inputs)).toEqual(job?.inputs);
				expect(halves.flatMap(({ owners }) => owners)).toEqual(job?.owners);
				expect(halves.every(({ inputs, owners }) => inputs.length > 0 && inputs.length === owners.length)).toBe(true);
			}),
		);
	});

	it('leaves a single input alone', () => {
		const job = jobOf(1);
		expect(job && halve(job)).toBeUndefined();
	});
});
