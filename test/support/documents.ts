/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDict } from '../../nodes/shared/core/answer';
import { chatParameters, SEES } from './chat';
import { withOptions } from './parameters';
import type { World } from './world';

/** A file that a real tool wrote (test/fixtures/README.md). */
export const fixture = (name: string) => readFileSync(path.join(__dirname, '../fixtures/pdf', name));

/** Items with a file each. */
export async function itemsWith(
	{ engine }: World,
	...files: ReadonlyArray<[bytes: Buffer, name: string, mimeType?: string]>
): Promise<INodeExecutionData[]> {
	const items: INodeExecutionData[] = [];
	for (const [index, [bytes, name, mimeType = 'application/pdf']] of files.entries())
		items.push({ json: { row: index }, binary: { data: await engine.binary(bytes, name, mimeType) } });
	return items;
}

/** Reads documents; the emulator reads what a picture's comment says. */
export async function readDocuments(
	{ engine }: World,
	operation: 'extractText' | 'extract',
	items: INodeExecutionData[],
	options: INodeParameters = {},
	more: INodeParameters = {},
) {
	const parameters = chatParameters('document', operation, { includeOtherFields: false, ...more }, SEES);
	return await engine.run({ parameters: withOptions(parameters, options), items, onError: 'continueErrorOutput' });
}

export const costOf = ({ json: { usage } }: INodeExecutionData): number =>
	isDict(usage) && typeof usage.costUsd === 'number' ? usage.costUsd : NaN;
