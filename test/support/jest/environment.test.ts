/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { AsyncLocalStorage } from 'node:async_hooks';

const place = () => /environment\.test\.ts:(\d+:\d+)/.exec(new Error('here').stack ?? '')?.[1];

it('an error names the line and column of the source', () => {
	expect(place()).toBe('4:60');
});

it('code under test has storages of its own, which follow it through what it awaits', async () => {
	const storage = new AsyncLocalStorage<string>();
	const read = async () => {
		await new Promise(setImmediate);
		return storage.getStore();
	};
	const both = [storage.run('one', read), storage.run('two', read)];
	expect([await Promise.all(both), storage.getStore()]).toEqual([['one', 'two'], undefined]);
	storage.disable();
});

describe('an expectation, of which only one matcher is made,', () => {
	const rejected = async () => await Promise.reject(new Error('odd'));

	it('fails in all its forms', async () => {
		expect(() => expect(1).toBe(2)).toThrow(/expect\(received\)\.toBe\(expected\)[^]*Expected: .*2[^]*Received: .*1/);
		expect(() => expect(1).not.toBe(1)).toThrow(/\.not\.toBe/);
		await expect(expect(rejected()).resolves.toBe(1)).rejects.toThrow(/rejected instead of resolved/);
		await expect(expect(rejected()).rejects.toThrow('even')).rejects.toThrow(/Received message: .*odd/);
		await expect(expect(rejected()).rejects.not.toThrow('odd')).rejects.toThrow(/\.rejects\.not\.toThrow/);
		await expect(expect(Promise.resolve(1)).resolves.not.toBe(1)).rejects.toThrow(/\.resolves\.not\.toBe/);
	});

	it('knows all matchers, and is counted', () => {
		const before = expect.getState().assertionCalls;
		const one = expect('text');
		one.toContain('ex');
		one.toHaveLength(4);
		expect(before).toBe(expect.getState().assertionCalls - 2);
		expect({ a: [1, 'x'] }).toEqual({ a: expect.arrayContaining([expect.any(String)]) });
	});
});
