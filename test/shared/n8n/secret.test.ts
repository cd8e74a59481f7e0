import type { Problem } from '../../../nodes/shared/core/problem';
import { atOnce } from '../../../nodes/shared/core/steps';
import { secretOf } from '../../../nodes/shared/n8n/secret';
import { processorTime } from '../../support/yardstick';

const SAMPLE = 'aBcD1234efGH5678ijKL9012mnOP3456';
const JWT = `jwt:eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiJhYmMifQ'.repeat(40)}.s-_=`;

const escapes: ReadonlyArray<[string, (key: string) => string]> = [
	['as it is', (key) => key],
	['with JSON escapes', (key) => [...key].map((letter) => `\\u00${hex(letter)}`).join('')],
	[
		'with JSON escapes in JSON in JSON',
		(key) => [...key].map((letter) => `\\\\u00${hex(letter).toUpperCase()}`).join(''),
	],
	[
		'with some letters escaped',
		(key) => [...key].map((letter, at) => (at % 3 ? letter : `\\u00${hex(letter)}`)).join(''),
	],
	['for an address', (key) => [...key].map((letter) => `%${hex(letter)}`).join('')],
	['for HTML', (key) => [...key].map((letter) => `&#${letter.charCodeAt(0)};`).join('')],
	['for HTML, in hex', (key) => [...key].map((letter) => `&#x${hex(letter)};`).join('')],
	['in octal', (key) => [...key].map((letter) => `\\${octal(letter)}`).join('')],
	['in octal, in three digits', (key) => [...key].map((letter) => `\\${octal(letter).padStart(3, '0')}`).join('')],
	['in octal, with a zero', (key) => [...key].map((letter) => `\\0${octal(letter).padStart(3, '0')}`).join('')],
	['in octal, in JSON', (key) => [...key].map((letter) => `\\\\${octal(letter)}`).join('')],
	['in quoted-printable', (key) => [...key].map((letter) => `=${hex(letter).toUpperCase()}`).join('')],
	['in quoted-printable where it must be', (key) => key.replaceAll('=', '=3D')],
	['in quoted-printable, in lines', (key) => key.replaceAll('=', '=3D').replace(/(.{10})/g, '$1=\r\n')],
	['in quoted-printable, in lines in JSON', (key) => key.replaceAll('=', '=3D').replace(/(.{10})/g, '$1=\\r\\n')],
	['in quoted-printable, in JSON of Java', (key) => [...key].map((letter) => `\\u003d${hex(letter)}`).join('')],
	['for HTML, by names', (key) => byNames(key)],
	['for HTML, by names in capitals', (key) => byNames(key).replace(/&\w+;/g, (name) => name.toUpperCase())],
	['for HTML, by names twice', (key) => byNames(key).replaceAll('&', '&amp;')],
	['for HTML, all of it twice', (key) => [...key].map((letter) => `&amp;#${letter.charCodeAt(0)};`).join('')],
	['for HTML, in JSON of Go', (key) => [...key].map((letter) => `\\u0026#${letter.charCodeAt(0)};`).join('')],
	['for HTML by names, in JSON of Go', (key) => byNames(key).replaceAll('&', '\\u0026')],
	['for C', (key) => [...key].map((letter) => `\\U000000${hex(letter)}`).join('')],
	['for an address, in two bytes', (key) => [...key].map((letter) => `%u00${hex(letter)}`).join('')],
	['in base64', (key) => base64(key)],
	['in base64 behind one letter', (key) => base64(`:${key}`)],
	['in base64 behind two', (key) => base64(`s:${key}`)],
	['in base64 of the whole header', (key) => base64(`Authorization: Bearer ${key}\r\nAccept: */*`)],
	['in base64 of UTF-16', (key) => Buffer.from(key, 'utf16le').toString('base64')],
	['in base64 of UTF-16 behind one letter', (key) => Buffer.from(`:${key}`, 'utf16le').toString('base64')],
	['in base64 of UTF-16 behind two', (key) => Buffer.from(`s:${key}`, 'utf16le').toString('base64')],
	['in base64 for addresses', (key) => Buffer.from(`??>${key}`).toString('base64url')],
	['split by a line break', (key) => `${key.slice(0, 10)}\n${key.slice(10)}`],
	['split by an escaped line break', (key) => `${key.slice(0, 3)}\\r\\n${key.slice(3)}`],
	['split in several places', (key) => key.replace(/(.{8})/g, '$1\r\n    ')],
	['with invisible letters', (key) => [...key].join('\u200b')],
	['with a soft hyphen', (key) => `${key.slice(0, 1)}\u00ad${key.slice(1)}`],
	['in hexadecimal bytes', (key) => [...key].map(hex).join(':')],
	['in base64, in lines', (key) => base64(`x${key}`).replace(/(.{9})/g, '$1\n')],
];
const hex = (letter: string) => letter.charCodeAt(0).toString(16).padStart(2, '0');
const octal = (letter: string) => letter.charCodeAt(0).toString(8);
const NAMES: Readonly<Record<string, string>> = {
	...{ '-': 'hyphen', _: 'lowbar', '.': 'period', ':': 'colon', '=': 'equals', '+': 'plus', '/': 'sol' },
	...{ '~': 'tilde', '!': 'excl', $: 'dollar', '@': 'commat', '*': 'ast', '(': 'lpar', '|': 'verbar', '#': 'num' },
};
const byNames = (key: string) => key.replace(/[^a-z\d]/gi, (sign) => `&${NAMES[sign] ?? 'amp'};`);
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** No run of six letters of a form is left. */
function expectNothingOf(form: string, text: string) {
	const plain = form
		.replace(/\s|\\[rn]/g, '')
		.replace(/^QXV0aG9yaXphdGlvbjogQmVhcmVyI/, '')
		.replace(/(0K|NC)QWNjZXB0OiAqLyo=?$|NCkFjY2VwdDogKi8q$/, '');
	const runs = Array.from({ length: Math.max(0, plain.length - 28) }, (_, at) => plain.slice(at + 8, at + 20));
	expect(runs.filter((run) => text.includes(run))).toEqual([]);
}

