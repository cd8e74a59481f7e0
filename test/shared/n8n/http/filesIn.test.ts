/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { places } from '../../../../scripts/host/places';
import { withOptions } from '../../../support/parameters';
import { itemsOf, onlyItem } from '../../../support/results';
import { answerWith, inferenceRequests, notFound } from '../../../support/service';
import { type World, openWorld } from '../../../support/world';
import { images, makePng, makeWav, sha256 } from '../../../support/files';
import { expectedParts, sentForm, sentParts } from '../../../support/multipart';
import { subjectOf } from '../../../support/operation/registry';

const speech = readFileSync(path.join(places.fixtures, 'speech.wav'));
const photo = makePng(160, 120);

const fileFor = (media: string | undefined) =>
	media === 'audio'
		? { bytes: speech, fileName: 'speech.wav', mimeType: 'audio/wav' }
		: { bytes: photo, fileName: 'photo.png', mimeType: 'image/png' };

let bench: World;

async function binaryFor(media: string | undefined): Promise<IBinaryData> {
	const { bytes, fileName, mimeType } = fileFor(media);
	return await bench.engine.binary(bytes, fileName, mimeType);
}

/** The file part of the only request. */
function sentFile(media: string | undefined) {
	const requests = inferenceRequests(bench.service);
	expect(requests).toHaveLength(1);
	const { files } = sentForm(requests[0]);
	expect(Object.keys(files)).toEqual([media]);
	const file = files[media ?? ''];
	if (file === undefined) throw new Error('no file was sent');
	return file;
}

function expectWhole(media: string | undefined) {
	const { bytes, fileName, mimeType } = fileFor(media);
	const file = sentFile(media);
	expect(file).toMatchObject({ filename: fileName, contentType: mimeType });
	expect([file.bytes.length, sha256(file.bytes)]).toEqual([bytes.length, sha256(bytes)]);
}

describe.each(['default', 'filesystem', 'database'] as const)('binary mode %s', (mode) => {
	beforeAll(async () => (bench = await openWorld({ binaryMode: mode, asks: 'service' })));
	afterAll(async () => await bench.close());

	it('takes the field that is named, per item', async () => {
		const operation = subjectOf('image: classify');
		answerWith(bench.service, operation.answer);
		const [one, two] = [makePng(10, 10, 1), makePng(20, 20, 2)];
		const items: INodeExecutionData[] = [
			{ json: { field: 'left' }, binary: { left: await bench.engine.binary(one, 'one.png', 'image/png') } },
			{ json: { field: 'right' }, binary: { right: await bench.engine.binary(two, 'two.png', 'image/png') } },
		];
		const parameters = { ...operation.parameters(), inputDataFieldName: '={{ $json.field }}' };
		itemsOf(await bench.engine.run({ parameters, items }));
		const sent = inferenceRequests(bench.service).map((request) => sentForm(request).files.image);
		expect(sent.map((file) => file?.filename).sort()).toEqual(['one.png', 'two.png']);
		expect(sent.map((file) => sha256(file?.bytes ?? Buffer.alloc(0))).sort()).toEqual([one, two].map(sha256).sort());
	});

	it('takes a binary given by expression, as far as n8n hands it over', async () => {
		const operation = subjectOf('image: classify');
		answerWith(bench.service, operation.answer);
		const parameters = { ...operation.parameters(), inputDataFieldName: '={{ $binary.picture }}' };
		const items = [{ json: {}, binary: { picture: await binaryFor('image') } }];
		const result = await bench.engine.run({ parameters, items });
		if (mode !== 'default') {
			expectWhole('image');
			return;
		}
		// n8n leaves the bytes out of $binary when they are held in memory
		expect(result.error?.message).toContain('gives a file without its content');
		expect(bench.service.requests).toEqual([]);
	});

	if (mode !== 'default') {
		it.each(['_files.data', '={{ $json._files.data }}'])('reads binaries that n8n keeps in json: %s', async (field) => {
			for (const operation of [subjectOf('image: detectObjects'), subjectOf('audio: transcribe')]) {
				answerWith(bench.service, operation.answer);
				onlyItem(
					await bench.engine.run({
						parameters: { ...operation.parameters(), inputDataFieldName: field },
						items: [{ json: {}, binary: { data: await binaryFor(operation.example.media) } }],
						settings: { binaryMode: 'combined' },
					}),
				);
				expectWhole(operation.example.media);
			}
		});
	}
});

