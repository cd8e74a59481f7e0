const { default: Sequencer } = require('@jest/test-sequencer');

const waits = ({ path }) => /[\\/]faults[\\/]/.test(path);

/** Jest begins with what is large or took long before. Those that wait for a failing service are small, and come first. */
class WaitingFirst extends Sequencer {
	sort(tests) {
		return super.sort(tests).sort((a, b) => waits(b) - waits(a));
	}
}

module.exports = WaitingFirst;
