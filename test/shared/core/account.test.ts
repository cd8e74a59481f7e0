import { readBaseUrl, readKey } from '../../../nodes/shared/core/account';
import { InputError } from '../../../nodes/shared/core/problem';
import { thrownBy } from '../../support/work';

const SAMPLE = 'aBcD1234efGH5678ijKL9012mnOP3456';

describe('a pasted key', () => {
	it.each([
		SAMPLE,
		` ${SAMPLE}\n`,
		`Bearer ${SAMPLE}`,
		`bearer\t${SAMPLE}\r\n`,
		`Authorization: Bearer ${SAMPLE}`,
		`"${SAMPLE}"`,
		`'Bearer ${SAMPLE}'`,
		`\ufeff${SAMPLE}\u200b`,
		`\u00a0${SAMPLE}\u2028`,
	])('%j is the key', (pasted) => {
		expect(readKey(pasted)).toBe(SAMPLE);
	});

	it.each(['jwt:eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhYmMifQ.abc-_=', 'test', '1', 'a"b\\c/d', 'bearerish'])(
		'%j stays as it is',
		(key) => expect(readKey(key)).toBe(key),
	);

	it.each<[unknown]>([[''], [' \n'], ['Bearer'], ['Bearer '], ['""'], [undefined], [null], [7], [{}]])(
		'%j is none',
		(pasted) => expect(thrownBy(() => readKey(pasted)).message).toBe('The DeepInfra credential has no API key'),
	);

	it.each([
		[`${SAMPLE.slice(0, 9)}\n${SAMPLE.slice(9)}`, 'a line break'],
		[`${SAMPLE} ${SAMPLE}`, 'a blank'],
		[`${SAMPLE.slice(0, 9)}\u200b${SAMPLE.slice(9)}`, 'an invisible character'],
		[`${SAMPLE.slice(0, 9)}\u0007${SAMPLE.slice(9)}`, 'an invisible character'],
		[`${SAMPLE.slice(0, 9)}ü${SAMPLE.slice(9)}`, "the letter 'ü'"],
		[`${SAMPLE}…`, "the letter '…'"],
		['密钥密钥密钥密钥', "the letter '密'"],
		['🔑', "the letter '🔑'"],
		['k'.repeat(5000), '5000 characters long'],
	])('%j is refused, and no more of it shown than that it holds %s', (pasted, what) => {
		const error = thrownBy(() => readKey(pasted));
		expect(error).toBeInstanceOf(InputError);
		expect(error.message).toContain(what);
		expect(error.message).not.toContain(SAMPLE.slice(0, 9));
		expect(error).toMatchObject({ advice: expect.stringContaining('anew') });
	});
});

describe('a pasted base URL', () => {
	it.each<[unknown, string]>([
		['https://api.deepinfra.com', 'https://api.deepinfra.com'],
		['', 'https://api.deepinfra.com'],
		['  ', 'https://api.deepinfra.com'],
		[undefined, 'https://api.deepinfra.com'],
		[null, 'https://api.deepinfra.com'],
		['https://api.deepinfra.com/', 'https://api.deepinfra.com'],
		['https://api.deepinfra.com/v1/openai', 'https://api.deepinfra.com'],
		['https://api.deepinfra.com/v1/openai/', 'https://api.deepinfra.com'],
		['https://api.deepinfra.com/v1', 'https://api.deepinfra.com'],
		['https://api.deepinfra.com/v1//', 'https://api.deepinfra.com'],
		[' https://api.deepinfra.com/v1/openai/chat/completions\n', 'https://api.deepinfra.com'],
		['https://api.deepinfra.com/v1/inference/owner/name', 'https://api.deepinfra.com'],
		['https://api.deepinfra.com/anthropic', 'https://api.deepinfra.com'],
		['"https://api.deepinfra.com/v1"', 'https://api.deepinfra.com'],
		['HTTPS://API.DeepInfra.com/V1/OpenAI', 'https://api.deepinfra.com'],
		['api.deepinfra.com', 'https://api.deepinfra.com'],
		['api.deepinfra.com/v1/openai', 'https://api.deepinfra.com'],
		['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
		['http://localhost:8080/v1', 'http://localhost:8080'],
		['https://proxy.example.com/deepinfra/', 'https://proxy.example.com/deepinfra'],
		['https://proxy.example.com/deepinfra/v1/openai', 'https://proxy.example.com/deepinfra'],
		['https://proxy.example.com/v1/tenant', 'https://proxy.example.com/v1/tenant'],
		['https://proxy.example.com/v12', 'https://proxy.example.com/v12'],
		['https://api.deepinfra.com:443', 'https://api.deepinfra.com'],
	])('%j is %s', (pasted, url) => {
		expect(readBaseUrl(pasted)).toBe(url);
	});

	it.each([
		'nonsense',
		'ftp://api.deepinfra.com',
		'https://',
		'https://api.deepinfra.com?key=1',
		'https://api.deepinfra.com#v1',
		'https://api.deep\ninfra.com',
		'https://api deepinfra.com',
		'https:\\\\api.deepinfra.com',
		'javascript:alert(1)',
		'file:///etc/passwd',
		'https://api.deepinfra.com:99999',
		`https://${'a'.repeat(3000)}.com`,
	])('%j is no web address', (pasted) => {
		const error = thrownBy(() => readBaseUrl(pasted));
		expect(error.message).toBe("The 'Base URL' in the DeepInfra credential is not a web address");
		expect(error).toMatchObject({ advice: expect.stringContaining('https://api.deepinfra.com') });
	});

	it.each(['http://:secret@host', 'https://user@api.deepinfra.com', 'https://user:pass@api.deepinfra.com/v1'])(
		'%j holds what would be sent in place of the key',
		(pasted) => {
			const { message } = thrownBy(() => readBaseUrl(pasted));
			expect(message).toMatch(/holds a user name or a password$/);
			expect(message).not.toMatch(/secret|pass@/);
		},
	);
});
