import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { World } from '../world';
import { bodyOf, type Subject } from './example';
import { askedOf, atService, script } from './scripted';

const CONTROL = Array.from({ length: 160 }, (_, code) => String.fromCharCode(code)).join('');

/** What is refused before anybody is asked, and what goes out as it is. */
export function testBadInput(subject: Subject, of: () => World): void {
	const { required, media } = subject.example;

	/** Runs one bad item and expects a refusal that names the item and says what to do, with no request at all. */
	async function expectRefused(parameters: INodeParameters, bad: INodeExecutionData) {
		const world = of();
		script(world, subject);
		const result = await atService(world, { parameters, items: [bad] });
		expect(result.status).toBe('error');
		expect(world.service.requests).toEqual([]);
		expect(result.error).toMatchObject({ name: 'NodeOperationError', itemIndex: 0 });
		expect(result.error?.message).toMatch(/\bitem 0\b/i);
		expect(result.error?.description).toBeTruthy();
		expect(`${result.error?.message} ${result.error?.description}`).not.toMatch(/undefined|TypeError|Cannot read/);
		return result.error;
	}
	const firstItem = async () => (await subject.items(of().engine))[0] ?? { json: {} };

	if (required !== undefined) {
		it.each([
			['empty', ''],
			['only blanks', ' \n\t '],
			['null', null],
			['missing', undefined],
		])('refuses input that is %s', async (_what, value) => {
			const parameters = { ...subject.parameters(), ...subject.withText('={{ $json.value }}') };
			await expectRefused(parameters, { ...(await firstItem()), json: { value } });
		});

		it('is stopped, where it is required by n8n itself, when the field on the screen is empty', async () => {
			const world = of();
			script(world, subject);
			const items = await subject.items(world.engine);
			const parameters = { ...subject.parameters(), ...subject.withText('') };
			const { error } = await atService(world, { parameters, items });
			expect(error?.name).toBe(subject.isTextRequired ? 'WorkflowHasIssuesError' : 'NodeOperationError');
			expect(world.service.requests).toEqual([]);
		});

		it.each([
			['control characters', `[MASK] x${CONTROL}x`],
			['half a character', '[MASK] \ud800 \u202e \ufeff'],
			['what looks like an expression', '[MASK] {{ $env.SECRET }} ={{ 1 }} ${process.env}'],
			['what looks like the end of a body', '[MASK] "}]} \r\n--boundary--\r\n\r\nGET /v1/me'],
			['names of JavaScript', '[MASK] __proto__ constructor toString'],
		])('sends %s as data to the one place where it asks', async (_what, value) => {
			const world = of();
			script(world, subject);
			const parameters = { ...subject.parameters(), ...subject.withText('={{ $json.value }}') };
			const result = await atService(world, { parameters, items: [{ ...(await firstItem()), json: { value } }] });
			// what is allowed beside it differs; what must not be is a crash, or another request
			expect(`${result.error?.message}`).not.toMatch(/TypeError|Cannot read|is not a function/);
			expect(world.service.requests.filter((each) => !subject.asks(each) && each.method !== 'GET')).toEqual([]);
			if (result.error === undefined) expect(bodyOf(askedOf(world, subject)[0]).body).toBeDefined();
			expect('polluted' in {}).toBe(false);
		});
	}

	if (media !== undefined) {
		it('refuses an item without the file', async () => {
			const parameters = { ...subject.parameters(), inputDataFieldName: 'photo' };
			const error = await expectRefused(parameters, await firstItem());
			expect(`${error?.message} ${error?.description}`).toContain('photo');
		});

		it('refuses an item without any file', async () => {
			await expectRefused(subject.parameters(), { json: {} });
		});

		it('refuses an empty file', async () => {
			const data = await of().engine.binary(Buffer.alloc(0), 'empty.png', 'image/png');
			const error = await expectRefused(subject.parameters(), { json: {}, binary: { data } });
			expect(error?.message).toMatch(/empty/i);
		});

		it('refuses a missing path when binaries are kept in json', async () => {
			const world = of();
			script(world, subject);
			const parameters = { ...subject.parameters(), inputDataFieldName: '_files.photo' };
			const settings = { binaryMode: 'combined' as const };
			const result = await atService(world, { parameters, items: [await firstItem()], settings });
			expect(result.error).toMatchObject({ itemIndex: 0, message: expect.stringMatching(/item 0\b/) });
			expect(world.service.requests).toEqual([]);
		});
	}

	if (media !== undefined) {
		it.each([
			'example.com/a.png',
			'ftp://a.b/c',
			'file:///etc/passwd',
			'data:image/png;base64,AAAA',
			'https://',
			'javascript:x',
			'//a.b/c',
		])('takes no file from %s', async (url) => {
			const parameters = { ...subject.parameters(), inputSource: 'url', inputUrl: '={{ $json.url }}' };
			await expectRefused(parameters, { json: { url } });
		});
	}

	if (subject.hasOption('webhook')) {
		it('refuses a webhook that is no web address', async () => {
			const error = await expectRefused(subject.parameters({ webhook: 'ftp://example.com' }), await firstItem());
			expect(error?.message).toMatch(/webhook/i);
		});
	}
}
