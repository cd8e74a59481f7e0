const asyncHooks = require('node:async_hooks');

const { AsyncLocalStorage } = asyncHooks;

/** Knows which test runs, where the tests of a file run one after another. */
class TestStorage {
	getStore() {
		return this.store;
	}

	async run(store, work) {
		const before = this.store;
		this.store = store;
		try {
			return await work();
		} finally {
			this.store = before;
		}
	}
}

/**
 * Jest notes the test that runs in an AsyncLocalStorage, a new one for each test file, and older Node asks each that
 * there ever was whenever a promise is made: a tenth of all processor time, and the more the more files a worker has run.
 */
exports.lendToJest = () => (asyncHooks.AsyncLocalStorage = TestStorage);
exports.takeBack = () => (asyncHooks.AsyncLocalStorage = AsyncLocalStorage);
