const path = require('node:path');
const v8 = require('node:v8');
const ts = require('typescript');

// Most of the compiler's code runs too seldom to be worth optimizing. Later V8 has no such flag.
if (process.versions.v8.startsWith('11.')) v8.setFlagsFromString('--interrupt-budget=500000');

const host = { ...ts.sys, getCanonicalFileName: (file) => file, getNewLine: () => '\n' };
const SHIPPED = ['nodes', 'credentials'].map((folder) => `${path.resolve(folder).replaceAll('\\', '/')}/`);

/**
 * Checks all code, tests and scripts included, and compiles what is shipped: the compiler reads n8n's types, which takes
 * most of its time, once instead of twice.
 * @throws Error when the compiler finds something
 */
exports.compileChecked = () => {
	const { options, fileNames } = ts.getParsedCommandLineOfConfigFile(
		'tsconfig.dev.json',
		{ noEmit: false },
		{ ...host, onUnRecoverableConfigFileDiagnostic: (found) => console.error(ts.formatDiagnostic(found, host)) },
	);
	const program = ts.createProgram(fileNames, options);
	const found = ts.getPreEmitDiagnostics(program);
	if (found.length > 0) {
		// Said here, since gulp is told to be silent.
		console.error(ts.formatDiagnosticsWithColorAndContext(found, host));
		throw new Error('The code does not compile');
	}
	for (const file of program.getSourceFiles())
		if (SHIPPED.some((folder) => file.fileName.startsWith(folder))) program.emit(file);
};
