import { operations } from '../../../nodes/shared/operations';
import type { AnyOperation } from '../../../nodes/shared/core/operation';
import { thrownBy } from '../../support/work';
import { inputFor } from '../../support/operations';

const takesAddress = operations.filter(({ fields }) => fields.some(({ name }) => name === 'inputUrl'));

/** What is sent for a file at an address, whichever way the operation takes its files. */
function requestAt(operation: AnyOperation, inputUrl: string): string {
	const texts = operation.fields.flatMap(({ name, type, required }) =>
		type === 'string' && required ? [[name, 'some words'] as const] : [],
	);
	const attributes = { values: [{ name: 'total', type: 'number', description: '', required: true }] };
	const chosen = { inputSource: 'url', startImage: 'url', inputUrl, attributes, candidateLabels: 'a, b' };
	const given = { ...Object.fromEntries(texts), ...chosen };
	const facts = { tags: ['vision', 'multimodal'] };
	return JSON.stringify(operation.request([inputFor(operation, given)], facts), (_, value: unknown) =>
		typeof value === 'object' && value !== null && 'ref' in value ? { ref: value.ref } : value,
	);
}

it('files at addresses are taken by all operations that take files', () => {
	expect(takesAddress.map(({ resource, value }) => `${resource}: ${value}`).sort()).toEqual([
		'audio: transcribe',
		'document: extract',
		'document: extractText',
		'image: analyze',
		'image: classify',
		'image: classifyZeroShot',
		'image: detectObjects',
		'image: edit',
		'video: generate',
		'voice: create',
	]);
});

describe.each(takesAddress.map((operation) => [`${operation.resource}: ${operation.value}`, operation] as const))(
	'%s',
	(_, operation) => {
		it.each([
			'data:image/png;base64,iVBORw0KGgo=',
			' DATA:audio/wav;base64,UklGRg==',
			'data:application/pdf,%25PDF-1.7',
			'data:,x',
		])('takes no file for its address: %j', (url) => {
			const { message } = thrownBy(() => requestAt(operation, url));
			expect(message).toMatch(/^'URL' holds the file itself, not its address$/);
		});

		it.each(['example.com/a.png', 'ftp://example.com/a.png', 'https:// x', 'https://a.b/c\nd', '/home/a.png'])(
			'refuses %j in words',
			(url) => {
				expect(thrownBy(() => requestAt(operation, url)).message).toMatch(/^'URL' is not a web address$/);
			},
		);

		it.each([
			[' https://example.com/my photo.png ', 'https://example.com/my%20photo.png'],
			['https://example.com/a.png?x=1&y=a b\n', 'https://example.com/a.png?x=1&y=a%20b'],
			['HTTP://example.com/a,b.png', 'HTTP://example.com/a,b.png'],
			['https://example.com/می‌شود.jpg', 'https://example.com/می‌شود.jpg'],
			['https://example.com/👨‍👩‍👧.png', 'https://example.com/👨‍👩‍👧.png'],
			['‎https://example.com/a.png‏', 'https://example.com/a.png'],
		])('takes %j as people have it', (url, sent) => {
			expect(requestAt(operation, url)).toContain(JSON.stringify(sent));
		});
	},
);
