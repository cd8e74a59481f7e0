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
async function open(
	size: number,
	announced: number | undefined,
	takeRoom: (bytes: number) => Promise<void>,
	address = 'https://example.com/a.png',
	fileName?: string,
) {
	const url = new URL(address);
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
		return await Promise.resolve({
			url,
			content,
			head,
			declared: 'image/png',
			kind,
			fileName,
			announced,
			isLengthWrong: false,
		});
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

it.each([
	['https://example.com/photo.png?x=1#top', undefined, 'photo.png'],
	['https://example.com/M%C3%BCller.png', 'other.png', 'Müller.png'],
	['https://example.com/download?id=7', 'photo.png', 'photo.png'],
	['https://example.com/download.php?id=7', '../photo one.PNG', 'photo one.PNG'],
	['https://example.com/download?id=7', undefined, 'download.png'],
	['https://example.com/', 'photo', 'photo.png'],
	['https://example.com/', undefined, 'file.png'],
])('a file from %s that its server calls %s goes out as %s', async (address, fileName, name) => {
	const { opened } = await open(3000, 3000, async () => await Promise.resolve(), address, fileName);
	expect((await opened).name).toBe(name);
});
