/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-dangerous-functions */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { readMoment } from '../../../nodes/shared/core/moment';
import { places } from '../../../scripts/host/places';

test.each([
	[1_700_000_000, 1_700_000_000_000],
	[1_700_000_000_000, 1_700_000_000_000],
	['2026-07-01T00:00:00+00:00', Date.UTC(2026, 6, 1)],
	['2026-07-01 10:00:00+00', Date.UTC(2026, 6, 1, 10)],
	['2026-07-01 10:00:00.25 UTC', Date.UTC(2026, 6, 1, 10, 0, 0, 250)],
	['2026-07-01T10:00-03', Date.UTC(2026, 6, 1, 13)],
	[0, undefined],
	[-5, undefined],
	[1e300, undefined],
	['soon', undefined],
	[null, undefined],
	[true, undefined],
])('the moment %p is %p', (value, at) => {
	expect(readMoment(value)).toBe(at);
});

test.each(['America/Los_Angeles', 'Asia/Kolkata', 'UTC'])('a date is the same moment on a machine in %s', (TZ) => {
	const module = path.join(places.project, 'dist/nodes/shared/core/moment.js');
	const code = `const { readMoment } = require(${JSON.stringify(module)});
		const texts = ['2027-01-02T03:04:05', '2027-01-02 03:04', '2027-01-02', '2027-01-02T03:04:05-0500'];
		console.log(JSON.stringify(texts.map(readMoment)))`;
	const said: unknown = JSON.parse(execFileSync(process.execPath, ['-e', code], { env: { TZ } }).toString());
	const at = Date.UTC(2027, 0, 2, 3, 4);
	expect(said).toEqual([at + 5000, at, Date.UTC(2027, 0, 2), at + 5000 + 5 * 3_600_000]);
});
