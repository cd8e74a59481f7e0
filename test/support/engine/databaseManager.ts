/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { binaryToBuffer } from '@n8n/backend-network';
import { BinaryDataFileNotFoundError } from 'n8n-core';
import type { BinaryData } from 'n8n-core';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';

interface StoredFile {
	source: string;
	bytes: Buffer;
	metadata: BinaryData.Metadata;
}

function sourceOf(location: BinaryData.FileLocation): string {
	return location.type === 'execution' ? `execution:${location.executionId}` : `custom:${location.sourceId ?? ''}`;
}

/** n8n's database manager (it ships in the n8n package, not in n8n-core) with a map in place of the table. */
export class DatabaseManager implements BinaryData.Manager {
	private readonly files = new Map<string, StoredFile>();

	async init(): Promise<void> {}

	async store(
		location: BinaryData.FileLocation,
		bufferOrStream: Buffer | Readable,
		metadata: BinaryData.PreWriteMetadata,
	): Promise<BinaryData.WriteResult> {
		const bytes = Buffer.from(await binaryToBuffer(bufferOrStream));
		const fileId = randomUUID();
		this.files.set(fileId, {
			source: sourceOf(location),
			bytes,
			metadata: { fileName: metadata.fileName, mimeType: metadata.mimeType, fileSize: bytes.length },
		});
		return { fileId, fileSize: bytes.length };
	}

	getPath(fileId: string): string {
		return `database://${fileId}`;
	}

	async getAsBuffer(fileId: string): Promise<Buffer> {
		return this.find(fileId).bytes;
	}

	async getAsStream(fileId: string): Promise<Readable> {
		return Readable.from(this.find(fileId).bytes);
	}

	async getMetadata(fileId: string): Promise<BinaryData.Metadata> {
		return this.find(fileId).metadata;
	}

	async deleteMany(locations: BinaryData.FileLocation[]): Promise<void> {
		const sources = new Set(locations.map(sourceOf));
		for (const [fileId, file] of this.files) if (sources.has(file.source)) this.files.delete(fileId);
	}

	async deleteManyByFileId(fileIds: string[]): Promise<void> {
		for (const fileId of fileIds) this.files.delete(fileId);
	}

	async copyByFileId(targetLocation: BinaryData.FileLocation, sourceFileId: string): Promise<string> {
		const { bytes, metadata } = this.find(sourceFileId);
		const { fileId } = await this.store(targetLocation, bytes, metadata);
		return fileId;
	}

	async copyByFilePath(
		targetLocation: BinaryData.FileLocation,
		sourcePath: string,
		metadata: BinaryData.PreWriteMetadata,
	): Promise<BinaryData.WriteResult> {
		return await this.store(targetLocation, await readFile(sourcePath), metadata);
	}

	async rename(oldFileId: string, newFileId: string): Promise<void> {
		this.files.set(newFileId, this.find(oldFileId));
		this.files.delete(oldFileId);
	}

	private find(fileId: string): StoredFile {
		const file = this.files.get(fileId);
		if (file === undefined) throw new BinaryDataFileNotFoundError(fileId);
		return file;
	}
}
