/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
// Imported before n8n-core: its settings classes read the environment when they are first constructed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const userFolder = mkdtempSync(path.join(tmpdir(), 'n8n-engine-'));

process.env.N8N_USER_FOLDER = userFolder;
process.env.N8N_ENCRYPTION_KEY = 'engine-tests';
process.env.N8N_LOG_LEVEL ??= 'silent'; // failures are part of these tests
process.env.N8N_DIAGNOSTICS_ENABLED = 'false';

/** Where n8n keeps its settings and, in filesystem mode, its binary data. */
export const n8nUserFolder = userFolder;

export function removeUserFolder(): void {
	rmSync(userFolder, { recursive: true, force: true });
}
