import { reasonOf, RunReport, withoutQuotes } from '../../../nodes/shared/engine/report';

const figures = { requests: 5, retries: 0 };

describe('the line at the end of a run', () => {
	it('tells items, requests, cost and time', () => {
		expect(new RunReport(5, 1000).summary(1139, { ...figures, costUsd: 0.0123 })).toBe(
			'5 items in · 5 requests · $0.0123 · 139 ms',
		);
		expect(new RunReport(1, 0).summary(8400, { requests: 1, retries: 0 })).toBe('1 item in · 1 request · 8.4 s');
	});

	it('tells how many failed, and the three commonest reasons with their counts', () => {
		const report = new RunReport(1000, 0, (words) => words === 'Text');
		for (let item = 0; item < 200; item++)
			report.fail(`DeepInfra is receiving too many requests: Rate limited ${item} [item ${item}]`);
		for (let item = 0; item < 60; item++) report.fail(`'Text' is empty [item ${item}]`);
		for (let item = 0; item < 40; item++) report.fail('The file is empty');
		report.fail('something else');
		for (let item = 0; item < 699; item++) report.succeed(undefined);
		expect(report.failures).toBe(301);
		expect(report.summary(10, { requests: 1016, retries: 16 })).toBe(
			"1000 items in · 301 failed (200: DeepInfra is receiving too many requests; 60: 'Text' is empty; 40: The file is empty; …) · 1016 requests, 16 of them sent again · 10 ms",
		);
	});

	it('tells what was reused and who answered instead', () => {
		const report = new RunReport(4, 0);
		report.succeed({ reused: true });
		report.succeed({ model: 'b/c', requestedModel: 'a/b' });
		report.succeed({ model: 'b/c', requestedModel: 'a/b' });
		report.succeed({ model: 'a/b' });
		expect(report.summary(1, figures)).toBe(
			"4 items in · 1 reused · 2 by the fallback model 'b/c' · 5 requests · 1 ms",
		);
	});

	it('tells that nobody knows what some of it cost', () => {
		const told = (unknownCosts: number) =>
			new RunReport(2, 0).summary(1, { requests: 2, retries: 0, costUsd: 0.5, unknownCosts });
		expect(told(1)).toBe('2 items in · 2 requests · $0.50 · the cost of 1 request is not known · 1 ms');
		expect(told(2)).toContain(' · the cost of 2 requests is not known · ');
	});

	it.each([1e-110, 0, 1e12])('can tell a cost of %d', (costUsd) =>
		expect(new RunReport(1, 0).summary(1, { ...figures, costUsd })).toMatch(/\$\d/),
	);
});

describe('the line of a long run', () => {
	it('tells what is done, failed and paid, and how long the rest may take', () => {
		const report = new RunReport(100, 0);
		for (let item = 0; item < 20; item++) report.succeed(undefined);
		report.fail('x');
		expect(report.progress(21_000, { ...figures, costUsd: 0.5 })).toBe(
			'21 of 100 items done · 1 failed · $0.50 · about 79 s left',
		);
	});

	it('guesses nothing before the first item is done', () =>
		expect(new RunReport(2, 0).progress(9000, figures)).toBe('0 of 2 items done'));
});

it.each([
	['DeepInfra has no model x: not found', 'DeepInfra has no model x'],
	[`${'long '.repeat(40)}`, `${'long '.repeat(24)}…`],
	['', ''],
])('a reason is what happened, without the rest: %s', (message, reason) => expect(reasonOf(message)).toBe(reason));

describe('what is quoted of an item', () => {
	const isKnown = (words: string) => ['Text', 'Model', 'a/b', "The Model's Own"].includes(words);

	it.each([
		["'Text' is empty", "'Text' is empty"],
		["DeepInfra has no model 'a/b'", "DeepInfra has no model 'a/b'"],
		["The file 'Jane Doe.pdf' is no picture, but text/plain", "The file '…' is no picture, but text/plain"],
		["The file 'O'Brien's will.pdf' is no picture", "The file '…' is no picture"],
		["The file 'a' b.pdf' is no picture", "The file '…' is no picture"],
		["The file 'it is: late [item 3].pdf' is empty", "The file '…"],
		["'Model' is 'Jane', but must be one of", "'Model' is '…', but must be one of"],
		["'The Model's Own' of DeepInfra's list is 'x'", "'The Model's Own' of DeepInfra's list is '…'"],
		["The model's answer isn't 'Jane", "The model's answer isn't '…'"],
		["The model's answer doesn't fit", "The model's answer doesn't fit"],
		['', ''],
	])('is left out of %j', (message, reason) => {
		expect(reasonOf(`${message} [item 7]. Change 'Text'.`, isKnown)).toContain(reason);
		expect(reasonOf(`${message} [item 7]`, isKnown)).not.toMatch(/Jane|Brien|pdf|late/);
		expect(withoutQuotes(withoutQuotes(message, isKnown), isKnown)).toBe(withoutQuotes(message, isKnown));
	});

	it('does not tell two reasons apart, nor do numbers', () => {
		const report = new RunReport(3, 0, isKnown);
		report.fail("The file 'a.pdf' is no picture [item 0]");
		report.fail("The file 'b.pdf' is no picture [item 1]");
		report.fail("'Text' has 5021 characters [item 2]");
		report.fail("'Text' has 6000 characters [item 3]");
		expect(report.summary(1, figures)).toContain(
			"4 failed (2: The file '…' is no picture; 2: 'Text' has 5021 characters)",
		);
	});
});
