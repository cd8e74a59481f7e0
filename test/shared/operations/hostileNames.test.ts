import { inferencePath, modelPath } from '../../../nodes/shared/core/request';
import { attempt, InputError } from '../../../nodes/shared/core/problem';
import { operations } from '../../../nodes/shared/operations';
import { inputFor, operationOf } from '../../support/operations';
import { thrownBy, within } from '../../support/work';

const MODELS = [
	'',
	'/',
	'//',
	'/owner/name',
	'owner/',
	'owner//name',
	'.',
	'..',
	'...',
	'../me',
	'../../v1/me',
	'owner/../../me',
	'owner/./name',
	'owner/..',
	'%2e%2e/me',
	'..%2fme',
	'%252e%252e',
	'owner\\name',
	'..\\..\\me',
	'owner/name?version=1',
	'owner/name#x',
	'owner name',
	' ',
	'\u00a0',
	'\u2028',
	'owner/name\r\nX-Header: 1',
	'owner/\u0000',
	'owner/\u001b[31m',
	'owner/\u007f',
	'owner/\u0085',
	'owner/"name"',
	"owner/'name'",
	'owner/<script>',
	'owner/`id`',
	'{{ $json.x }}',
	'a|b',
	'a^b',
	'deploy_id:',
	'deploy_id:..',
	'deploy_id:../../v1/me',
	'deploy_id:a?b',
	'x'.repeat(201),
];

describe('a hostile model name', () => {
	it.each(MODELS.map((model): [string, string] => [JSON.stringify(model).slice(0, 60), model]))(
		'%s is refused in words',
		(_, model) => {
			const error = thrownBy(() => inferencePath(model));
			expect(error).toBeInstanceOf(InputError);
			expect(error.message).toMatch(/is not a model name$|^'Model' is empty$/);
			expect(error).toMatchObject({ advice: expect.stringMatching(/\.$/) });
		},
	);

	it.each([['\ud800'], ['owner/\udc00name'], ['\ud83e']])('%j, half a character, is refused in words', (model) => {
		expect(thrownBy(() => inferencePath(model))).toBeInstanceOf(InputError);
	});

	it('never leads out of the native route', () => {
		const odd = [
			'a',
			'b',
			'/',
			'.',
			'..',
			'%',
			'2',
			'e',
			'\\',
			':',
			'@',
			'?',
			'#',
			' ',
			'\n',
			'deploy_id:',
			'é',
			'🤖',
			';',
			'&',
			'=',
		];
		let state = 7;
		const wrong: string[] = [];
		for (let run = 0; run < 20_000; run++) {
			const model = Array.from(
				{ length: 1 + (run % 7) },
				() => odd[(state = (Math.imul(state, 69_069) + 1) >>> 0) % odd.length],
			).join('');
			const path = attempt(() => inferencePath(model));
			if (!path.ok) {
				if (path.problem.kind !== 'input') wrong.push(model);
				continue;
			}
			const url = new URL(path.value, 'https://api.deepinfra.com');
			if (url.href !== `https://api.deepinfra.com${path.value}` || !url.pathname.startsWith('/v1/inference/'))
				wrong.push(model);
		}
		expect(wrong).toEqual([]);
	});

	it('is refused in little time', () => {
		for (const model of ['/'.repeat(5e6), '.'.repeat(5e6), '\u0000'.repeat(5e6), 'a/'.repeat(3e6), ' '.repeat(5e6)]) {
			expect(within(2000, () => thrownBy(() => modelPath(model)))).toBeInstanceOf(InputError);
		}
	});

	it('is refused by every operation that has a model', () => {
		for (const operation of operations.filter(({ fields }) =>
			fields.some(({ name, required }) => name === 'model' && required),
		)) {
			const texts = operation.fields.filter(({ type, required }) => type === 'string' && required);
			const given = Object.fromEntries(texts.map(({ name }) => [name, 'a [MASK]']));
			const input = { ...inputFor(operation, given), model: '../../v1/me' };
			const refused = attempt(() => operation.request([input], {}));
			expect([operation.resource, operation.value, refused.ok]).toEqual([operation.resource, operation.value, false]);
			if (!refused.ok) expect(refused.problem.kind).toBe('input');
		}
	});
});

describe('hostile values', () => {
	const CONTROL = Array.from({ length: 160 }, (_, code) => String.fromCharCode(code)).join('');

	it('in a prompt go out as they are', () => {
		const generate = operationOf('text', 'generate');
		const prompt = `${CONTROL}\ud800\u202e\ufeff`;
		const { json } = generate.request([inputFor(generate, { prompt, options: { promptFormat: 'raw' } })], {});
		expect(json).toEqual({ input: prompt });
	});

	it('in labels stay inside their JSON array', () => {
		const zeroShot = operationOf('image', 'classifyZeroShot');
		const labels = [`x${CONTROL}x`, '"]', '\r\n--boundary\r\n', '\\', '__proto__', 'toString'];
		const { form } = zeroShot.request([inputFor(zeroShot, { candidateLabels: labels })], {});
		expect(JSON.parse(String(form?.candidate_labels))).toEqual(labels.map((label) => label.trim()));
		expect(String(form?.candidate_labels)).not.toMatch(/[\r\n\0]/);
	});

	it('in extra fields are data, and nothing else', () => {
		const classify = operationOf('text', 'classify');
		const extraFields = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
		const { json } = classify.request([inputFor(classify, { text: 'x', options: { extraFields } })], {});
		expect(JSON.parse(JSON.stringify(json))).toEqual({ input: 'x', ...JSON.parse(extraFields) });
		expect(Object.keys(json ?? {}).sort()).toEqual(['__proto__', 'constructor', 'input']);
		expect('polluted' in {}).toBe(false);
	});

	const fromWeb = (inputUrl: string) => {
		const classify = operationOf('image', 'classify');
		return classify.request([inputFor(classify, { inputSource: 'url', inputUrl })], {}).form;
	};

	it('in a URL go no further than the place for it', () => {
		const url = 'https://user:secret@a.b/x';
		expect(fromWeb(url)).toEqual({ image: { file: 'url', url, only: 'image' } });
	});

	it.each(['https://a.b/\r\nHost: c', 'https://a.b/\u0000', 'https://a\tb', `https://a.b/${'x'.repeat(1_000_000)}`])(
		'in a URL (%.40s) are refused, not left out or cut',
		(inputUrl) => expect(thrownBy(() => fromWeb(inputUrl)).message).toBe("'URL' is not a web address"),
	);
});
