/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

let folder: string | undefined;
let next = 0;

/** A file of lines may be hundreds of megabytes: it goes to the disk, and is gone at the end of the process. */
export class SpoolFile {
	readonly path: string;
	size = 0;
	private readonly descriptor: number;

	constructor() {
		if (folder === undefined) {
			const made = mkdtempSync(path.join(tmpdir(), 'deepinfra-emulator-'));
			process.once('exit', () => rmSync(made, { recursive: true, force: true }));
			folder = made;
		}
		this.path = path.join(folder, `${next++}.jsonl`);
		this.descriptor = openSync(this.path, 'w');
	}

	write(bytes: Buffer | string): void {
		this.size += typeof bytes === 'string' ? writeSync(this.descriptor, bytes) : writeSync(this.descriptor, bytes);
	}

	close(): void {
		closeSync(this.descriptor);
	}
}

export function removeSpooled(file: string): void {
	rmSync(file, { force: true });
}
