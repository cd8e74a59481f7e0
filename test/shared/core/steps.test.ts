import { atOnce, isSteps, mapInSteps } from '../../../nodes/shared/core/steps';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('a list in steps', () => {
	it.each([0, 1, 2, 20_000])('of %d is mapped as a list is', (count) => {
		const square = (entry: number, index: number) => entry * index;
		expect(atOnce(mapInSteps(numbers(count), square))).toEqual(numbers(count).map(square));
	});

	it('may pause after each of its entries', () => {
		const seen: number[] = [];
		const steps = mapInSteps([5, 6, 7], (entry) => seen.push(entry));
		expect(steps.next()).toEqual({ done: false, value: undefined });
		expect(seen).toEqual([5]);
		expect([steps.next().done, steps.next().done]).toEqual([false, false]);
		expect(steps.next()).toEqual({ done: true, value: [1, 2, 3] });
	});

	it('fails where an entry does, at once', () => {
		const seen: number[] = [];
		const fail = (entry: number) => {
			seen.push(entry);
			if (entry === 5000) throw new Error('no');
		};
		expect(() => atOnce(mapInSteps(numbers(10_000), fail))).toThrow('no');
		expect(seen).toHaveLength(5001);
	});
});

describe('what is done', () => {
	it.each([[[1, 2]], [{ next: 1 }], [{ value: 1 }]])('%j has no steps', (work) => expect(isSteps(work)).toBe(false));
	it('in a generator has', () => expect(isSteps(mapInSteps([1], (each) => each))).toBe(true));
});
