import { ACCOUNTS } from './accounts';
import { isObject } from './json';
import { MODEL_COUNT } from './models';
import { startEmulator } from './server';
import type { Emulator } from './types';

const DEFAULT_PORT = 4600;
const USAGE = 'npm run emulator -- [--port 4600] [--latency MS] [--max-concurrent N]';

export type Started =
	| { emulator: Emulator; lines: string[] }
	| { emulator: undefined; lines: string[]; exitCode: number };

/** Starts the emulator as the command line says; `lines` are for the user to read. */
export async function startFromCommandLine(
	args: string[],
	environment: Record<string, string | undefined>,
): Promise<Started> {
	const port = readFlag(args, '--port', Number(environment.EMULATOR_PORT || DEFAULT_PORT), 65535);
	const latencyMs = readFlag(args, '--latency', 0, 600_000);
	const maxConcurrent = readFlag(args, '--max-concurrent', Infinity, 1_000_000);
	if ([port, latencyMs, maxConcurrent].some(Number.isNaN) || port > 65535) {
		return {
			emulator: undefined,
			exitCode: 2,
			lines: [`These have to be whole numbers, the port at most 65535: ${USAGE}`],
		};
	}
	let failure: unknown;
	const emulator = await startEmulator({ port, latencyMs, maxConcurrent }).catch((error: unknown) => {
		failure = error;
	});
	if (!emulator) return { emulator: undefined, exitCode: 1, lines: [explainStart(failure, port)] };
	const lines = [
		"This is an EMULATOR of DeepInfra's API for tests, not DeepInfra. Its answers are made up by rules.",
		`Address (the credential's Base URL): ${emulator.url}`,
		`API keys: ${[...ACCOUNTS.keys()].join(', ')}`,
		`Models: ${MODEL_COUNT}, see ${emulator.url}/models/list`,
		'Stop it with Ctrl+C.',
	];
	return { emulator, lines };
}

/** A whole number after the flag; `fallback` where the flag is not given, NaN where it makes no sense. */
function readFlag(args: string[], flag: string, fallback: number, highest: number): number {
	const at = args.indexOf(flag);
	if (at < 0) return fallback;
	const value = Number(args[at + 1]?.trim() || NaN);
	return Number.isInteger(value) && value >= 0 && value <= highest ? value : NaN;
}

function explainStart(error: unknown, port: number): string {
	const code = isObject(error) ? error.code : undefined;
	if (code === 'EADDRINUSE') {
		return `Port ${port} is taken by another program (perhaps another emulator). Choose one: npm run emulator -- --port ${port + 1}`;
	}
	if (code === 'EACCES') return `Port ${port} may not be used by this user. Choose one above 1023 with --port.`;
	return `The emulator could not start: ${String(error)}`;
}
