const { readFileSync, statSync } = require('node:fs');
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

const sources = new Map();

/** A file of the built package, read once as long as it stays as it is. */
function sourceOf(filename) {
	const { mtimeMs } = statSync(filename);
	if (sources.get(filename)?.mtimeMs !== mtimeMs)
		sources.set(filename, { mtimeMs, code: readFileSync(filename, 'utf8') });
	return sources.get(filename).code;
}

const places = new Map();

/** As Node does it for a module of the built package, which asks for the same each time: to look for it takes longest. */
function requireFrom(parent, name) {
	const isOwn = name.startsWith('.');
	// What is asked for once or twice goes Node's own way, in which a test may stand.
	if (!isOwn && name !== 'n8n-workflow') return parent.require(name);
	const key = isOwn ? `${path.dirname(parent.filename)} ${name}` : name;
	const filename = places.get(key) ?? Module._resolveFilename(name, parent);
	places.set(key, filename);
	const known = require.cache[filename];
	if (known) return known.exports;
	if (!filename.startsWith(DIST) || !filename.endsWith('.js')) return parent.require(filename);
	const made = new Module(filename, parent);
	made.filename = filename;
	made.paths = Module._nodeModulePaths(path.dirname(filename));
	require.cache[filename] = made;
	try {
		made._compile(sourceOf(filename), filename);
	} catch (error) {
		delete require.cache[filename];
		throw error;
	}
	made.loaded = true;
	return made.exports;
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
		const load = (name) => requireFrom(this, name);
		const run = functionOf(code, NODE_PARAMETERS, { filename });
		return run.call(this.exports, this.exports, load, this, filename, path.dirname(filename));
	};
};
