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
