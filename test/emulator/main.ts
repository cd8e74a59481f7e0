/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console */
import { startFromCommandLine } from './cli';

async function main() {
	const started = await startFromCommandLine(process.argv.slice(2), process.env);
	const { emulator, lines } = started;
	for (const line of lines) console[emulator ? 'log' : 'error'](line);
	if (!emulator) {
		process.exitCode = started.exitCode;
		return;
	}
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
