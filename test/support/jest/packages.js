/** What comes from node_modules is loaded by Node itself, once for all test files of a worker (environment.js). */
module.exports = {
	process: (_code, file) => ({ code: `module.exports = requirePackage(${JSON.stringify(file)});` }),
};
