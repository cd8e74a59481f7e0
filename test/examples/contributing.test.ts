/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { places } from '../../scripts/host/places';
import { dictOf } from '../../scripts/json';

/** The example in CONTRIBUTING.md, put where it says it belongs, compiles as it stands. */

const guide = readFileSync(path.join(places.project, 'CONTRIBUTING.md'), 'utf8');
const LIST = 'nodes/shared/operations/index.ts';

/** The code under a `<!-- file: ... -->` comment. */
function readCode(title: string): string {
	const start = guide.indexOf(`<!-- file: ${title} -->`);
	const code = /```ts\n([\s\S]*?)```/.exec(guide.slice(start))?.[1];
	if (start < 0 || code === undefined) throw new Error(`CONTRIBUTING.md has no code for ${title}`);
	return code;
}

/** The list of operations with one more of them. */
function addToList(importLine: string, line: string): string {
	const list = readFileSync(path.join(places.project, LIST), 'utf8');
	if (list.includes(line)) return list;
	return `${importLine}\n${list.replace(/(const operations: readonly AnyOperation\[\] = \[\n)/, `$1${line}`)}`;
}

/** Compiles with some files read from here instead of the disk; resolves to the compiler's complaints. */
function compile(written: ReadonlyMap<string, string>): string[] {
	const read = (file: string) => written.get(path.relative(places.project, file)) ?? ts.sys.readFile(file);
	const { config } = ts.readConfigFile(path.join(places.project, 'tsconfig.json'), (file) => ts.sys.readFile(file));
	const { options } = ts.parseJsonConfigFileContent(config, ts.sys, places.project);
	const host = ts.createCompilerHost(options);
	const program = ts.createProgram(
		[...written.keys()].map((file) => path.join(places.project, file)),
		{ ...options, noEmit: true },
		{
			...host,
			readFile: read,
			fileExists: (file) => read(file) !== undefined,
			getSourceFile: (file, target) => {
				const text = read(file);
				return text === undefined ? undefined : ts.createSourceFile(file, text, target);
			},
		},
	);
	return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

const FILE = 'nodes/shared/operations/text/answerQuestion.ts';
const code = readCode(FILE);
const list = addToList("import { answerQuestion } from './text/answerQuestion';", readCode(`${LIST}, in the list`));

it('the example compiles, in its file and with its line', () => {
	expect(list).toContain('\n\tanswerQuestion,\n');
	expect(
		compile(
			new Map([
				[FILE, code],
				[LIST, list],
			]),
		),
	).toEqual([]);
});

it('a misspelt field in it does not', () => {
	const wrong = code.replace('input.context', 'input.contxt');
	expect(
		compile(
			new Map([
				[FILE, wrong],
				[LIST, list],
			]),
		).join(),
	).toContain("'contxt' does not exist");
});

it('the map names files and folders that are there', () => {
	const map = guide.slice(guide.indexOf('## Where a change goes'), guide.indexOf('## House rules'));
	const named = [...map.matchAll(/`((?:nodes|credentials|test|scripts)\/[\w./-]+)`/g)].map(([, place]) => place ?? '');
	expect(named.length).toBeGreaterThan(10);
	for (const place of named)
		expect([place, ts.sys.fileExists(place) || ts.sys.directoryExists(place)]).toEqual([place, true]);
});

it('the commands are there', () => {
	const { scripts } = dictOf(JSON.parse(readFileSync(path.join(places.project, 'package.json'), 'utf8')));
	const named = [...guide.matchAll(/`npm run ([\w:]+)`/g)].map(([, name]) => name ?? '');
	expect(named.length).toBeGreaterThan(4);
	for (const name of named) expect(Object.keys(dictOf(scripts))).toContain(name);
});

/** Copies what a build and one operation's tests need, adds the example, and tests it there. */
it('the example passes every test in a copy of the project', async () => {
	const copy = mkdtempSync(path.join(tmpdir(), 'one-file-'));
	try {
		const needed =
			'credentials nodes icons package.json gulpfile.js tsconfig.json tsconfig.dev.json jest.config.js'.split(' ');
		for (const name of [
			...needed,
			'test/support',
			'test/emulator',
			'test/fixtures',
			'scripts/host/places.ts',
			'scripts/outputSchemas.js',
		]) {
			cpSync(path.join(places.project, name), path.join(copy, name), { recursive: true });
		}
		symlinkSync(path.join(places.project, 'node_modules'), path.join(copy, 'node_modules'));
		const TEST = 'test/shared/operations/text/answerQuestion.test.ts';
		mkdirSync(path.join(copy, path.dirname(TEST)), { recursive: true });
		writeFileSync(path.join(copy, FILE), code);
		writeFileSync(path.join(copy, LIST), list);
		writeFileSync(path.join(copy, TEST), readCode(TEST));
		await run(copy, 'typescript/bin/tsc', '-p', 'tsconfig.json');
		await run(copy, 'gulp/bin/gulp.js', '--silent', 'assets');
		const said = await run(copy, 'jest/bin/jest.js', '--rootDir', copy, '--runInBand', TEST);
		expect(said).toMatch(/Tests: +\d+ passed, \d+ total/);
		expect(Number(/Tests: +(\d+) passed/.exec(said)?.[1])).toBeGreaterThan(100);
	} finally {
		rmSync(copy, { recursive: true, force: true });
	}
}, 300_000);

/** Runs a program of the copy's packages; resolves to all that it says. */
async function run(cwd: string, program: string, ...rest: string[]): Promise<string> {
	const env = { ...process.env, NODE_OPTIONS: '', JEST_WORKER_ID: undefined };
	const asked = promisify(execFile)(process.execPath, [path.join(cwd, 'node_modules', program), ...rest], { cwd, env });
	const { stdout, stderr } = await asked.catch((error: unknown) => {
		const { stdout: out = '', stderr: told = '' } = dictOf(error);
		throw new Error(`${program} failed:\n${String(out)}\n${String(told)}`.slice(0, 8000));
	});
	return `${stdout}\n${stderr}`;
}