describe.each([
	['a key', SAMPLE],
	['a scoped key', JWT],
	['the shortest long key', 'k3y-of_16+chars/'],
	['a key of signs', 'k~e!y$w@i*t(h|s#i_g-n.s:=and=='],
])('%s', (_, key) => {
	const secret = secretOf(key);

	it.each(escapes)('is hidden %s', (_form, write) => {
		const form = write(key);
		const text = secret.redact(`before ${form} between ${form}; after`);
		expectNothingOf(form, text);
		expect(text).toMatch(/^before .*\[API key\].* between .*\[API key\].*; after$/s);
	});

	it.each(escapes)('is hidden in pieces of any length %s', (_form, write) => {
		const whole = `before ${write(key)} between, 100 % \\alpha & ${write(key)}; after ${key.slice(0, 5)}`;
		// Whether the last sign is the key's own, or begins a letter of a mail, the next piece tells.
		const bare = (text: string) => text.replace(/(?<=key\])(?:=?3D)+/gi, '');
		const hidden = bare(secret.redact(whole));
		for (const size of key.length > 100 ? [17] : [1, 2, 5, 13]) {
			let shown = '';
			let kept = '';
			for (let from = 0; from < whole.length; from += size) {
				const next = secret.part(kept + whole.slice(from, from + size));
				shown += next.shown;
				({ kept } = next);
			}
			expect(bare(shown + kept)).toBe(hidden);
		}
	});

	it.each(['', ' ', 'a word. ', 'line\n', `${key}`, `${key}\n`])('nothing of %j need wait for what follows', (text) => {
		expect(secret.part(text)).toEqual({ shown: secret.redact(text), kept: '' });
	});

	it.each(escapes)('is hidden in an answer that has it %s', (_form, write) => {
		const form = write(key);
		const raw = JSON.stringify({ a: [{ b: `x ${form}` }], [form]: 1, c: form, n: 5, z: null });
		const answer: Record<string, unknown> = JSON.parse(raw);
		const clean = atOnce(secret.redactAnswer(answer, raw));
		expectNothingOf(form, JSON.stringify(clean));
		expect(clean).toMatchObject({ n: 5, z: null });
	});
});

it.each(['abc=3Def=3d_and_more', '==============3D'])('a key that looks like a mail is hidden as it is: %s', (key) => {
	expect(secretOf(key).redact(`before ${key} after`)).toBe('before [API key] after');
});

