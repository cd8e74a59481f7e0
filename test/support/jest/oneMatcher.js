/**
 * Jest makes all of its 36 matchers in six forms for each expectation, which takes longer than to call one. Here the
 * one that is called is made: an expectation takes half of its time.
 */
const { expect } = globalThis;
const known = globalThis[Symbol.for('$$jest-matchers-object')];

/** What jest makes of a value while it knows no other matcher. */
function make(actual, name) {
	const { matchers } = known;
	known.matchers = { [name]: matchers[name] };
	try {
		return expect(actual);
	} finally {
		known.matchers = matchers;
	}
}

/** The matchers of one form, such as `not`, each made when it is asked for. */
function defineForm(formOf, more = {}) {
	class Form {
		constructor(actual) {
			this.actual = actual;
		}
	}
	const getters = Object.keys(known.matchers).map((name) => [
		name,
		{
			get() {
				return formOf(make(this.actual, name))[name];
			},
		},
	]);
	const forms = Object.entries(more).map(([name, Other]) => [
		name,
		{
			get() {
				return new Other(this.actual);
			},
		},
	]);
	Object.defineProperties(Form.prototype, Object.fromEntries([...getters, ...forms]));
	return Form;
}

const Expectation = defineForm((made) => made, {
	not: defineForm((made) => made.not),
	resolves: defineForm((made) => made.resolves, { not: defineForm((made) => made.resolves.not) }),
	rejects: defineForm((made) => made.rejects, { not: defineForm((made) => made.rejects.not) }),
});

globalThis.expect = Object.assign((actual) => new Expectation(actual), expect);
