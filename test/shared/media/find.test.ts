/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { places } from '../../../scripts/host/places';
import type { Dict } from '../../../nodes/shared/core/operation';
import { AnswerError } from '../../../nodes/shared/core/problem';
import { atOnce } from '../../../nodes/shared/core/steps';
import { filesOfInSteps, fileOf, mediaOf, takeOutMediaInSteps } from '../../../nodes/shared/media/find';
import { thrownBy } from '../../support/work';

const takeOutMedia = (...given: Parameters<typeof takeOutMediaInSteps>) => atOnce(takeOutMediaInSteps(...given));
const filesOf = (...given: Parameters<typeof filesOfInSteps>) => atOnce(filesOfInSteps(...given));

const fixture = (name: string) => readFileSync(join(places.fixtures, name));
const [png, jpg] = [fixture('tiny.png'), fixture('tiny.jpg')];
const urlOf = (bytes: Buffer, type = 'image/png') => `data:${type};base64,${bytes.toString('base64')}`;

describe('a text that stands for a file', () => {
	it.each<[string, string]>([
		['a data URL', urlOf(png)],
		['a data URL in capitals, with parameters', `DATA:image/png;name=a.png;BASE64,${png.toString('base64')}`],
		['a data URL with space around it', `\n ${urlOf(png)} `],
		['a data URL without a type', `data:;base64,${png.toString('base64')}`],
		[
			'a data URL in percent form',
			`data:image/png,${[...png].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`,
		],
		['a data URL with commas in its quotes', `data:image/png;name="a, b.png";base64,${png.toString('base64')}`],
		['a data URL that lost its beginning', urlOf(png).slice(5)],
		['one without a type that lost its beginning', `;name=a,b.png;base64,${png.toString('base64')}`],
		['bare base64', png.toString('base64')],
		['bare base64 in lines', png.toString('base64').replace(/.{20}/g, '$&\r\n')],
	])('as %s is its bytes', (_, text) => {
		expect(fileOf(text)).toEqual({ bytes: png });
	});

	it('as the base64 of a JPEG, which starts with a slash, is no path', () => {
		expect(jpg.toString('base64').startsWith('/9j/')).toBe(true);
		expect(fileOf(jpg.toString('base64'))).toEqual({ bytes: jpg });
	});

	it.each([
		'tiny.webp',
		'tiny.gif',
		'tiny.mp4',
		'tiny.webm',
		'tiny.mp3',
		'tiny.wav',
		'tiny.ogg',
		'tiny.flac',
		'tiny.m4a',
	])('as the bare base64 of %s is its bytes', (name) => {
		expect(fileOf(fixture(name).toString('base64'))).toEqual({ bytes: fixture(name) });
	});

	it.each<[string, string]>([
		['https://cdn.example.com/a.png?x=1', 'https://cdn.example.com/a.png?x=1'],
		[' HTTP://cdn.example.com/a ', 'HTTP://cdn.example.com/a'],
		['/model/inference/pyramid_sample.mp4', '/model/inference/pyramid_sample.mp4'],
		['outputs/a/b.jpeg', 'outputs/a/b.jpeg'],
	])('as %j is an address', (text, url) => {
		expect(fileOf(text)).toEqual({ url });
	});

	it.each([
		'',
		' ',
		'a cat on a mat',
		'AAAA',
		'succeeded',
		'//evil.example.com/a.png',
		'/with space',
		'\\\\host\\share',
		'data:',
		'data:image/png;base64',
		'data:image/png;base64,',
		'ftp://a.b/c.png',
		'file:///etc/passwd',
		'javascript:alert(1)',
		'cat.png',
		'\0',
	])('%j stands for none', (text) => {
		expect(fileOf(text)).toBeUndefined();
	});
});

