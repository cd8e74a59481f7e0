/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
// Imported before n8n-core: its settings classes read the environment when they are first constructed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

function makeUserFolder(): string {
	const folder = mkdtempSync(path.join(tmpdir(), 'n8n-engine-'));
	process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

// One for a process, since its test files share n8n's settings (test/support/jest).
process.env.ENGINE_TESTS_FOLDER ??= makeUserFolder();

/** Where n8n keeps its settings and, in filesystem mode, its binary data. */
export const n8nUserFolder = process.env.ENGINE_TESTS_FOLDER;

Error.stackTraceLimit = 10; // as in n8n; jest's hundred lines cost more than many tests

process.env.N8N_USER_FOLDER = n8nUserFolder;
process.env.N8N_ENCRYPTION_KEY = 'engine-tests';
process.env.N8N_LOG_LEVEL ??= 'silent'; // failures are part of these tests
process.env.N8N_DIAGNOSTICS_ENABLED = 'false';

export function removeUserFolder(): void {
	rmSync(n8nUserFolder, { recursive: true, force: true });
}
