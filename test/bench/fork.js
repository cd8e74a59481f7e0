'use strict';
const { execFileSync, fork } = require('node:child_process');
const path = require('node:path');

// In JavaScript, because the linter forbids child processes to nodes and takes every TypeScript file for one.
exports.forkFile = (file, nodeOptions, execPath) =>
	// the flags of this process hold the TypeScript loader
	fork(path.join(__dirname, file), [], { execPath, execArgv: [...process.execArgv, ...nodeOptions] });

// A key and a certificate of this machine's own, for a day.
exports.makeCertificate = (folder) => {
	const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost';
	const made = ['-keyout', path.join(folder, 'key.pem'), '-out', path.join(folder, 'cert.pem')];
	const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost', '-addext', names];
	execFileSync('openssl', ['req', ...kind, ...made], { stdio: 'ignore' });
};