describe('an answer', () => {
	const secret = secretOf(SAMPLE);
	const read = (raw: string): Record<string, unknown> => JSON.parse(raw);

	it('without the key is left alone', () => {
		const raw = '{"a":["aBcD12",{"__proto__":"x"}],"b":1e400}';
		expect(atOnce(secret.redactAnswer(read(raw), raw))).toEqual(read(raw));
	});

	it('is parsed with its escapes, and is clean then', () => {
		const raw = `{"debug":"${[...SAMPLE].map((letter) => `\\u00${hex(letter)}`).join('')}"}`;
		expect(atOnce(secret.redactAnswer(read(raw), raw))).toEqual({ debug: '[API key]' });
	});

	it('hides it under names that every object has', () => {
		const raw = `{"__proto__":"${SAMPLE}","constructor":{"__proto__":{"toString":"${SAMPLE}"}}}`;
		const text = JSON.stringify(atOnce(secret.redactAnswer(read(raw), raw)));
		expect(text).not.toContain(SAMPLE);
		expect(text.match(/\[API key\]/g)?.length).toBe(2);
	});

	it('may be nested as deep as a service likes', () => {
		const raw = `{"x":${'['.repeat(20_000)}"${SAMPLE}"${']'.repeat(20_000)}}`;
		let held: unknown = atOnce(secret.redactAnswer(read(raw), raw)).x;
		while (Array.isArray(held)) [held] = held;
		expect(held).toBe('[API key]');
	});

	it('keeps the bytes of a file, whatever they hold', () => {
		const file = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from(SAMPLE)]).toString('base64');
		const raw = JSON.stringify({ debug: SAMPLE, image: file, images: [`data:image/png;base64,${file}`] });
		expect(atOnce(secret.redactAnswer(read(raw), raw))).toEqual({
			debug: '[API key]',
			image: file,
			images: [`data:image/png;base64,${file}`],
		});
	});

	const timeOf = (key: string, text: string, raw = JSON.stringify({ text })) =>
		processorTime(() => atOnce(secretOf(key).redactAnswer({ text }, raw)));

	it('of 20 MB is searched in no time', () => {
		for (const text of [
			Buffer.alloc(21_000_000, 'The quick brown fox aBout a lazy %20 dog. ').toString(),
			Buffer.alloc(16_000_000, 'any bytes at all').toString('base64'),
		])
			expect(timeOf(SAMPLE, text, `{"text":"${text}"}`)).toBeLessThan(400);
	});

	it('that is a text of megabytes is cleaned in steps, the same as at once', () => {
		for (const form of [
			SAMPLE,
			base64(`x${SAMPLE}`),
			[...SAMPLE].map((letter) => `&#${letter.charCodeAt(0)};\n`).join(''),
		]) {
			// At every place where one step may end and the next begin.
			const text = `<p>${`${form}<b>${'=&amp;'.repeat(40)}</b>`.repeat(3000)}`;
			const cleaning = secret.redactAnswer({ text }, JSON.stringify({ text }));
			let steps = 0;
			let clean: unknown;
			for (let next = cleaning.next(); ; next = cleaning.next(), steps++)
				if (next.done) {
					clean = next.value;
					break;
				}
			expect(clean).toEqual({ text: secret.redact(text) });
			expect(steps).toBeGreaterThan(text.length / (256 * 1024) - 1);
		}
	});

	it.each([
		'&amp;',
		'&',
		'=',
		'=6',
		'=61=',
		'\\141',
		'\\0',
		'&amp;amp;',
		'a=\r\n',
		'\\u0026',
		'\\u003d61',
		'a',
		'\\',
		'a\\',
		'a\n',
		'\\u0061\\',
		`${'a'.repeat(31)}b`,
	])('of %j again and again takes no longer', (unit) => {
		// What grows with the square of 150,000 letters, or of a step's, takes many seconds.
		expect(timeOf('a'.repeat(32), unit.repeat(150_000 / unit.length))).toBeLessThan(600);
	});
});

describe.each(['test', 'null', '1', 'label', 'fifteen-letters'])('the short key "%s"', (key) => {
	const secret = secretOf(key);
	const problem = (words: string): Problem => ({ kind: 'status', status: 400, body: { detail: { error: words } } });

	it('is a word in results', () => {
		const raw = JSON.stringify({ label: key, results: [null, 1, key], image: base64(key.repeat(50)) });
		const answer: Record<string, unknown> = JSON.parse(raw);
		expect(JSON.stringify(atOnce(secret.redactAnswer(answer, raw)))).toBe(raw);
	});

	it('is hidden in what a service says of a failure', () => {
		expect(secret.redactProblem(problem(`Bearer ${key}!`))).toEqual(problem('Bearer [API key]!'));
		expect(secret.redactProblem({ kind: 'answer', message: `x ${key}`, requestId: key })).toEqual({
			kind: 'answer',
			message: 'x [API key]',
			requestId: '[API key]',
		});
	});

	it("changes none of the node's own words", () => {
		for (const own of [
			{ kind: 'input', message: `'${key}' is empty`, advice: key },
			{ kind: 'timeout', seconds: 1 },
			{ kind: 'budget', budget: 1, spent: 1 },
			{ kind: 'stopped' },
		] satisfies Problem[])
			expect(secret.redactProblem(own)).toEqual(own);
	});
});
