/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { places } from '../../../../scripts/host/places';
import { analyzeImage } from '../../../../nodes/shared/operations/image/analyze';
import {
	CHAT_OPTIONS,
	CHAT_PATH,
	chatParameters,
	chatsOf,
	completion,
	completionUsage,
	SEES,
} from '../../../support/chat';
import { testOperation } from '../../../support/operation/suite';
import { jsonOf } from '../../../support/results';
import { type World, openWorld } from '../../../support/world';

testOperation(analyzeImage, {
	model: SEES,
	parameters: { prompt: 'What is it?' },
	media: 'image',
	tasks: ['text-generation'],
	request: {
		path: CHAT_PATH,
		options: { maxTokens: 100 },
		body: {
			model: SEES,
			messages: [
				{
					role: 'user',
					content: [
						{ type: 'text', text: 'What is it?' },
						{ type: 'image_url', image_url: { url: 'photo.png' } },
					],
				},
			],
			max_tokens: 100,
		},
		estimate: /length of the input is not known/,
	},
	answer: completion('A boat.'),
	output: { text: 'A boat.' },
	usage: completionUsage,
	names: { parameters: 'inputSource inputDataFieldName inputUrl prompt', options: CHAT_OPTIONS },
});

describe('image: analyze', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld({ binaryMode: 'filesystem' })));
	afterAll(async () => await world.close());
	beforeEach(() => (world.emulator.requests.length = 0));

	const picture = async () => {
		const { makePng } = await import('../../../support/files');
		return { json: {}, binary: { data: await world.engine.binary(makePng(4, 4), 'a.png', 'image/png') } };
	};

	const file = async (name: string, mimeType: string) => {
		const bytes = readFileSync(path.join(places.fixtures, name));
		return { json: {}, binary: { data: await world.engine.binary(bytes, name, mimeType) } };
	};
	const asking: Array<[string, INodeParameters]> = [
		['image: analyze', chatParameters('image', 'analyze', { prompt: 'What is it?' }, SEES)],
		['document: extractText', chatParameters('document', 'extractText', {}, SEES)],
		[
			'chat: complete',
			chatParameters(
				'chat',
				'complete',
				{ messages: { values: [{ role: 'user', content: 'What is it?' }] }, options: { binaryFields: 'data' } },
				SEES,
			),
		],
	];

	it.each(asking)(
		'takes what DeepInfra takes, and pays for no GIF, whatever it is called: %s',
		async (_, parameters) => {
			const run = async (item: INodeExecutionData) =>
				await world.engine.run({ parameters, items: [item], onError: 'continueErrorOutput' });
			for (const [name, type] of [
				['tiny.png', 'image/png'],
				['tiny.jpg', 'image/jpeg'],
				['tiny.webp', 'image/webp'],
			] as const)
				expect((await run(await file(name, type))).errorItems).toEqual([]);
			world.emulator.requests.length = 0;
			for (const type of ['image/gif', 'image/png']) {
				const { items, errorItems } = await run(await file('tiny.gif', type));
				expect(items).toEqual([]);
				expect(errorItems[0]?.json.error).toMatch(
					/cannot take a file of the type image\/gif .*Give a picture \(JPEG, PNG or WebP\)/,
				);
			}
			expect(chatsOf(world)).toEqual([]);
		},
	);

	it('asks about a picture', async () => {
		const parameters = chatParameters('image', 'analyze', { prompt: 'What is it?' }, SEES);
		expect(jsonOf(await world.engine.run({ parameters, items: [await picture()] })).text).toContain(
			'What is it?: image/png',
		);
		const blind = chatParameters('image', 'analyze', { prompt: 'What is it?' });
		const result = await world.engine.run({
			parameters: blind,
			items: [await picture()],
			onError: 'continueErrorOutput',
		});
		expect(String(result.errorItems[0]?.json.error)).toMatch(/made for text generation, which 'Analyze' is not/);
		const unknown = chatParameters('image', 'analyze', { prompt: 'What is it?' }, 'mistralai/Mistral-7B-v0.1');
		const asksAll = await world.engine.run({
			parameters: unknown,
			items: [await picture()],
			onError: 'continueErrorOutput',
		});
		expect(String(asksAll.errorItems[0]?.json.error)).toContain('Image input is not supported');
	});

	it.each(asking)('says what to give instead of another file: %s', async (name, parameters) => {
		const told = async (fixture: string, mimeType: string) =>
			(await world.engine.run({ parameters, items: [await file(fixture, mimeType)] })).error?.description;
		// A sound is for chats alone, and a PDF for documents.
		expect(await told('tiny.mp4', 'video/mp4')).toMatch(
			name.startsWith('chat') ? /\(JPEG, PNG or WebP\) or a sound \(WAV or MP3\)\. / : /\(JPEG, PNG or WebP\)\. /,
		);
		if (!name.startsWith('document'))
			expect(await told('invoice-2042.pdf', 'application/pdf')).toMatch(/'Document'.*'Extract from File'/);
		if (!name.startsWith('chat')) expect(await told('tiny.mp3', 'audio/mpeg')).not.toMatch(/a sound/);
		expect(chatsOf(world)).toEqual([]);
	});
});
