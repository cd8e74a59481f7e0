const v8 = require('node:v8');
const { ModernFakeTimers } = require('@jest/fake-timers');
const { transformFileSync } = require('@swc/core');
const { TestEnvironment } = require('jest-environment-node');
const compileOnce = require('./compileOnce');
const swc = require('./swc');
const testStorage = require('./testStorage');

// Most code of a test runs a few times: to optimize it costs more than it saves, a tenth of all. Later V8 has no such flag.
if (process.versions.v8.startsWith('11.')) v8.setFlagsFromString('--interrupt-budget=500000');

// Jest waits half a second for a worker to end. Node takes longer to tidy a gigabyte up, which the system does at once.
const endAtOnce = () => process.on('exit', () => process.kill(process.pid, 'SIGKILL'));
if (process.connected) process.once('beforeExit', endAtOnce);

// Jest tells its main process of each test's begin and end, for a count that moves; that of the files is enough.
const { send } = process;
const isOfOneTest = (message) => /^test-case-/.test(message?.[1]?.[0]);
if (send) process.send = (message, ...rest) => isOfOneTest(message) || send.call(process, message, ...rest);

/** How many calls an error tells, as Node does it. */
const NODES_LIMIT = Error.stackTraceLimit;

/** Only what jest compiled has places to map; to look for those of packages takes longer than all else of an error. */
function mapOnlySources() {
	const { prepareStackTrace } = Error;
	Error.prepareStackTrace = (error, calls) =>
		calls.some((call) => call.getFileName()?.endsWith('.ts'))
			? prepareStackTrace(error, calls)
			: [Error.prototype.toString.call(error), ...calls].join('\n    at ');
}

const sharedContext = Object.freeze({});
compileOnce(sharedContext);

require.extensions['.ts'] = (module, file) =>
	module._compile(transformFileSync(file, { ...swc, module: { type: 'commonjs' } }).code, file);

/** What jest.config.js shares, with what belongs to it. */
const isShared = (file) =>
	/[\\/](node_modules|test[\\/]emulator)[\\/]|[\\/]support[\\/](exactSchema|files)\.ts$/.test(file);

/**
 * Jest gives each test file a context of its own, in which n8n's engine has to be loaded anew: ten seconds a file. Here
 * the files of a worker run in the process's own context and share the packages (shared.js). What a file leaves in
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
		globalThis.requireByNode = require;
	}

	/** Jest loads its part that runs tests next; the first event comes from there. */
	async setup() {
		await super.setup();
		testStorage.lendToJest();
	}

	handleTestEvent({ name }) {
		if (name !== 'setup') return;
		testStorage.takeBack();
		// Jest looks back a hundred calls for each error that anything makes, awaited expectations too: a tenth of all.
		Error.stackTraceLimit = NODES_LIMIT;
		mapOnlySources();
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
			if (!this.loaded.has(file) && !isShared(file)) delete require.cache[file];
	}
}

module.exports = SharedPackagesEnvironment;
