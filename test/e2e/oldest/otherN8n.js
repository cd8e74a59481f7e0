'use strict';
// Loaded first in a process that runs with the packages of another n8n, which lie in the folder OTHER_N8N.
const Module = require('node:module');
const path = require('node:path');

const folder = process.env.OTHER_N8N;
const THEIRS = /^(n8n-core|n8n-workflow|@n8n\/[^/]+|@langchain\/[^/]+)(\/|$)/;
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
	const isAskedHere = !parent?.filename?.startsWith(folder + path.sep);
	const from = THEIRS.test(request) && isAskedHere ? { ...parent, paths: [path.join(folder, 'node_modules')] } : parent;
	return resolve.call(this, request, from, ...rest);
};
