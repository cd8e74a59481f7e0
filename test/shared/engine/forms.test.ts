import { Forms } from '../../../nodes/shared/engine/forms';
import type { Problem } from '../../../nodes/shared/core/problem';

const refused: Problem = { kind: 'status', status: 422, body: 'no such field' };
const busy: Problem = { kind: 'status', status: 429, body: '' };
const operation = { forms: 3, isFormRefused: (problem: Problem) => problem === refused };

describe('the form in which a model is asked', () => {
	it('is the next one after a refusal, for all that follows', () => {
		const forms = new Forms(operation);
		expect([forms.of('a'), forms.next('a', 0, refused), forms.of('a'), forms.of('b')]).toEqual([0, 1, 1, 0]);
	});

	it('stays where something else has failed, or there is no other', () => {
		const forms = new Forms(operation);
		expect(forms.next('a', 0, busy)).toBeUndefined();
		expect(forms.next('a', 2, refused)).toBeUndefined();
		expect(new Forms({}).next('a', 0, refused)).toBeUndefined();
		expect(forms.of('a')).toBe(0);
	});

	it('is not tried again by what was asked before it was learnt', () => {
		const forms = new Forms(operation);
		forms.next('a', 0, refused);
		forms.next('a', 1, refused);
		expect(forms.next('a', 0, refused)).toBe(2);
	});

	it('is found out by the first, while the others of its model wait', async () => {
		const forms = new Forms(operation);
		const asked: string[] = [];
		let answer = () => {};
		const first = forms.inTurn('a', async () => {
			asked.push('first');
			await new Promise<void>((resolve) => (answer = resolve));
			throw new Error('failed');
		});
		const second = forms.inTurn('a', async () => asked.push('second'));
		await forms.inTurn('b', async () => asked.push('other'));
		expect(asked).toEqual(['first', 'other']);
		answer();
		await expect(first).rejects.toThrow('failed');
		await second;
		expect(asked).toEqual(['first', 'other', 'second']);
	});

	it('is known once the model has taken the first question, whatever comes of it', async () => {
		const forms = new Forms(operation);
		let answer = () => {};
		const first = forms.inTurn('a', async () => {
			forms.take('a');
			await new Promise<void>((resolve) => (answer = resolve));
		});
		expect(await forms.inTurn('a', async () => 'second')).toBe('second');
		answer();
		await first;
	});
});
