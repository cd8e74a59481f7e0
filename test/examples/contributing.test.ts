/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { places } from '../../scripts/host/places';
import { dictOf } from '../../scripts/json';

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

const FILE = 'nodes/shared/operations/text/answerQuestion.ts';
const code = readCode(FILE);
const list = addToList("import { answerQuestion } from './text/answerQuestion';", readCode(`${LIST}, in the list`));

it('the map names files and folders that are there', () => {
	const map = guide.slice(guide.indexOf('## Where a change goes'), guide.indexOf('## House rules'));
	const named = [...map.matchAll(/`((?:nodes|credentials|test|scripts)\/[\w./-]+)`/g)].map(([, place]) => place ?? '');
	expect(named.length).toBeGreaterThan(10);
	for (const place of named) expect([place, existsSync(path.join(places.project, place))]).toEqual([place, true]);
});

it('the commands are there', () => {
	const { scripts } = dictOf(JSON.parse(readFileSync(path.join(places.project, 'package.json'), 'utf8')));
	const named = [...guide.matchAll(/`npm run ([\w:]+)`/g)].map(([, name]) => name ?? '');
	expect(named.length).toBeGreaterThan(4);
	for (const name of named) expect(Object.keys(dictOf(scripts))).toContain(name);
});

/** Copies what was built and what one operation's tests need, adds the example, and tests it there. */
it('the example, put where it says it belongs, passes every test in a copy of the project', async () => {
	expect(list).toContain('\n\tanswerQuestion,\n');
	const copy = mkdtempSync(path.join(tmpdir(), 'one-file-'));
	try {
		const needed =
			'dist credentials nodes icons package.json gulpfile.js tsconfig.json tsconfig.dev.json jest.config.js'.split(' ');
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
		writeFileSync(path.join(copy, LIST), list);
		writeFileSync(path.join(copy, TEST), readCode(TEST));
		// Compiled together: beside it a copy in which a field is misspelt, which is all that the compiler complains of.
		const misspelt = FILE.replace('.ts', 'Misspelt.ts');
		writeFileSync(path.join(copy, FILE), code);
		writeFileSync(path.join(copy, misspelt), code.replace('input.context', 'input.contxt'));
		writeFileSync(
			path.join(copy, 'tsconfig.example.json'),
			JSON.stringify({ extends: './tsconfig.json', include: [], files: [FILE, LIST, misspelt] }),
		);
		const compiler = 'typescript7/bin/tsc';
		const compiled = await run(copy, compiler, '--pretty', 'false', '-p', 'tsconfig.example.json').catch(String);
		expect(compiled.match(/^.*error TS.*$/gm)).toEqual([
			expect.stringMatching(/answerQuestionMisspelt\.ts\(.*'contxt' does not exist/),
		]);
		await run(copy, 'gulp/bin/gulp.js', '--silent', 'assets');
		const tested = await run(copy, 'jest/bin/jest.js', '--rootDir', copy, '--runInBand', TEST);
		expect(tested).toMatch(/Tests: +\d+ passed, \d+ total/);
		expect(Number(/Tests: +(\d+) passed/.exec(tested)?.[1])).toBeGreaterThan(100);
	} finally {
		rmSync(copy, { recursive: true, force: true });
	}
}, 300_000);

/** For programs that run once: less work beside their own. Later V8 has no budget to set. */
const FRUGAL = [
	'--single-threaded-gc',
	'--max-semi-space-size=64',
	...(process.versions.v8.startsWith('11.') ? ['--interrupt-budget=500000'] : []),
];

/** Runs a program of the copy's packages; resolves to all that it says. */
async function run(cwd: string, program: string, ...rest: string[]): Promise<string> {
	const env = { ...process.env, NODE_OPTIONS: '', JEST_WORKER_ID: undefined };
	const all = [...FRUGAL, path.join(cwd, 'node_modules', program), ...rest];
	const asked = promisify(execFile)(process.execPath, all, { cwd, env });
	const { stdout, stderr } = await asked.catch((error: unknown) => {
		const { stdout: out = '', stderr: told = '' } = dictOf(error);
		throw new Error(`${program} failed:\n${String(out)}\n${String(told)}`.slice(0, 8000));
	});
	return `${stdout}\n${stderr}`;
}
