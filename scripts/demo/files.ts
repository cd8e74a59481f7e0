/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { imageSize } from './imageSize';
import type { StoredFile, TaskResult } from './results';

const sizeText = (bytes: Buffer): string =>
	bytes.length < 10_000 ? `${bytes.length} bytes` : `${Math.round(bytes.length / 1024)} KB`;

/** A name without the characters that some file system refuses; the task's own name leads it. */
export function fileNameFor(task: string, index: number, extension: string): string {
	const safe = (text: string) =>
		text
			.toLowerCase()
			.replace(/[^a-z0-9]+/g, '-')
			.replace(/^-|-$/g, '');
	return `${safe(task)}-${index + 1}.${safe(extension) || 'bin'}`;
}

/** Saves what a task made; the result then tells the files and their sizes. */
export async function saveFiles(
	result: TaskResult,
	folder: string,
	readBinary: (id: string) => Promise<Buffer>,
): Promise<{ result: TaskResult; saved: string[] }> {
	const saved: string[] = [];
	const described: string[] = [];
	for (const [index, file] of result.files.entries()) {
		const bytes = await readStored(file, readBinary);
		const name = fileNameFor(result.task, index, file.extension);
		await mkdir(folder, { recursive: true });
		await writeFile(path.join(folder, name), bytes);
		saved.push(path.join(folder, name));
		const size = imageSize(bytes);
		described.push(`${name}, ${file.mimeType}, ${size ? `${size.width}x${size.height}, ` : ''}${sizeText(bytes)}`);
	}
	if (saved.length === 0) return { result, saved };
	return { result: { ...result, text: `${result.text}: ${described.join('; ')}` }, saved };
}

async function readStored(file: StoredFile, readBinary: (id: string) => Promise<Buffer>): Promise<Buffer> {
	return file.id === undefined ? Buffer.from(file.data, 'base64') : await readBinary(file.id);
}
