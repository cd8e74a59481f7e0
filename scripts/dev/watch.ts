/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import path from 'node:path';
import { cleanEnvironment } from '../host/environment';
import { places } from '../host/places';
import { startProgram } from '../host/programs';

/** What became of a build; `errors` are the compiler's own lines. */
export type Build = { readonly passed: true } | { readonly passed: false; readonly errors: string };

/** Reads what `tsc --watch` prints, in whatever pieces it comes. */
export class CompilerReader {
	private line = '';
	private errors: string[] = [];

	constructor(private readonly report: (build: Build) => void) {}

	read(text: string): void {
		const lines = (this.line + text).split(/\r?\n/);
		this.line = lines.pop() ?? '';
		for (const line of lines) this.readLine(line);
	}

	private readLine(line: string): void {
		const found = /Found (\d+) errors?\. Watching for file changes/.exec(line)?.[1];
		if (found !== undefined) {
			this.report(found === '0' ? { passed: true } : { passed: false, errors: this.errors.join('\n') });
			this.errors = [];
		} else if (/Starting (incremental )?compilation/.test(line)) {
			this.errors = [];
		} else if (line.trim() !== '') {
			this.errors.push(line);
		}
	}
}

export interface Watch {
	/** Resolves, to what it said, when a watcher ended by itself. */
	readonly ended: Promise<string>;
	stop(): Promise<void>;
}

const binary = (...parts: string[]) => path.join(places.project, 'node_modules', ...parts);

/**
 * Compiles the project in a folder and copies its assets, at once and after each change of a file.
 * `report` is called after each compilation, and after each copying of assets once the code has compiled.
 */
export function startWatch(folder: string, report: (build: Build) => void): Watch {
	let compiled = false;
	const compiler = new CompilerReader((build) => {
		compiled = build.passed;
		report(build);
	});
	const recent: string[] = [];
	const start = (args: readonly string[], onOutput: (text: string) => void) =>
		startProgram(process.execPath, args, {
			cwd: folder,
			env: cleanEnvironment(process.env, process.execPath, { NO_COLOR: '1' }),
			onOutput: (text) => {
				recent.splice(0, recent.length - 20);
				recent.push(text);
				onOutput(text);
			},
		});
	const programs = [
		start([binary('typescript7', 'bin', 'tsc'), '--watch', '--preserveWatchOutput', '--pretty', 'false'], (text) =>
			compiler.read(text),
		),
		start([binary('gulp', 'bin', 'gulp.js'), 'watch'], (text) => {
			if (compiled && /Finished 'assetsCopied'/.test(text)) report({ passed: true });
		}),
	];
	return {
		ended: Promise.race(programs.map(async ({ ended }) => await ended)).then(() => recent.join('')),
		stop: async () => void (await Promise.all(programs.map(async (program) => await program.stop()))),
	};
}
