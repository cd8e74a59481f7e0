/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { operations } from '../../../nodes/shared/operations';
import { places } from '../../../scripts/host/places';

/** Whose tests stand in one file for all operations of their resource. */
const TOGETHER: Readonly<Record<string, string>> = { account: 'account' };

describe('every operation', () => {
	it.each(operations.map(({ resource, value }) => [resource, value]))('%s: %s has its test file', (resource, value) => {
		const folder = path.join(places.project, 'test/shared/operations', resource);
		const file = path.join(folder, `${TOGETHER[resource] ?? value}.test.ts`);
		expect([file, existsSync(file)]).toEqual([file, true]);
		if (!TOGETHER[resource]) expect(readFileSync(file, 'utf8')).toContain('testOperation(');
	});
});
