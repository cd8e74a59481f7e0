/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { INodeProperties } from 'n8n-workflow';
import { DeepInfra } from '../../nodes/DeepInfra/DeepInfra.node';
import { DeepInfraBatchTrigger } from '../../nodes/DeepInfraBatchTrigger/DeepInfraBatchTrigger.node';
import { DeepInfraTrigger } from '../../nodes/DeepInfraTrigger/DeepInfraTrigger.node';
import { EmbeddingsDeepInfra } from '../../nodes/EmbeddingsDeepInfra/EmbeddingsDeepInfra.node';
import { LmChatDeepInfra } from '../../nodes/LmChatDeepInfra/LmChatDeepInfra.node';
import { RerankerDeepInfra } from '../../nodes/RerankerDeepInfra/RerankerDeepInfra.node';
import { NODE_TYPE } from '../../scripts/demo/results';
import { places } from '../../scripts/host/places';
import { dictOf, listOf, textOf, type Dict } from '../../scripts/json';

/** What can be told about the examples without n8n; examples.e2e.ts runs them. */

const NOTE = 'n8n-nodes-base.stickyNote';
const { properties } = new DeepInfra().description;

/** What n8n adds to a node that an agent has as a tool. */
const TOOL_FIELDS: INodeProperties[] = [
	{ displayName: 'Tool Description', name: 'descriptionType', type: 'string', default: 'auto' },
	{ displayName: 'Description', name: 'toolDescription', type: 'string', default: '' },
];

/** What n8n adds to a trigger that polls. */
const POLL_TIMES: INodeProperties = {
	displayName: 'Poll Times',
	name: 'pollTimes',
	type: 'fixedCollection',
	default: {},
};

/** The fields of the package's nodes, by their types. */
const ownFields: Readonly<Record<string, readonly INodeProperties[]>> = {
	[NODE_TYPE]: properties,
	[`${NODE_TYPE}Tool`]: [...TOOL_FIELDS, ...properties],
	...Object.fromEntries(
		[
			new LmChatDeepInfra(),
			new EmbeddingsDeepInfra(),
			new RerankerDeepInfra(),
			new DeepInfraTrigger(),
			new DeepInfraBatchTrigger(),
		].map(({ description }) => [
			NODE_TYPE.replace(/\.\w+$/, `.${description.name}`),
			description.polling ? [POLL_TIMES, ...description.properties] : description.properties,
		]),
	),
};

/** The models that the forms begin with. */
const formModels = new Set(
	Object.values(ownFields)
		.flat()
		.filter(({ name }) => name === 'model')
		.map((field) => dictOf(field.default).value),
);

const files = readdirSync(places.examples).filter((name) => name.endsWith('.json'));
const sources = files.map((file) => [file, readFileSync(path.join(places.examples, file), 'utf8')] as const);
const examples = sources.map(([file, source]) => {
	const workflow = dictOf(JSON.parse(source));
	return [file, { workflow, nodes: listOf(workflow.nodes).map(dictOf) }] as const;
});

/** Whether a field is on the screen with these parameters. */
function isShown({ displayOptions }: INodeProperties, parameters: Dict, all: readonly INodeProperties[]): boolean {
	const presetOf = (name: string): unknown => all.find((property) => property.name === name)?.default;
	return Object.entries(displayOptions?.show ?? {}).every(([name, values]) =>
		listOf(values).includes(parameters[name] ?? presetOf(name)),
	);
}

/** What is wrong with the parameters of a DeepInfra node, by the node's own description. */
function findFaults(parameters: Dict, all: readonly INodeProperties[] = properties): string[] {
	const shown = all.filter((property) => isShown(property, parameters, all));
	const unknown = Object.keys(parameters).filter((name) => !shown.some((property) => property.name === name));
	const missing = shown.filter(({ name, required }) => required && !parameters[name]).map(({ name }) => name);
	const faults = Object.entries(parameters).flatMap(([name, value]) => {
		const property = shown.find((each) => each.name === name);
		return property ? findValueFaults(property, value) : [];
	});
	return [...unknown.map((name) => `no field ${name}`), ...missing.map((name) => `${name} is missing`), ...faults];
}

function findValueFaults({ name, type, options }: INodeProperties, value: unknown): string[] {
	if (type === 'collection') {
		return Object.entries(dictOf(value)).flatMap(([key, inner]) => {
			const option = listOf(options)
				.map(dictOf)
				.find((each) => each.name === key);
			if (!option) return [`no option ${key}`];
			return isChoice(option, inner) ? [] : [`${key} cannot be ${JSON.stringify(inner)}`];
		});
	}
	return isChoice({ type, options }, value) ? [] : [`${name} cannot be ${JSON.stringify(value)}`];
}

/** A dropdown takes one of its values, or several of them. */
function isChoice({ type, options }: Dict, value: unknown): boolean {
	if (type !== 'options' && type !== 'multiOptions') return true;
	const known = listOf(options).map((option) => dictOf(option).value);
	return (type === 'options' ? [value] : listOf(value)).every((each) => known.includes(each));
}

const targetsOf = (workflow: Dict): string[] =>
	Object.values(dictOf(workflow.connections))
		.flatMap((outputs) => Object.values(dictOf(outputs)))
		.flatMap(listOf)
		.flatMap(listOf)
		.map((target) => textOf(dictOf(target).node) ?? '');

it('there are twenty-five', () => expect(files).toHaveLength(25));

