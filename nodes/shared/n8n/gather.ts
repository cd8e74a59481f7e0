import type { ApiRequest, Asker, Dict, GatherOf } from '../core/operation';
import type { Problem } from '../core/problem';
import { groupBy } from '../core/values';
import { packLines, type MeasuredLine, type Pack } from '../engine/gather';
import type { Client } from './client';
import type { NodeContext } from './context';
import { takeTurns } from './http/clock';
import { digestFiles, requestMark } from './http/files';

/** An item that asks, and what it asks. */
export interface Asking extends Asker<Dict> {
	readonly request: ApiRequest;
}

/** What one of the lines asks. */
interface AskedLine extends MeasuredLine {
	readonly request: ApiRequest;
}

/** Lines that go into one file, and what they ask. */
export interface AskedPack extends Pack {
	readonly requests: readonly ApiRequest[];
}

/**
 * The files that items become: equal requests are one line, each line is measured before any is sent.
 * @param fail is told of items whose files cannot be sent; the others go on
 */
export async function gatherPacks(
	context: NodeContext,
	client: Client,
	gather: GatherOf<Dict>,
	askings: readonly Asking[],
	fail: (item: number, problem: Problem) => Promise<boolean>,
): Promise<AskedPack[]> {
	const lines: AskedLine[] = [];
	for (const group of await groupEqual(context, askings)) {
		await takeTurns();
		const [first] = group;
		if (!first) continue;
		for (const gathered of gather.lines(first.request, group)) {
			const bytes = await client.measureLine(gathered.line);
			if (bytes.ok) lines.push({ ...gathered, bytes: bytes.value, request: first.request });
			else for (const item of gathered.items) if (!(await fail(item, bytes.problem))) return [];
		}
	}
	const requests = new Map(lines.map(({ line, request }) => [line, request]));
	return packLines(lines, gather.most).map((pack) => ({
		...pack,
		requests: pack.lines.flatMap(({ line }) => requests.get(line) ?? []),
	}));
}

/** Items whose requests are equal to the last byte of their files, in the order of the first of each. */
async function groupEqual(context: NodeContext, askings: readonly Asking[]): Promise<Asking[][]> {
	const marks = new Map<Asking, string>();
	for (const asking of askings) {
		await takeTurns();
		marks.set(asking, requestMark(context, asking.request));
	}
	const groups = groupBy(askings, (asking) => marks.get(asking) ?? '');
	const equal: Asking[][] = [];
	for (const group of groups) {
		if (group.length < 2) {
			equal.push(group);
			continue;
		}
		const digests = new Map<Asking, string>();
		for (const asking of group) {
			// One that cannot be read is told when its line is measured.
			const digest = await digestFiles(context, asking.request).catch(() => `unreadable ${asking.item}`);
			digests.set(asking, digest);
		}
		equal.push(...groupBy(group, (asking) => digests.get(asking) ?? ''));
	}
	return equal;
}
