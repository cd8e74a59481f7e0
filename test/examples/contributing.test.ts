/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { readFileSync } from 'node:fs';
import path from 'node:path';
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
