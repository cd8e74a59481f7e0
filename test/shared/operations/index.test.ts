/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { operations } from '../../../nodes/shared/operations';
import { places } from '../../../scripts/host/places';

/** Operations of one family whose tests stand together, by what of them comes first: the operation, else the resource. */
const TOGETHER: Readonly<Record<string, string>> = {
	'batch: create': 'batch/batch',
	'batch: getResults': 'batch/batch',
};

describe('every operation', () => {
	it.each(operations.map(({ resource, value }) => [resource, value]))('%s: %s has its test file', (resource, value) => {
		const family = TOGETHER[`${resource}: ${value}`] ?? TOGETHER[resource];
		const file = path.join(places.project, 'test/shared/operations', `${family ?? `${resource}/${value}`}.test.ts`);
		expect([file, existsSync(file)]).toEqual([file, true]);
		if (!family) expect(readFileSync(file, 'utf8')).toContain('testOperation(');
	});
});
