/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { places } from '../../../scripts/host/places';
import { makePng, sha256 } from '../files';
import { sentForm } from '../multipart';
import { itemsOf } from '../results';
import type { SentRequest } from '../service';
import { openWorld, type World } from '../world';
import type { Subject } from './example';
import { askedOf, atService, script } from './scripted';

const WHOLE = {
	audio: {
		bytes: readFileSync(path.join(places.fixtures, 'speech.wav')),
		fileName: 'speech.wav',
		mimeType: 'audio/wav',
	},
	image: { bytes: makePng(160, 120), fileName: 'photo.png', mimeType: 'image/png' },
};

/** The file that a request carries: a part of its form, or a data URL within its JSON. */
function fileOf(request: SentRequest | undefined) {
	if (request?.headers['content-type']?.startsWith('multipart/')) {
		const [file, ...others] = Object.values(sentForm(request).files);
		expect(others).toEqual([]);
		return file;
	}
	const [, contentType = '', base64 = ''] =
		/data:([\w/+.-]+);base64,([\w/+=]+)/.exec(request?.body.toString() ?? '') ?? [];
	return { contentType, bytes: Buffer.from(base64, 'base64'), filename: undefined };
}

/** A file that goes in arrives whole, from wherever it comes. */
export function testFiles(subject: Subject): void {
	const { media } = subject.example;
	if (media === undefined) return;
	const { bytes, fileName, mimeType } = WHOLE[media];

	function expectWhole(world: World, type = mimeType): void {
		const requests = askedOf(world, subject);
		expect(requests).toHaveLength(1);
		const file = fileOf(requests[0]);
		expect(file?.contentType).toBe(type);
		if (file?.filename !== undefined) expect(file.filename).toBe(fileName);
		expect([file?.bytes.length, sha256(file?.bytes ?? Buffer.alloc(0))]).toEqual([bytes.length, sha256(bytes)]);
	}

	describe.each(['default', 'filesystem', 'database'] as const)('a file, binary mode %s', (binaryMode) => {
		let world: World;
		beforeAll(async () => (world = await openWorld({ binaryMode })));
		afterAll(async () => await world.close());

		it('arrives whole, with its name and type', async () => {
			script(world, subject);
			const data = await world.engine.binary(bytes, fileName, mimeType);
			itemsOf(await atService(world, { parameters: subject.parameters(), items: [{ json: {}, binary: { data } }] }));
			expectWhole(world);
		});

		it('is taken from the field that is named', async () => {
			script(world, subject);
			const photo = await world.engine.binary(bytes, fileName, mimeType);
			const parameters = { ...subject.parameters(), inputDataFieldName: '={{ $json.field }}' };
			itemsOf(await atService(world, { parameters, items: [{ json: { field: 'photo' }, binary: { photo } }] }));
			expectWhole(world);
		});

		it('is downloaded from a web address without the key, and arrives whole', async () => {
			script(world, subject);
			const { reply } = world.service;
			world.service.reply = (request) =>
				request.path.startsWith('/files/') ? { body: bytes, contentType: mimeType } : reply(request);
			const inputUrl = `${world.service.url}/files/${fileName}?size=full#top`;
			const parameters = { ...subject.parameters(), inputSource: 'url', inputUrl };
			itemsOf(await atService(world, { parameters }));
			expectWhole(world);
			const download = world.service.requests.find(({ path: route }) => route.startsWith('/files/'));
			expect(download).toMatchObject({ method: 'GET', query: { size: 'full' } });
			expect(download?.headers.authorization).toBeUndefined();
		});
	});
}
