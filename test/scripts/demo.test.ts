/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { operations } from '../../nodes/shared/operations';
import { AGENT_TYPE } from '../../scripts/demo/agent';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PNG } from 'pngjs';
import { fileNameFor, saveFiles } from '../../scripts/demo/files';
import { readFlatted } from '../../scripts/demo/flatted';
import { imageSize } from '../../scripts/demo/imageSize';
import { NODE_TYPE } from '../../scripts/demo/results';
import { prepareWorkflow, readWorkflow, triggerOf } from '../../scripts/demo/workflow';
import { failureText } from '../../scripts/host/failure';
import { dictOf, listOf } from '../../scripts/json';

const demoFile = path.join(__dirname, '..', 'workflows', 'demo.json');
const credential = { id: 'abc', name: 'DeepInfra emulator' };

/** The tasks of DeepInfra's page on its native API. */
const OF_THE_PAGE = [
	'text.generate',
	'embedding.create',
	'image.generate',
	'audio.transcribe',
	'image.detectObjects',
	'text.classifyTokens',
	'text.fillMask',
	'image.classify',
	'image.classifyZeroShot',
	'text.classify',
];

describe('the demo workflow', () => {
	it('runs the ten tasks of the page, none of which stops the others', async () => {
		const { workflow } = await readWorkflow(demoFile, '/media', credential);
		const nodes = listOf(workflow.nodes)
			.map(dictOf)
			.filter(({ type }) => type === NODE_TYPE);
		const tasks = nodes.map(({ parameters }) => `${dictOf(parameters).resource}.${dictOf(parameters).operation}`);
		expect(tasks.sort()).toEqual([...OF_THE_PAGE].sort());
		for (const { parameters } of nodes) {
			const { resource, operation, model } = dictOf(parameters);
			const own = operations.find((each) => each.resource === resource && each.value === operation);
			const field = own?.fields.find(({ name }) => name === 'model');
			expect([operation, dictOf(model).value]).toEqual([operation, dictOf(field?.default).value]);
		}
		expect(nodes.every(({ onError }) => onError === 'continueRegularOutput')).toBe(true);
		expect(nodes.every(({ credentials }) => dictOf(credentials).deepInfraApi === credential)).toBe(true);
	});

	it('connects every node to the trigger', async () => {
		const { workflow } = await readWorkflow(demoFile, '/media', credential);
		const connections = dictOf(workflow.connections);
		const reached = new Set(['Run the ten tasks']);
		for (const name of reached) {
			const targets = listOf(dictOf(connections[name]).main).flatMap(listOf).map(dictOf);
			for (const { node } of targets) reached.add(String(node));
		}
		const named = listOf(workflow.nodes)
			.map(dictOf)
			.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote');
		expect([...reached].sort()).toEqual(named.map(({ name }) => name).sort());
	});

	it('has tasks beyond the ten, started and told as they are', async () => {
		const more = (await readdir(path.dirname(demoFile))).filter(
			(name) => name.endsWith('.json') && name !== 'demo.json',
		);
		expect(more).toEqual(expect.arrayContaining(['chat-and-documents.json', 'speech-and-rerank.json']));
		for (const name of more) {
			const prepared = await readWorkflow(path.join(path.dirname(demoFile), name), '/media', credential);
			const nodes = listOf(prepared.workflow.nodes).map(dictOf);
			expect(nodes.map((node) => node.name)).toContain(triggerOf(prepared));
			const tasks = nodes.filter(({ type }) => type === NODE_TYPE || type === AGENT_TYPE);
			expect(tasks.length).toBeGreaterThan(0);
			expect(tasks.every(({ onError }) => onError === 'continueRegularOutput')).toBe(true);
		}
	});

	it('gets the media folder and the credential of this n8n', () => {
		const node = {
			parameters: { files: ['DEMO_MEDIA_FOLDER/a.jpg'] },
			credentials: { deepInfraApi: { id: '1' }, other: 1 },
		};
		const prepared = prepareWorkflow(
			{ name: 'x', nodes: [node, { name: 'plain' }], connections: {} },
			'C:\\a b',
			credential,
		);
		expect(prepared.nodes).toEqual([
			{ parameters: { files: ['C:/a b/a.jpg'] }, credentials: { deepInfraApi: credential, other: 1 } },
			{ name: 'plain' },
		]);
	});

	it('keeps its id from one start to the next', async () => {
		const [one, two] = [await readWorkflow(demoFile, '/a', credential), await readWorkflow(demoFile, '/b', credential)];
		expect(one.id).toBe(two.id);
		expect(one.id).toMatch(/^\w{16}$/);
	});

	it('that is damaged is named', async () => {
		const folder = await mkdtemp(path.join(tmpdir(), 'demo-'));
		const file = path.join(folder, 'broken.json');
		await writeFile(file, '{ "nodes": ');
		const said = await readWorkflow(file, '/media', credential).then(() => '', failureText);
		await rm(folder, { recursive: true });
		expect(said).toContain(`${file} is not an n8n workflow`);
	});
});

