/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '../..');

function diagnose() {
	const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.dev.json'), (path) => ts.sys.readFile(path));
	const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
	const path = join(__dirname, 'wrong.ts');
	const program = ts.createProgram([path], options);
	const file = program.getSourceFile(path);
	if (!file) throw new Error('wrong.ts was not read');
	const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
	const lines = file.text.split('\n');
	return {
		numbers: lines.flatMap((text) => Number(/\/\/ (\d+): /.exec(text)?.[1] ?? []) || []),
		marked: lines.flatMap((text, index) => (/\/\/ \d+: /.test(text) ? [index + 1] : [])),
		failing: [...new Set(found.map(({ start = 0 }) => file.getLineAndCharacterOfPosition(start).line + 1))].sort(
			(a, b) => a - b,
		),
		texts: found.map(
			({ start = 0, messageText }) =>
				`${file.getLineAndCharacterOfPosition(start).line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
		),
	};
}

describe('mistakes in an operation', () => {
	const result = diagnose();

	it('are marked with numbers from 1 upwards', () => {
		expect(result.numbers.length).toBeGreaterThanOrEqual(20);
		expect(result.numbers).toEqual(result.numbers.map((_, index) => index + 1));
	});

	it('do not compile, each on its own line, and what is right does', () => {
		expect({ failing: result.failing, texts: result.texts }).toEqual({ failing: result.marked, texts: result.texts });
	});
});
