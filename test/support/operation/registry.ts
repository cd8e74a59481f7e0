/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { createRequire } from 'node:module';
import type { Subject } from './example';

const subjects = new Map<string, Subject>();

export const register = (subject: Subject): void => void subjects.set(subject.name, subject);

const load = createRequire(__filename);

const DECLARING = ['describe', 'it', 'test', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach'];

/** Takes every call and every property, and does nothing: `it.each(...)(...)` too. */
const quiet: unknown = new Proxy(() => quiet, {
	get: (_, name) => (name === Symbol.toPrimitive ? () => '' : quiet),
});

/**
 * The example in an operation's own test file, for tests of what is not the operation's own.
 * Of that file nothing else is run; outside of jest it works, too.
 */
export function subjectOf(name: string): Subject {
	const [resource = '', value = ''] = name.split(': ');
	if (!subjects.has(name)) {
		// what it needs is loaded while the globals are their own
		load('./suite');
		const kept = DECLARING.map((each) => [each, Reflect.get(globalThis, each)] as const);
		for (const [each] of kept) Reflect.set(globalThis, each, quiet);
		try {
			load(`../../shared/operations/${resource}/${value}.test`);
		} finally {
			for (const [each, own] of kept) Reflect.set(globalThis, each, own);
		}
	}
	const subject = subjects.get(name);
	if (!subject) throw new Error(`test/shared/operations/${resource}/${value}.test.ts does not call testOperation`);
	return subject;
}