describe('run data', () => {
	it('is read from its flatted form, with repeated and circular parts', () => {
		const encoded = '[{"a":"1","b":"1","n":5,"none":null,"list":"2"},{"name":"3","self":"1"},["3",true,"1"],"word"]';
		const read = dictOf(readFlatted(encoded));
		const inner = dictOf(read.a);
		expect(inner.name).toBe('word');
		expect(inner.self).toBe(read.a);
		expect(read.b).toBe(read.a);
		expect(read.n).toBe(5);
		expect(read.none).toBeNull();
		expect(read.list).toEqual(['word', true, read.a]);
	});

	it('cannot change the prototype of objects', () => {
		const read = dictOf(readFlatted('[{"__proto__":"1"},{"polluted":true}]'));
		expect(Object.keys(read)).toEqual(['__proto__']);
		expect(dictOf({}).polluted).toBeUndefined();
	});
});

describe('saved files', () => {
	it('sizes are read from PNG and JPEG, and from nothing else', async () => {
		expect(imageSize(PNG.sync.write(new PNG({ width: 31, height: 17 })))).toEqual({ width: 31, height: 17 });
		expect(imageSize(Buffer.from('ffd8ffe000041234ffc2000b080011001f', 'hex'))).toBeUndefined();
		expect(imageSize(Buffer.from('ffd8ffe000041234ffc2000b080011001f0101', 'hex'))).toEqual({ width: 31, height: 17 });
		expect(imageSize(Buffer.from('GIF89a'))).toBeUndefined();
		expect(imageSize(Buffer.alloc(0))).toBeUndefined();
	});

	it('are named after their task', () => {
		expect(fileNameFor('Text to image', 0, 'png')).toBe('text-to-image-1.png');
		expect(fileNameFor('../../etc', 1, '../sh')).toBe('etc-2.sh');
	});

	it('are written from the storage or from memory, and described', async () => {
		const folder = await mkdtemp(path.join(tmpdir(), 'demo-'));
		const picture = PNG.sync.write(new PNG({ width: 3, height: 2 }));
		const files = [
			{ mimeType: 'image/png', extension: 'png', id: 'filesystem-v2:x', data: 'filesystem-v2' },
			{ mimeType: 'text/plain', extension: 'txt', data: Buffer.from('words').toString('base64') },
		];
		const task = { task: 'Text to image', model: 'm', ok: true, text: '1 image', files };
		const asked: string[] = [];
		const { result, saved } = await saveFiles(task, folder, async (id) => {
			asked.push(id);
			return picture;
		});
		const written = await Promise.all(saved.map(async (file) => await readFile(file)));
		await rm(folder, { recursive: true });
		expect(asked).toEqual(['filesystem-v2:x']);
		expect(written).toEqual([picture, Buffer.from('words')]);
		expect(result.text).toContain('1 image: text-to-image-1.png, image/png, 3x2, ');
		expect(result.text).toContain('text-to-image-2.txt, text/plain, 5 bytes');
	});
});
