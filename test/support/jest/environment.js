const v8 = require('node:v8');
const { ModernFakeTimers } = require('@jest/fake-timers');
const { TestEnvironment } = require('jest-environment-node');
const compileOnce = require('./compileOnce');
const testStorage = require('./testStorage');

// Most code of a test runs a few times: to optimize it costs more than it saves, a tenth of all. Later V8 has no such flag.
if (process.versions.v8.startsWith('11.')) v8.setFlagsFromString('--interrupt-budget=500000');

// Jest waits half a second for a worker to end. Node takes longer to tidy a gigabyte up, which the system does at once.
const endAtOnce = () => process.on('exit', () => process.kill(process.pid, 'SIGKILL'));
if (process.connected) process.once('beforeExit', endAtOnce);

const sharedContext = Object.freeze({});
compileOnce(sharedContext);

const isPackage = (file) => file.includes('/node_modules/') || file.includes('\\node_modules\\');

/**
 * Jest gives each test file a context of its own, in which n8n's engine has to be loaded anew: ten seconds a file. Here
 * the files of a worker run in the process's own context and share the packages (packages.js). What a file leaves in
 * the global object, and what it loaded of the built node, is taken away behind it.
 */
class SharedPackagesEnvironment extends TestEnvironment {
	constructor(config, context) {
		super(config, context);
		this.global = globalThis;
		this.fakeTimersModern = new ModernFakeTimers({ config: config.projectConfig, global: globalThis });
		this.globals = new Map(
			Reflect.ownKeys(globalThis).map((key) => [key, Object.getOwnPropertyDescriptor(globalThis, key)]),
		);
		this.loaded = new Set(Object.keys(require.cache));
		globalThis.requirePackage = require;
	}

	/** Jest loads its part that runs tests next; the first event comes from there. */
	async setup() {
		await super.setup();
		testStorage.lendToJest();
	}

	handleTestEvent({ name }) {
		if (name === 'setup') testStorage.takeBack();
	}

	getVmContext() {
		return sharedContext;
	}

	async teardown() {
		await super.teardown();
		for (const key of Reflect.ownKeys(globalThis)) {
			const before = this.globals.get(key);
			if (before === undefined) Reflect.deleteProperty(globalThis, key);
			else if (before.configurable) Object.defineProperty(globalThis, key, before);
		}
		for (const file of Object.keys(require.cache))
			if (!this.loaded.has(file) && !isPackage(file)) delete require.cache[file];
	}
}

module.exports = SharedPackagesEnvironment;
