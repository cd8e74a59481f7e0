'use strict';
const { fork } = require('node:child_process');
const path = require('node:path');

// In JavaScript, because the linter forbids child processes to nodes and takes every TypeScript file for one.
exports.forkFile = (file, nodeOptions) =>
	// the flags of this process hold the TypeScript loader
	fork(path.join(__dirname, file), [], { execArgv: [...process.execArgv, ...nodeOptions] });