describe('the images of an answer', () => {
	const bytes = { bytes: png };
	it.each<[string, Dict, unknown[]]>([
		['a list', { images: [urlOf(png), urlOf(png)] }, [bytes, bytes]],
		[
			'a list of addresses',
			{ image_urls: ['https://a.b/1', 'https://a.b/2'] },
			[{ url: 'https://a.b/1' }, { url: 'https://a.b/2' }],
		],
		['one address', { status: 'ok', image_url: 'https://a.b/1' }, [{ url: 'https://a.b/1' }]],
		['bare base64', { image: png.toString('base64') }, [bytes]],
		['the output of cog', { output: 'https://a.b/1' }, [{ url: 'https://a.b/1' }]],
		['a list in the output of cog', { output: ['https://a.b/1'] }, [{ url: 'https://a.b/1' }]],
		['results', { results: [{ url: 'https://a.b/1' }, { image: urlOf(png) }] }, [{ url: 'https://a.b/1' }, bytes]],
		[
			'the form of OpenAI',
			{ data: [{ b64_json: jpg.toString('base64'), url: '', revised_prompt: 'x' }] },
			[{ bytes: jpg }],
		],
		[
			'objects in a list',
			{ images: [{ image_url: 'https://a.b/1' }, { base64: png.toString('base64') }, { data: urlOf(png) }] },
			[{ url: 'https://a.b/1' }, bytes, bytes],
		],
		['a list in a list', { images: [[urlOf(png)], []] }, [bytes]],
		['a path on the API', { images: ['/model/inference/x.png'] }, [{ url: '/model/inference/x.png' }]],
		[
			'a place that is empty, then another',
			{ images: [], image_urls: null, image_url: 'https://a.b/1' },
			[{ url: 'https://a.b/1' }],
		],
		['odd entries between good ones', { images: [null, 5, {}, urlOf(png), 'none', [null]] }, [bytes]],
	])('are found in %s', (_, answer, files) => {
		expect(mediaOf(answer, 'image')).toEqual(files);
	});

	it.each<[Dict]>([
		[{}],
		[{ images: [] }],
		[{ images: {} }],
		[{ output: 'a description' }],
		[{ results: [{ label: 'x', score: 1 }] }],
		[{ prompt: urlOf(png) }],
	])('are missed in %j', (answer) => {
		expect(thrownBy(() => mediaOf(answer, 'image'))).toBeInstanceOf(AnswerError);
	});
});