describe.each(examples)('%s', (_file, { workflow, nodes }) => {
	const names = nodes.map(({ name }) => textOf(name) ?? '');
	const ours = nodes.filter(({ type }) => String(type) in ownFields);

	it('uses n8n and DeepInfra alone, with fields that the node has', () => {
		const isOfN8n = ({ type }: Dict) => /^(n8n-nodes-base|@n8n\/n8n-nodes-langchain)\.\w+$/.test(String(type));
		const strangers = nodes.filter((node) => !ours.includes(node) && !isOfN8n(node));
		expect(strangers).toEqual([]);
		expect(ours.length).toBeGreaterThan(0);
		for (const { name, type, parameters } of ours) {
			expect([name, ...findFaults(dictOf(parameters), ownFields[String(type)])]).toEqual([name]);
		}
	});

	it('asks models that the forms choose, which are alive', () => {
		for (const { parameters } of ours) {
			const { model } = dictOf(parameters);
			if (model !== undefined) expect(formModels).toContain(dictOf(model).value);
		}
	});

	it('names the credential and holds none', () => {
		const account = { deepInfraApi: { id: null, name: 'DeepInfra account' } };
		for (const node of nodes) expect(node.credentials).toEqual(ours.includes(node) ? account : undefined);
	});

	it('connects nodes that are there, and leaves none alone', () => {
		const targets = targetsOf(workflow);
		const sources = Object.keys(dictOf(workflow.connections));
		for (const name of [...targets, ...sources]) expect(names).toContain(name);
		const connected = new Set([...targets, ...sources]);
		const alone = nodes.filter(({ type, name }) => type !== NOTE && !connected.has(String(name)));
		expect(alone).toEqual([]);
	});

	it('refers in its expressions to nodes that are there', () => {
		const named = [...JSON.stringify(nodes).matchAll(/\$\('([^']+)'\)/g)].map(([, name]) => name);
		for (const name of named) expect(names).toContain(name);
	});

	it('has names and ids that occur once', () => {
		const ids = nodes.map(({ id }) => textOf(id) ?? '');
		expect(new Set(names).size).toBe(names.length);
		expect(new Set(ids).size).toBe(ids.length);
		for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
	});

	it('tells what to change, in notes that cover no node', () => {
		const notes = nodes.filter(({ type }) => type === NOTE);
		const setUp = String(dictOf(notes[0]?.parameters).content);
		expect(setUp).toMatch(/\*\*Set up\*\*\n1\. Choose your DeepInfra credential/);
		const [, count] = /credential in the (\w+) DeepInfra nodes/.exec(setUp) ?? [];
		if (count !== undefined) expect(count).toBe(['two', 'three', 'four', 'five'][ours.length - 2]);
		// What starts by itself does so only once it is published.
		if (nodes.some(({ type }) => String(type).endsWith('scheduleTrigger')))
			expect(setUp).toMatch(/Publish the workflow/);
		for (const note of notes) {
			const [left = 0, top = 0] = listOf(note.position).map(Number);
			const { width, height } = dictOf(note.parameters);
			const covered = nodes.filter(({ type, position }) => {
				const [x = 0, y = 0] = listOf(position).map(Number);
				const isBeside = x + 100 <= left || x >= left + Number(width) || y + 100 <= top || y >= top + Number(height);
				return type !== NOTE && !isBeside;
			});
			expect(covered.map(({ name }) => name)).toEqual([]);
		}
	});
});

it.each(sources)('%s holds no key, no machine and no run data', (_file, source) => {
	// A name of n8n's own that is as long as a key.
	const text = source.replaceAll('removeItemsSeenInPreviousExecutions', '');
	expect(text).not.toMatch(/bearer|apikey|api_key|localhost|127\.0\.0\.1|instanceId|\/Users\/|[A-Za-z0-9]{32}/i);
	expect(dictOf(JSON.parse(source)).pinData).toEqual({});
	const links = [...source.matchAll(/https?:\/\/([^/\s"]+)/g)].map(([, host]) => host);
	expect(links).toEqual([]);
});

it.each([
	['long-video', 'DeepInfra Trigger', ['the workflow is not published', 'n8n takes 16 MB']],
	[
		'long-recording',
		'Wait',
		['A model that answers within about two seconds calls before n8n waits: its result is lost'],
	],
	[
		'films-one-by-one',
		'_Wait for Webhook_',
		['calls before n8n listens, and its result is lost', 'After _Timeout_ the node fails'],
	],
])('%s says what it risks in the words of README', (file, row, more) => {
	const readme = readFileSync(path.join(places.project, 'README.md'), 'utf8');
	const rows = readme.split('\n').filter((line) => line.startsWith('|') && / calls |a few times/.test(line));
	expect(rows.join('\n')).toContain(row);
	const [, { nodes }] = examples.find(([name]) => name === `${file}.json`) ?? ['', { nodes: [] }];
	const note = nodes.find(({ name }) => name === 'What it risks');
	for (const words of [
		'DeepInfra calls a few times, then never again',
		'a result that was paid for is lost',
		...more,
	]) {
		expect(String(dictOf(note?.parameters).content).toLowerCase()).toContain(words.toLowerCase());
		expect(rows.join('\n').toLowerCase()).toContain(words.toLowerCase());
	}
});

it('sees a wrong field, option and value', () => {
	const right = { resource: 'text', operation: 'classify', model: { value: 'a' }, text: 'b', options: { timeout: 5 } };
	expect(findFaults(right)).toEqual([]);
	expect(findFaults({ ...right, text: '', txt: 'b', options: { timeouts: 5 } })).toEqual([
		'no field txt',
		'text is missing',
		'no option timeouts',
	]);
	expect(findFaults({ ...right, operation: 'clasify' })).toContain('operation cannot be "clasify"');
});
