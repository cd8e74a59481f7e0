/**
 * Runs one program and ends it, with all that it started, as soon as the program that started this guard is gone:
 * the guard's standard input then closes, even when its parent was killed without a chance to clean up.
 */
const { spawn, spawnSync } = require('node:child_process');

const PATIENCE = 15_000;
const onWindows = process.platform === 'win32';
const [command, ...args] = process.argv.slice(2);
const program = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true });

/** The guard leads a process group of its own, so this reaches everything below it (and itself, when it is SIGKILL). */
function endAll(signal) {
	if (onWindows) spawnSync('taskkill', ['/pid', String(program.pid), '/T', '/F']);
	else process.kill(-process.pid, signal);
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});

process.stdin.resume();
process.stdin.on('error', () => {});
process.stdin.on('close', () => {
	endAll('SIGTERM');
	setTimeout(() => endAll('SIGKILL'), PATIENCE).unref();
});

program.on('error', (error) => {
	console.error(error.message);
	process.exit(127);
});
program.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGKILL' ? 137 : 143)));