describe('taking files out of an answer', () => {
	const name = (index: number) => `file${index}`;
	const take = (answer: Dict) => takeOutMedia(answer, name);

	it('puts the name of its field where each was, and leaves all else', () => {
		const answer = {
			images: [urlOf(png), { b64_json: jpg.toString('base64'), seed: 1 }],
			deep: { audio: urlOf(png, 'audio/mp3') },
			text: 'data: is a word',
			n: null,
		};
		expect(take(answer)).toEqual({
			json: {
				images: ['file0', { b64_json: 'file1', seed: 1 }],
				deep: { audio: 'file2' },
				text: 'data: is a word',
				n: null,
			},
			files: [{ bytes: png }, { bytes: jpg }, { bytes: png }],
		});
	});

	it('keeps addresses in the JSON, and downloads those at a place for files only', () => {
		expect(take({ image_url: 'https://a.b/1', docs: 'https://a.b/2', results: [{ url: 'https://a.b/3' }] })).toEqual({
			json: { image_url: 'https://a.b/1', docs: 'https://a.b/2', results: [{ url: 'https://a.b/3' }] },
			files: [{ url: 'https://a.b/1' }, { url: 'https://a.b/3', isDoubtful: true }],
		});
	});

	it('finds large base64 anywhere, and no base64 in words', () => {
		const big = Buffer.concat([png, Buffer.alloc(2000)]);
		expect(take({ anything: { here: big.toString('base64') } }).files).toEqual([{ bytes: big }]);
		expect(take({ text: 'word '.repeat(500), code: 'A'.repeat(4000) }).files).toEqual([]);
	});

	it.each<[string, unknown]>([
		['a switch of a prompt', '/no_think'],
		['a mark of markup', '/s'],
		['two words', 'and/or.it'],
		['a path of a system', '/etc/passwd'],
		['words with an address', 'see https://a.b/c.png'],
		['a text in pieces', ['Read more: ', 'http://127.0.0.1:9/x']],
		['pieces that begin with an address', ['https://a.b/1.png', ' is the picture', '.']],
		['a table', [{ url: 'https://a.b/page', title: 'A page' }]],
	])('takes %s for no file where the model makes none', (_, output) => {
		for (const answer of [{ output }, { results: output }, { data: output }]) {
			expect(takeOutMedia(answer, name, false)).toEqual({ json: answer, files: [] });
		}
	});

	it.each(['/no_think', '/s', 'see https://a.b/c.png', 'https://a.b/c d.png', ['Read: ', 'https://a.b/x.png']])(
		'takes %j for no file even where the model makes some',
		(output) => {
			expect(take({ output }).files).toEqual([]);
		},
	);

	it.each(['audio', 'audio_url', 'video_url', 'image', 'b64_json', 'video'])('finds results[].%s', (key) => {
		expect(takeOutMedia({ results: [{ [key]: 'https://a.b/1' }] }, name, false).files).toEqual([
			{ url: 'https://a.b/1' },
		]);
	});

	it.each([
		[
			'data:image/svg+xml;utf8,<svg xmlns="x"><text>Grüße 日本 😀</text></svg>',
			'<svg xmlns="x"><text>Grüße 日本 😀</text></svg>',
		],
		['data:image/svg+xml;utf8,%3Csvg%3E<text>ÄÖ%20%E2%82%AC</text></svg>', '<svg><text>ÄÖ €</text></svg>'],
		['data:image/svg+xml,<svg>100 % ž</svg>', '<svg>100 % ž</svg>'],
	])('keeps the letters of %s', (url, svg) => {
		const [file] = take({ image: url }).files;
		expect(file && 'bytes' in file ? file.bytes.toString() : undefined).toBe(svg);
	});

	it('refuses what is nested too deeply', () => {
		let deep: unknown = 'x';
		for (let depth = 0; depth < 5000; depth++) deep = depth % 2 ? [deep] : { deep };
		expect(thrownBy(() => take({ deep }))).toBeInstanceOf(AnswerError);
	});

	it('does not change the answer', () => {
		const answer = { images: [urlOf(png)] };
		const before = JSON.stringify(answer);
		take(answer);
		expect(JSON.stringify(answer)).toBe(before);
	});

	it('keeps keys that mean something to JavaScript', () => {
		const answer: unknown = JSON.parse('{"__proto__":{"images":1},"constructor":{"prototype":2},"toString":"x"}');
		const { json } = take({ answer });
		expect(JSON.stringify(json.answer)).toBe(JSON.stringify(answer));
		expect(Object.getPrototypeOf({})).toBe(Object.prototype);
	});
});

describe('the files of an output', () => {
	const png = `data:image/png;base64,${Buffer.from('\x89PNG\r\n\x1a\n________', 'latin1').toString('base64')}`;

	it('go to the field that the user named', () => {
		const file = { bytes: Buffer.from('x') };
		expect(filesOf({ json: { index: 0 }, file, isRaw: false }, 'picture')).toEqual({
			json: { index: 0 },
			files: { picture: file },
		});
	});

	it('are taken out of a raw answer, which then names their fields', () => {
		const { json, files } = filesOf({ json: { images: [png, png], seed: 1 }, isRaw: true }, 'data');
		expect(json).toEqual({ images: ['data', 'data_1'], seed: 1 });
		expect(Object.keys(files)).toEqual(['data', 'data_1']);
	});

	it('stay where they are in an answer that an operation has read', () => {
		expect(filesOf({ json: { text: png }, isRaw: false }, 'data')).toEqual({ json: { text: png }, files: {} });
	});
});
