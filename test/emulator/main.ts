/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console */
import { ACCOUNTS } from './accounts';
import { MODEL_COUNT } from './models';
import { startEmulator } from './server';

const DEFAULT_PORT = 4600;

function readPort(): number | undefined {
	const at = process.argv.indexOf('--port');
	const asked = at < 0 ? process.env.EMULATOR_PORT : process.argv[at + 1];
	if (asked === undefined || asked === '') return at < 0 ? DEFAULT_PORT : undefined;
	const port = Number(asked);
	return Number.isInteger(port) && port >= 0 && port < 65536 ? port : undefined;
}

function explainStart(error: unknown, port: number): string {
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	if (code === 'EADDRINUSE') {
		return `Port ${port} is taken by another program (perhaps another emulator). Choose one: npm run emulator -- --port ${port + 1}`;
	}
	if (code === 'EACCES') return `Port ${port} may not be used by this user. Choose one above 1023 with --port.`;
	return `The emulator could not start: ${String(error)}`;
}

async function main() {
	const port = readPort();
	if (port === undefined) {
		console.error('The port has to be a whole number from 0 to 65535, as in: npm run emulator -- --port 4600');
		process.exitCode = 2;
		return;
	}
	const emulator = await startEmulator({ port }).catch((error: unknown) => {
		console.error(explainStart(error, port));
		process.exitCode = 1;
	});
	if (!emulator) return;
	console.log(`This is an EMULATOR of DeepInfra's API for tests, not DeepInfra. Its answers are made up by rules.`);
	console.log(`Address (the credential's Base URL): ${emulator.url}`);
	console.log(`API keys: ${[...ACCOUNTS.keys()].join(', ')}`);
	console.log(`Models: ${MODEL_COUNT}, see ${emulator.url}/models/list`);
	console.log('Stop it with Ctrl+C.');
	const stop = () => {
		emulator.close().then(
			() => process.exit(0),
			() => process.exit(1),
		);
	};
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
}

void main();
