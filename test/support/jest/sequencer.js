const { default: Sequencer } = require('@jest/test-sequencer');

/** What lasts, however small its file: tests of an operation, then those that wait for a failing service. */
const rooms = [/[\\/]operations[\\/]/, /[\\/]faults[\\/]/];

function rank({ path }) {
	const room = rooms.findIndex((each) => each.test(path));
	return room < 0 ? rooms.length : room;
}

/** Jest begins with large files, and with what took long before: what is left for the end is short. */
class LongestFirst extends Sequencer {
	sort(tests) {
		return super.sort(tests).sort((a, b) => rank(a) - rank(b));
	}
}

module.exports = LongestFirst;
