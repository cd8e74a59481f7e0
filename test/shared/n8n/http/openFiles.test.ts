/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { setTimeout as wait } from 'node:timers/promises';
import { readdirSync, readlinkSync } from 'node:fs';
import type { INodeExecutionData } from 'n8n-workflow';
import { withOptions } from '../../../support/parameters';
import { jsonReply } from '../../../support/service';
import { type World, openWorld } from '../../../support/world';
import { makePng } from '../../../support/files';
import { subjectOf } from '../../../support/operation/registry';

let bench: World;
beforeAll(async () => (bench = await openWorld({ asks: 'service' })));
afterAll(async () => await bench.close());

/** Files of n8n's storage that this process holds open, as Linux tells them. */
function openFiles(): string[] {
	const targets = readdirSync('/proc/self/fd').flatMap((fd) => {
		try {
			return [readlinkSync(`/proc/self/fd/${fd}`)];
		} catch {
			return [];
		}
	});
	return targets.filter((target) => target.includes('/binary_data') || target.includes('/storage/'));
}

/** Closing a file takes a moment. */
async function leftOpen(): Promise<string[]> {
	for (let tries = 0; tries < 40 && openFiles().length > 0; tries++) await wait(50);
	return openFiles();
}

async function items(count: number): Promise<INodeExecutionData[]> {
	const file = makePng(300, 300);
	return await Promise.all(
		Array.from({ length: count }, async (_, index) => ({
			json: { index },
			binary: { data: await bench.engine.binary(file, `photo-${index}.png`, 'image/png') },
		})),
	);
}

const parameters = () => withOptions(subjectOf('image: classify').parameters(), { maxRetries: 0 });

describe('files that are sent', () => {
	it('are closed when the connection is refused before they are read', async () => {
		const given = await items(20);
		const credentials = { baseUrl: 'http://127.0.0.1:9' };
		const result = await bench.engine.run({
			parameters: parameters(),
			items: given,
			onError: 'continueErrorOutput',
			credentials,
		});
		expect(result.errorItems).toHaveLength(20);
		expect(await leftOpen()).toEqual([]);
	});

	it('are closed when the service answers well', async () => {
		bench.service.reply = () => jsonReply({ results: [{ label: 'x', score: 1 }] });
		const result = await bench.engine.run({ parameters: parameters(), items: await items(20) });
		expect(result.items).toHaveLength(20);
		expect(await leftOpen()).toEqual([]);
	});
});