describe('the form', () => {
	beforeAll(async () => (bench = await openWorld({ asks: 'service' })));
	afterAll(async () => await bench.close());

	const image = { bytes: photo, filename: 'photo.png', contentType: 'image/png' };
	const audio = { bytes: makeWav(0.5), filename: 'speech.wav', contentType: 'audio/wav' };

	async function send(name: string, parameters: object, options: object, data: IBinaryData) {
		const operation = subjectOf(name);
		answerWith(bench.service, operation.answer);
		const all = withOptions({ ...operation.parameters(), ...parameters }, { ...options });
		onlyItem(await bench.engine.run({ parameters: all, items: [{ json: {}, binary: { data } }] }));
		return sentParts(inferenceRequests(bench.service)[0]);
	}

	it.each([{ filename: 'photo.png' }, { filename: 'Grüße 日本 😀.png' }, { filename: "it's 100% & more; name=x.png" }])(
		'is what form-data would send for $filename',
		async ({ filename }) => {
			const data = await bench.engine.binary(photo, filename, 'image/png');
			const parts = await send('image: classify', {}, {}, data);
			expect(parts).toEqual(expectedParts({ image: { ...image, filename } }));
		},
	);

	it('holds arrays as one part with JSON, as form-data would send it', async () => {
		const data = await bench.engine.binary(photo, 'photo.png', 'image/png');
		const candidateLabels = ' a dog, a "cat" ,ünï, ,a dog';
		const parts = await send('image: classifyZeroShot', { candidateLabels }, {}, data);
		expect(parts).toEqual(expectedParts({ image, candidate_labels: JSON.stringify(['a dog', 'a "cat"', 'ünï']) }));
	});

	it('takes labels from an expression that gives an array, commas and all', async () => {
		const data = await bench.engine.binary(photo, 'photo.png', 'image/png');
		const candidateLabels = "={{ ['red, white and blue', 'green'] }}";
		const parts = await send('image: classifyZeroShot', { candidateLabels }, {}, data);
		expect(parts).toEqual(expectedParts({ image, candidate_labels: '["red, white and blue","green"]' }));
	});

	it('holds strings and numbers raw, as form-data would send them', async () => {
		const data = await bench.engine.binary(audio.bytes, 'speech.wav', 'audio/wav');
		const options = {
			task: 'translate',
			language: 'de',
			initialPrompt: '"Namen": Ägir, Mjölnir',
			temperature: 0.2,
			chunkLevel: 'word',
			chunkLengthS: 20,
			webhook: 'https://n8n.example.com/hook?x=1&y=2',
		};
		const parts = await send('audio: transcribe', {}, options, data);
		expect(parts).toEqual(
			expectedParts({
				audio,
				task: 'translate',
				language: 'de',
				initial_prompt: '"Namen": Ägir, Mjölnir',
				temperature: '0.2',
				chunk_level: 'word',
				chunk_length_s: '20',
				webhook: 'https://n8n.example.com/hook?x=1&y=2',
			}),
		);
	});

	it('keeps the line breaks of a text as they are', async () => {
		const data = await bench.engine.binary(audio.bytes, 'speech.wav', 'audio/wav');
		await send('audio: transcribe', {}, { initialPrompt: 'one\ntwo\r\nthree\rfour' }, data);
		const { texts, files } = sentForm(inferenceRequests(bench.service)[0]);
		expect(texts).toEqual({ initial_prompt: 'one\ntwo\r\nthree\rfour' });
		expect(Object.keys(files)).toEqual(['audio']);
	});

	it('sends zero, which is a value', async () => {
		const data = await bench.engine.binary(audio.bytes, 'speech.wav', 'audio/wav');
		const parts = await send('audio: transcribe', {}, { temperature: 0 }, data);
		expect(parts).toEqual(expectedParts({ audio, temperature: '0' }));
	});

	it.each([
		{ fileName: undefined, mimeType: 'image/png', name: /\.png$/, type: 'image/png' },
		{ fileName: 'blob', mimeType: 'image/png', name: /^blob\.png$/, type: 'image/png' },
		{ fileName: 'dir/sub/photo.png', mimeType: 'image/png', name: /^photo\.png$/, type: 'image/png' },
	])('has a name with an extension for $fileName', async ({ fileName, mimeType, name, type }) => {
		const data = await bench.engine.binary(photo, 'x.png', mimeType);
		delete data.fileExtension;
		if (fileName === undefined) delete data.fileName;
		else data.fileName = fileName;
		await send('image: classify', {}, {}, data);
		const file = sentFile('image');
		expect(file.filename).toMatch(name);
		expect(file.contentType).toBe(type);
	});

	it('cannot be broken out of by a file name', async () => {
		const data = await bench.engine.binary(photo, 'photo.png', 'image/png');
		data.fileName = 'a"\r\nContent-Type: text/html\r\n\r\nx.png';
		const parts = await send('image: classify', {}, {}, data);
		expect(parts).toHaveLength(1);
		expect(parts[0]?.headers).toHaveLength(2);
		expect(parts[0]?.sha256).toBe(sha256(photo));
	});
});

