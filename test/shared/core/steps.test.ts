import { atOnce, isSteps, mapInSteps } from '../../../nodes/shared/core/steps';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('a list in steps', () => {
	it.each([0, 1, 1999, 2000, 2001, 20_000])('of %d is mapped as a list is', (count) => {
		const square = (entry: number, index: number) => entry * index;
		expect(atOnce(mapInSteps(numbers(count), square))).toEqual(numbers(count).map(square));
	});

	it('pauses as often as it is long, and where it was it goes on', () => {
		const seen: number[] = [];
		const steps = mapInSteps(numbers(10_000), (entry) => seen.push(entry));
		expect(steps.next()).toEqual({ done: false, value: undefined });
		expect(seen).toEqual(numbers(2000));
		let pauses = 1;
		while (!steps.next().done) pauses++;
		expect(pauses).toBe(5);
		expect(seen).toEqual(numbers(10_000));
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
