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

/** For programs that run once: less work beside their own. Later V8 has no budget to set. */
const FRUGAL = [
	'--single-threaded-gc',
	'--max-semi-space-size=64',
	...(process.versions.v8.startsWith('11.') ? ['--interrupt-budget=500000'] : []),
];

/** Runs a program of the copy's packages; resolves to all that it says. */
async function run(cwd: string, program: string, ...rest: string[]): Promise<string> {
	// As gulpfile.js compiles: one checker, which seldom tidies.
	const env = { ...process.env, NODE_OPTIONS: '', JEST_WORKER_ID: undefined, GOGC: '400' };
	const all = [...FRUGAL, path.join(cwd, 'node_modules', program), ...rest];
	const asked = promisify(execFile)(process.execPath, all, { cwd, env });
	const { stdout, stderr } = await asked.catch((error: unknown) => dictOf(error));
	return `${String(stdout)}${String(stderr)}`;
}

/** The example's own test, below what it says is its folder. */
const TEST = 'test/shared/operations/text/answerQuestion.test.ts';

/** Copies what was built and what one operation's tests need, but for what holds nothing of the node; adds the example. */
function makeCopy(): string {
	const copy = mkdtempSync(path.join(tmpdir(), 'one-file-'));
	const needed = 'dist credentials nodes icons package.json gulpfile.js tsconfig.json test/support'.split(' ');
	for (const name of [...needed, 'scripts/host/places.ts', 'scripts/outputSchemas.js'])
		cpSync(path.join(places.project, name), path.join(copy, name), { recursive: true });
	for (const name of ['node_modules', 'test/emulator', 'test/fixtures'])
		symlinkSync(path.join(places.project, name), path.join(copy, name));
	mkdirSync(path.join(copy, path.dirname(TEST)), { recursive: true });
	writeFileSync(path.join(copy, LIST), list);
	writeFileSync(path.join(copy, FILE), code);
	writeFileSync(path.join(copy, TEST), readCode(TEST));
	return copy;
}

/** Compiles the example; beside it a copy in which a field is misspelt. What the compiler complains of. */
async function compile(copy: string): Promise<string[] | null> {
	const misspelt = FILE.replace('.ts', 'Misspelt.ts');
	writeFileSync(path.join(copy, misspelt), code.replace('input.context', 'input.contxt'));
	writeFileSync(
		path.join(copy, 'tsconfig.example.json'),
		JSON.stringify({ extends: './tsconfig.json', include: [], files: [FILE, LIST, misspelt] }),
	);
	const options = ['--checkers', '1', '--pretty', 'false', '-p', 'tsconfig.example.json'];
	const compiled = await run(copy, 'typescript7/bin/tsc', ...options);
	return compiled.match(/^.*error TS.*$/gm);
}

/** Its tests run here, as those of any other file: a jest of its own would load n8n's engine anew. */
describe('the example, put where it says it belongs, passes every test in a copy of the project', () => {
	const copy = makeCopy();
	let [complaints, assets]: [string[] | null, string] = [null, ''];
	beforeAll(async () => {
		complaints = await compile(copy);
		assets = await run(copy, 'gulp/bin/gulp.js', '--silent', 'assets');
	}, 300_000);
	let tests = 0;
	beforeEach(() => void tests++);
	afterAll(() => rmSync(copy, { recursive: true, force: true }));

	it('is in the list, and compiled: the compiler complains of nothing but the misspelt one', () => {
		expect(list).toContain('\n\tanswerQuestion,\n');
		expect(complaints).toEqual([expect.stringMatching(/answerQuestionMisspelt\.ts\(.*'contxt' does not exist/)]);
		expect(assets).toBe('');
	});

	jest.requireActual(path.join(copy, TEST));

	it('has more than a hundred tests', () => expect(tests).toBeGreaterThan(100));
});
