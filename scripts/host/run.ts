import { Interruption } from './failure';
import { startProgram } from './programs';

export interface RunResult {
	readonly code: number;
	/** Standard output and standard error together. */
	readonly output: string;
}

export interface RunOptions {
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
	readonly signal: AbortSignal;
}

/** Runs a program to its end. An abort ends it, with everything it started, and is an Interruption. */
export async function runProgram(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
	if (options.signal.aborted) throw new Interruption();
	const pieces: string[] = [];
	const program = startProgram(command, args, { ...options, onOutput: (text) => pieces.push(text) });
	const stop = () => void program.stop();
	options.signal.addEventListener('abort', stop, { once: true });
	const code = await program.ended;
	options.signal.removeEventListener('abort', stop);
	if (options.signal.aborted) throw new Interruption();
	return { code, output: pieces.join('') };
}

/** Closing lines of npm's dumps, and where its own log lies. */
const NOISE = /^npm \S+ ([{}\]]+$|at )|complete log of this run|_logs/i;

/** The lines of a long output that matter to a reader: npm's errors when there are any, else the end. */
export function essentialLines(output: string, count = 12): string {
	const lines = output.split(/\r?\n/).filter((line) => line.trim() !== '');
	const errors = lines.filter((line) => /^npm (err!|error) \S/i.test(line) && !NOISE.test(line));
	if (errors.length === 0) return lines.slice(-count).join('\n');
	if (errors.length <= count) return errors.join('\n');
	// npm begins with what failed; a compiler's complaint comes last.
	return [...errors.slice(0, 4), '...', ...errors.slice(4 - count)].join('\n');
}
