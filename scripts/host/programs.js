const { spawn } = require('node:child_process');
const path = require('node:path');

/** See programs.d.ts. Plain JavaScript: the package's lint forbids starting programs in its TypeScript. */
function startProgram(command, args, { cwd, env, onOutput }) {
	const guard = spawn(process.execPath, [path.join(__dirname, 'guard.js'), command, ...args], {
		cwd,
		env,
		// A group of its own: Ctrl-C in the terminal reaches us, and we end the program in order.
		detached: process.platform !== 'win32',
		stdio: ['pipe', 'pipe', 'pipe'],
		windowsHide: true,
	});
	guard.stdin.on('error', () => {});
	for (const stream of [guard.stdout, guard.stderr]) {
		stream.setEncoding('utf8');
		stream.on('data', (text) => onOutput(text));
	}
	const ended = new Promise((resolve) => {
		guard.on('error', (error) => {
			onOutput(error.message);
			resolve(127);
		});
		guard.on('close', (code) => resolve(code ?? 137));
	});
	const stop = async () => {
		guard.stdin.end();
		await ended;
	};
	return { ended, stop };
}

module.exports = { startProgram };
