/** Packages and the emulator are loaded by Node, once for all test files of a worker (environment.js). */
module.exports = {
	process: (_code, file) => ({ code: `module.exports = requireByNode(${JSON.stringify(file)});` }),
};
