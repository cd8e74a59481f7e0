const swc = require('./test/support/jest/swc');

/** Loaded once for all test files of a worker (test/support/jest): n8n's engine takes seconds to load. */
const sharedPackages =
	'(n8n-core|n8n-workflow|@n8n|@langchain|reflect-metadata|ajv|pngjs|form-data|@fastify|fast-check)/';

/** What keeps nothing, or nothing between its servers. */
const sharedFiles = '/test/(emulator/(?!.*\\.test\\.)|support/(exactSchema|files)\\.ts$)';

/** Most tests run on the sources; those that open a world (test/support) run the built package in n8n's own engine. */
module.exports = {
	testEnvironment: '<rootDir>/test/support/jest/environment.js',
	roots: ['<rootDir>/test'],
	testMatch: ['**/*.test.ts'],
	testSequencer: '<rootDir>/test/support/jest/sequencer.js',
	transform: {
		[`/node_modules/${sharedPackages}|${sharedFiles}`]: '<rootDir>/test/support/jest/shared.js',
		'^.+\\.ts$': ['@swc/jest', swc],
	},
	transformIgnorePatterns: [`/node_modules/(?!${sharedPackages})`],
	setupFiles: ['<rootDir>/test/support/engine/environment.ts'],
	setupFilesAfterEnv: ['<rootDir>/test/support/jest/secondTry.js', '<rootDir>/test/support/jest/oneMatcher.js'],
	testTimeout: 60_000,
	// Two more than the cores of a small machine, since tests wait, too; each further one takes more than it brings.
	maxWorkers: 4,
};