describe('from a URL', () => {
	beforeAll(async () => (bench = await openWorld({ binaryMode: 'default', asks: 'service' })));
	afterAll(async () => await bench.close());

	function serve(file: Buffer, contentType: string, status = 200) {
		const { reply } = bench.service;
		bench.service.reply = (request) =>
			request.path.startsWith('/files/') ? { body: file, contentType, status } : reply(request);
	}

	it('tells the type from the bytes when the server does not know it', async () => {
		const operation = subjectOf('image: classify');
		answerWith(bench.service, operation.answer);
		serve(images.jpeg.bytes, 'application/octet-stream');
		const parameters = { ...operation.parameters(), inputSource: 'url', inputUrl: `${bench.service.url}/files/raw` };
		onlyItem(await bench.engine.run({ parameters }));
		const file = sentFile('image');
		expect(file.contentType).toBe('image/jpeg');
		expect(file.filename).toMatch(/\.jpe?g$/);
	});

	it.each([
		{ status: 404, body: Buffer.from('gone'), word: /404|not found/i },
		{ status: 200, body: Buffer.alloc(0), word: /empty/i },
	])('says which file could not be had: status $status', async ({ status, body, word }) => {
		const operation = subjectOf('image: classify');
		answerWith(bench.service, operation.answer);
		serve(body, 'image/png', status);
		const inputUrl = `${bench.service.url}/files/photo.png`;
		const result = await bench.engine.run({ parameters: { ...operation.parameters(), inputSource: 'url', inputUrl } });
		expect(result.status).toBe('error');
		expect(`${result.error?.message} ${result.error?.description}`).toMatch(word);
		expect(result.error).toMatchObject({ itemIndex: 0 });
		expect(inferenceRequests(bench.service)).toEqual([]);
	});

	it.each(['', 'photo.png', 'file:///etc/passwd', 'ftp://example.com/x.png', 'https://', 'javascript:alert(1)'])(
		'refuses %j before any request',
		async (inputUrl) => {
			const operation = subjectOf('image: classify');
			bench.service.requests.length = 0;
			bench.service.reply = () => notFound;
			const parameters = { ...operation.parameters(), inputSource: 'url', inputUrl: '={{ $json.url }}' };
			const result = await bench.engine.run({ parameters, items: [{ json: { url: inputUrl } }] });
			expect(result.status).toBe('error');
			expect(result.error?.message).toMatch(/URL|web address/);
			expect(bench.service.requests).toEqual([]);
		},
	);
});

