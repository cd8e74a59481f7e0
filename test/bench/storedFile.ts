/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { IBinaryData } from 'n8n-workflow';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeWav } from '../support/files';
import { n8nUserFolder, type Engine } from '../support/engine/engine';

/** A recording of any size in n8n's filesystem storage, without ever holding it in memory: a short one, made long. */
export async function storeLongRecording(engine: Engine, bytes: number): Promise<IBinaryData> {
	const binary = await engine.binary(makeWav(1), 'long.wav', 'audio/wav');
	const id = binary.id?.split('/').at(-1);
	const found = readdirSync(n8nUserFolder, { recursive: true, encoding: 'utf8' }).find(
		(file) => id !== undefined && path.basename(file) === id,
	);
	if (found === undefined) throw new Error("n8n's storage has no such file");
	const file = path.join(n8nUserFolder, found);
	truncateSync(file, bytes);
	const metadata: object = JSON.parse(readFileSync(`${file}.metadata`, 'utf8'));
	writeFileSync(`${file}.metadata`, JSON.stringify({ ...metadata, fileSize: bytes }));
	return { ...binary, bytes };
}
