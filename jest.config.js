/** Most tests run on the sources; those that open a world (test/support) run the built package in n8n's own engine. */
module.exports = {
	testEnvironment: 'node',
	roots: ['<rootDir>/test'],
	testMatch: ['**/*.test.ts'],
	transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.dev.json', diagnostics: false }] },
	testTimeout: 60_000,
	// Much of the time is waiting, on the emulator and for retries.
	maxWorkers: 3,
};
