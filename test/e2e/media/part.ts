/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { dictOf, textOf, type Dict } from '../../../scripts/json';
import { readError, readItems, waitForEnd } from '../support/executions';
import type { Part } from '../support/part';
import { ensure } from '../support/report';
import { connectInLine, deepInfraNode, manualTrigger, readFileNode, SETTINGS, TRIGGER } from '../support/workflows';
import { CREDENTIAL_TYPE, EMULATOR_KEY, makeFolder, startWorld } from '../support/world';
import { listen, probe, requireProbe, type Probed } from './probe';

interface Case {
	readonly title: string;
	readonly id: string;
	readonly parameters: Dict;
	/** Whether the item has a photo. */
	readonly hasPhoto?: boolean;
	/** Whether it is to be heard. */
	readonly isSound?: boolean;
	/** What a player has to find in the file. */
	readonly is: (probed: Probed) => boolean;
}

const model = (value: string) => ({ __rl: true, mode: 'id', value });
const SENTENCE = 'This is the sentence with the number of the day. ';

/** The emulator takes a twentieth of a second for each letter. */
const speech = (title: string, id: string, name: string, text: string, outputFormat: string, codec: string): Case => ({
	title,
	id,
	parameters: {
		resource: 'audio',
		operation: 'synthesize',
		model: model(name),
		text: text.trim(),
		options: { outputFormat },
	},
	isSound: true,
	is: ({ codec: found, seconds }) => found === codec && Math.abs(seconds - text.trim().length / 20) < 0.5,
});

const CASES: readonly Case[] = [
	speech('speech as WAV', 'e2eMediaWav', 'hexgrad/Kokoro-82M', SENTENCE, 'wav', 'pcm_s16le'),
	speech('speech as MP3', 'e2eMediaMp3', 'hexgrad/Kokoro-82M', SENTENCE, 'mp3', 'mp3'),
	speech('raw samples with a header', 'e2eMediaPcm', 'XiaomiMiMo/MiMo-V2.5-tts', SENTENCE, 'pcm', 'pcm_s16le'),
	speech(
		'a long text, joined as WAV',
		'e2eMediaLong',
		'XiaomiMiMo/MiMo-V2.5-tts',
		SENTENCE.repeat(30),
		'wav',
		'pcm_s16le',
	),
	speech(
		'a long text, joined as MP3',
		'e2eMediaLongMp3',
		'XiaomiMiMo/MiMo-V2.5-tts',
		SENTENCE.repeat(30),
		'mp3',
		'mp3',
	),
	{
		title: 'a video job, from a photo',
		id: 'e2eMediaVideo',
		hasPhoto: true,
		parameters: {
			resource: 'video',
			operation: 'generate',
			model: model('PrunaAI/p-video'),
			prompt: 'slow waves',
			startImage: 'binary',
			inputDataFieldName: 'data',
			options: { seconds: 4 },
		},
		is: ({ format, seconds }) => format.includes('mp4') && Math.abs(seconds - 4) < 0.1,
	},
	{
		title: 'an edited picture',
		id: 'e2eMediaEdit',
		hasPhoto: true,
		parameters: {
			resource: 'image',
			operation: 'edit',
			model: model('black-forest-labs/FLUX.1-Kontext-dev'),
			inputDataFieldName: 'data',
			prompt: 'make it night',
		},
		is: ({ codec }) => codec === 'png',
	},
];

/** What comes out of a real n8n can be heard and seen: a player reads each file to its end. */
export const mediaPart: Part = async ({ report, endings, signal }) => {
	await requireProbe(signal);
	const { client, emulator, mediaFolder } = await startWorld(endings, signal);
	const name = 'DeepInfra emulator';
	const data = { apiKey: EMULATOR_KEY, baseUrl: emulator.url };
	const credential = { id: await client.saveCredential({ name, type: CREDENTIAL_TYPE, data }), name };
	const folder = await makeFolder(endings, 'media');

	for (const { title, id, parameters, hasPhoto, isSound, is } of CASES) {
		await report.check(`${title} plays`, async () => {
			const photo = hasPhoto ? [readFileNode(path.join(mediaFolder, 'photo.jpg'))] : [];
			const nodes = [manualTrigger(), ...photo, deepInfraNode('Make', parameters, credential)];
			const connections = connectInLine(nodes);
			await client.saveWorkflow(id, { name: title, nodes, connections, settings: SETTINGS }, true);
			const execution = await waitForEnd(client, await client.startWorkflow(id, TRIGGER), 60);
			ensure(execution.status === 'success', `It ended as ${String(execution.status)}: ${readError(execution)}`);
			const [item] = readItems(execution, 'Make');
			const stored = dictOf(dictOf(item?.binary).data);
			const file = path.join(folder, `${id}.${textOf(stored.fileExtension)}`);
			await writeFile(file, await client.readBinary(textOf(stored.id) ?? ''));
			const probed = await probe(file);
			ensure(probed.faults === '', `ffprobe finds a fault: ${probed.faults}`);
			ensure(is(probed), `ffprobe finds ${JSON.stringify(probed)}`);
			if (!isSound) return;
			const heard = await listen(file);
			const isAsLong = Math.abs(heard.seconds - probed.seconds) < 0.2;
			// An MP3 of the emulator is silence.
			const isLoud = probed.codec === 'mp3' || heard.loudest > 0.01;
			ensure(isAsLong && isLoud, `sox hears ${JSON.stringify(heard)}, ffprobe ${JSON.stringify(probed)}`);
		});
	}
};
