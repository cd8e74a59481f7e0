/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { kindFrom } from '../../../../nodes/shared/media/kind';
import type { NodeContext } from '../../../../nodes/shared/n8n/context';
import { openFile } from '../../../../nodes/shared/n8n/http/files';
import { makePng } from '../../../support/files';

const MB = 1024 * 1024;
const head = makePng(20, 20);

/** Opens a picture of so many bytes, of which its host announces what is given. */
async function open(size: number, announced: number | undefined, takeRoom: (bytes: number) => Promise<void>) {
	const url = new URL('https://example.com/a.png');
	let given = 0;
	function* pieces() {
		for (let at = 0; at < size; at += head.length) {
			given += head.length;
			yield head.subarray(0, size - at);
		}
	}
	const source = async () => {
		const content = Readable.from(pieces(), { objectMode: false });
		const kind = kindFrom(head, 'image/png');
		return await Promise.resolve({ url, content, head, declared: 'image/png', kind, announced, isLengthWrong: false });
	};
	// An address has nothing to do with it.
	const context: NodeContext = JSON.parse('{}');
	const opened = openFile(context, { file: 'url', url: url.href }, source, () => undefined, { isHeld: true, takeRoom });
	return { opened, given: () => given };
}

it.each([
	['all of a small file', 3000, 3000, 3000],
	['the beginning of a large one', 9 * MB, 9 * MB, 4 * MB],
	['what one without a length may have', 6 * MB, undefined, 32 * MB],
])('room for %s is taken before it is read', async (_, size, announced, room) => {
	const asked: number[] = [];
	let letIn: () => void = () => undefined;
	const { opened, given } = await open(size, announced, async (bytes) => {
		asked.push(bytes);
		await new Promise<void>((resolve) => (letIn = resolve));
	});
	await nextTurn();
	expect(asked).toEqual([room]);
	expect(given()).toBe(0);
	letIn();
	expect((await opened).size).toBe(size);
	expect(given()).toBeGreaterThan(0);
});
