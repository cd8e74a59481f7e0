const Module = require('node:module');
const path = require('node:path');
const vm = require('node:vm');

const DIST = path.resolve(__dirname, '../../../dist') + path.sep;
const NODE_PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

const scripts = new Map();

/** The function that a module's code is; for each test file of a worker anew, but compiled for the first one only. */
function functionOf(code, parameters, { filename, importModuleDynamically }) {
	const head = `(function (${parameters.join(', ')}) {`;
	const known = scripts.get(filename);
	const made = known?.code === code && known.head === head ? known : { code, head };
	made.importModuleDynamically = importModuleDynamically;
	made.script ??= new vm.Script(`${head}${code}\n})`, {
		filename,
		columnOffset: -head.length,
		// Of the test file that runs now.
		importModuleDynamically: (...asked) => made.importModuleDynamically(...asked),
	});
	scripts.set(filename, made);
	return made.script.runInThisContext();
}

/** Compiles once what jest runs in this context, and what Node loads of the built package for n8n's engine. */
module.exports = (context) => {
	const { compileFunction } = vm;
	vm.compileFunction = (code, parameters, options) =>
		options?.parsingContext === context
			? functionOf(code, parameters, options)
			: compileFunction(code, parameters, options);
	const { _compile } = Module.prototype;
	Module.prototype._compile = function (code, filename, ...rest) {
		if (!filename.startsWith(DIST)) return _compile.call(this, code, filename, ...rest);
		const load = (name) => this.require(name);
		const run = functionOf(code, NODE_PARAMETERS, { filename });
		return run.call(this.exports, this.exports, load, this, filename, path.dirname(filename));
	};
};