describe('the content of a file instead of the name of its field', () => {
	beforeAll(async () => (bench = await openWorld({ asks: 'service' })));
	afterAll(async () => await bench.close());

	const base64 = makePng(64, 64).toString('base64');
	it.each<[string, string]>([
		['in base64', base64],
		['in lines', base64.replace(/.{76}/g, '$&\r\n')],
		['as a data URL', `data:image/png;base64,${base64}`],
		['of text', 'What the letter says. '.repeat(500)],
	])('%s is told from a name, and not shown', async (_, content) => {
		for (const name of ['image: classify', 'image: analyze', 'image: edit', 'voice: create']) {
			answerWith(bench.service, {});
			const { error } = await bench.engine.run({
				parameters: { ...subjectOf(name).parameters(), inputDataFieldName: '={{ $json.content }}' },
				items: [{ json: { content } }],
			});
			expect(error?.message).toBe("What should name the file's field is the file itself [item 0]");
			expect(error?.description).toContain("'Convert to File'");
			expect(JSON.stringify(error).length).toBeLessThan(5000);
			expect(bench.service.requests.filter(({ method }) => method === 'POST')).toEqual([]);
		}
	});

	it.each(['photo\n', ' photo ', '\u00a0photo'])('a name may have blanks around it: %j', async (field) => {
		const operation = subjectOf('image: classify');
		answerWith(bench.service, operation.answer);
		const binary = { photo: await bench.engine.binary(makePng(8, 8), 'photo.png', 'image/png') };
		const parameters = { ...operation.parameters(), inputDataFieldName: '={{ $json.field }}' };
		itemsOf(await bench.engine.run({ parameters, items: [{ json: { field }, binary }] }));
	});

	it('a name that is a little long is a name', async () => {
		const field = 'attachment '.repeat(8).trim();
		const { error } = await bench.engine.run({
			parameters: { ...subjectOf('image: classify').parameters(), inputDataFieldName: field },
			items: [{ json: {} }],
		});
		expect(error?.message).toContain(`no file in the field '${field}'`);
	});
});

describe('a file that is written as a data URL', () => {
	beforeAll(async () => (bench = await openWorld({ asks: 'service', binaryMode: 'default' })));
	afterAll(async () => await bench.close());

	const classify = async (data: IBinaryData) => {
		const operation = subjectOf('image: classify');
		answerWith(bench.service, operation.answer);
		return await bench.engine.run({ parameters: operation.parameters(), items: [{ json: {}, binary: { data } }] });
	};

	const inLines = (base64: string) => base64.replace(/.{76}/g, '$&\r\n');
	const inAddress = (base64: string) => encodeURIComponent(base64);
	it.each<[string, (base64: string) => string]>([
		['data:image/png;base64,', (base64) => base64],
		['data:image/png;name=a%20b.png;base64,', (base64) => base64],
		['data:image/png;name="a,b.png";base64,', (base64) => base64],
		['\n DATA:;base64,', (base64) => base64],
		['data:image/png; base64, ', (base64) => base64],
		['data: image/png ;charset=utf-8; BASE64 ,', inLines],
		['data:image/png;base64,', inAddress],
		['data:image/png;base64,', (base64) => base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')],
		['"data:image/png;base64,', (base64) => `${base64}"`],
		['\ufeffdata:application/octet-stream;base64,', (base64) => base64],
		['image/png;base64,', (base64) => base64],
		['base64,', inLines],
		['', inLines],
	])('is sent without its beginning: %j', async (beginning, write) => {
		const data = `${beginning}${write(photo.toString('base64'))}`;
		itemsOf(await classify({ data, mimeType: 'image/png', fileName: 'photo.png' }));
		expect(sentForm(inferenceRequests(bench.service)[0]).files.image?.bytes).toEqual(photo);
	});

	it('that holds its letters as they are is sent, too', async () => {
		const svg = '<svg xmlns="http://www.w3.org/2000/svg"><text>Grüße, 100 %</text></svg>';
		for (const data of [`data:image/svg+xml;utf8,${svg}`, `data:image/svg+xml,${encodeURIComponent(svg)}`]) {
			itemsOf(await classify({ data, mimeType: 'image/svg+xml', fileName: 'drawing.svg' }));
			expect(sentForm(inferenceRequests(bench.service)[0]).files.image?.bytes.toString()).toBe(svg);
		}
	});

	it.each([
		['data:image/png;base64,', ''],
		['"data:image/png; charset=binary; base64,', '"'],
		['\ufeff\ndata:;base64,', ''],
		['image/png;base64,', ''],
		['image/png;name="a,b.png";base64,', ''],
	])('is refused with the way to make a file of it, where the text was stored: %j', async (before, after) => {
		const text = Buffer.from(`${before}${photo.toString('base64')}${after}`);
		const { error } = await classify(await bench.engine.binary(text, 'photo.png', 'image/png'));
		expect(`${error?.message} ${error?.description}`).toMatch(/'photo\.png' holds a data URL.*Convert to File/s);
		expect(inferenceRequests(bench.service)).toEqual([]);
	});
});
