/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { INodeProperties } from 'n8n-workflow';
import { DeepInfraApi } from '../../credentials/DeepInfraApi.credentials';
import { DeepInfra } from '../../nodes/DeepInfra/DeepInfra.node';
import { DeepInfraTrigger } from '../../nodes/DeepInfraTrigger/DeepInfraTrigger.node';
import { isDict } from '../../nodes/shared/core/answer';
import { operations } from '../../nodes/shared/operations';

const ROOT = join(__dirname, '../..');
const node = new DeepInfra();
const { properties } = node.description;

/** A property, and all that it holds. */
function inside(property: INodeProperties): INodeProperties[] {
	const held = (property.options ?? []).flatMap((option) => ('type' in option ? inside(option) : []));
	return [property, ...held];
}
const everything = properties.flatMap(inside);
const placeOf = ({ name, displayOptions }: INodeProperties) => `${JSON.stringify(displayOptions?.show ?? {})} ${name}`;

interface Choice {
	readonly name: string;
	readonly value: unknown;
	readonly action?: string;
	readonly description?: string;
}
const choicesOf = ({ options = [] }: INodeProperties): Choice[] =>
	options.flatMap((option) => ('value' in option ? [option] : []));

const SMALL = 'a an and as at but by for from in into nor of on or per the to via with'.split(' ');

function isTitleCase(text: string): boolean {
	const words = text.split(/[\s-]+/);
	return words.every((word, index) => {
		const isInside = index > 0 && index < words.length - 1;
		return /^[(A-Z0-9]/.test(word)
			? !(isInside && SMALL.includes(word.toLowerCase()))
			: isInside && SMALL.includes(word);
	});
}

/** A full stop, then a new sentence; the one in "n8n." or "3.1" is none. */
const sentencesOf = (text: string) => text.split(/(?<=[.!?])\s+(?=[A-Z0-9]|n8n)/).length;
const endsRight = (text: string) => (sentencesOf(text) > 1 ? /[.!?]$/.test(text) : !text.endsWith('.'));

describe('the rules, tried on wrong texts', () => {
	it.each(['select model', 'Select model', 'Number Of Images', 'chatML'])('sees that "%s" is no title', (text) => {
		expect(isTitleCase(text)).toBe(false);
	});
	it.each(['One sentence.', 'Two sentences. No end'])('sees that "%s" ends wrong', (text) => {
		expect(endsRight(text)).toBe(false);
	});
});

const isSorted = (texts: readonly string[]) =>
	texts.join('\n') === [...texts].sort((a, b) => a.localeCompare(b)).join('\n') && new Set(texts).size === texts.length;

function hasOwnDefault({ type, default: preset, typeOptions = {}, ...rest }: INodeProperties): boolean {
	const { minValue = -Infinity, maxValue = Infinity, multipleValues } = typeOptions;
	if (type === 'fixedCollection') return isDict(preset);
	if (type === 'multiOptions' || multipleValues) return Array.isArray(preset);
	if (type === 'options') return choicesOf({ type, default: preset, ...rest }).some(({ value }) => value === preset);
	if (type === 'number') return typeof preset === 'number' && preset >= minValue && preset <= maxValue;
	if (type === 'string' || type === 'boolean') return typeof preset === type;
	if (type === 'json') return typeof JSON.parse(String(preset)) === 'object';
	return isDict(preset);
}

function lacksMethod({ typeOptions, modes = [] }: INodeProperties): boolean {
	const methods: Record<string, unknown> = node.methods;
	const has = (kind: string, name: unknown) => {
		const held = methods[kind];
		return name === undefined || (isDict(held) && typeof held[String(name)] === 'function');
	};
	const mapper = isDict(typeOptions?.resourceMapper) ? typeOptions.resourceMapper.resourceMapperMethod : undefined;
	const lists = modes.map(
		(mode) => mode.typeOptions && 'searchListMethod' in mode.typeOptions && mode.typeOptions.searchListMethod,
	);
	return !(
		has('loadOptions', typeOptions?.loadOptionsMethod) &&
		has('resourceMapping', mapper) &&
		lists.every((name) => has('listSearch', name || undefined))
	);
}

const PLACEHOLDERS = ['Add Option', 'Add Message', 'Add Attribute', 'Select a model...', 'Select a voice...'];

describe('every field', () => {
	it.each<[string, (property: INodeProperties) => boolean]>([
		['has a title', ({ displayName }) => isTitleCase(displayName)],
		[
			// The panel cuts those that are longer.
			'holds options whose titles can be read whole',
			(property) =>
				inside(property)
					.slice(1)
					.every(({ displayName }) => displayName.length <= 24),
		],
		['has a name in camelCase', ({ name }) => /^[a-z][a-zA-Z0-9]*$/.test(name)],
		['has a default of its own type, within its own range and choices', hasOwnDefault],
		[
			'has descriptions and hints that end as sentences do',
			(property) =>
				[property.description, property.hint, ...choicesOf(property).map(({ description }) => description)]
					.flatMap((text) => text ?? [])
					.every((text) => text === text.trim() && /^([A-Z]|n8n)/.test(text) && endsRight(text)),
		],
		[
			'says Whether if it is a boolean',
			({ type, description }) => type !== 'boolean' || /^Whether /.test(description ?? ''),
		],
		[
			'has placeholders that are examples',
			(property) =>
				[property, ...(property.modes ?? [])]
					.flatMap(({ placeholder }) => placeholder ?? [])
					.every((text) => /^e\.g\. \S/.test(text) || PLACEHOLDERS.includes(text)),
		],
		[
			'lists its choices by the alphabet, each once',
			(property) => isSorted(choicesOf(property).map(({ name }) => name)),
		],
		['lists choices with a title', (property) => choicesOf(property).every(({ name }) => isTitleCase(name))],
		[
			'lists each value once',
			(property) => new Set(choicesOf(property).map(({ value }) => value)).size === choicesOf(property).length,
		],
		[
			'holds its options by the alphabet, each once',
			(property) =>
				isSorted(
					inside(property)
						.slice(1)
						.map(({ displayName }) => displayName),
				),
		],
		['asks only for methods that the node has', (property) => !lacksMethod(property)],
	])('%s', (_, isRight) => {
		expect(everything.filter((property) => !isRight(property)).map(placeOf)).toEqual([]);
	});

	it('is seen when it breaks a rule', () => {
		const wrong: INodeProperties = {
			displayName: 'X',
			name: 'x',
			type: 'options',
			default: 'b',
			options: [{ name: 'A', value: 'a' }],
		};
		expect(hasOwnDefault(wrong)).toBe(false);
		expect(lacksMethod({ ...wrong, typeOptions: { loadOptionsMethod: 'none' } })).toBe(true);
		expect(isSorted(['B', 'A'])).toBe(false);
	});
});

describe('operations', () => {
	const menus = properties.filter(({ name }) => name === 'operation');
	const choices = menus.flatMap(choicesOf);

	it('are all in a menu, each with an action and a description', () => {
		expect(choices).toHaveLength(operations.length);
		expect(choices.filter(({ action, description }) => !action || !description)).toEqual([]);
	});

	it('have actions in sentence case, each another one', () => {
		const actions = choices.map(({ action = '' }) => action);
		expect(actions.filter((action) => !/^[A-Z][a-z]+( [a-z]+)*$/.test(action))).toEqual([]);
		expect(new Set(actions).size).toBe(actions.length);
	});

	it('belong to a resource of the first menu', () => {
		const resources = properties.find(({ name }) => name === 'resource');
		expect(resources && choicesOf(resources).map(({ value }) => value)).toEqual(
			[...new Set(operations.map(({ resource }) => resource))].sort(),
		);
	});
});

/** Whether some choice of values shows a property; `chosen` are the values fixed so far. */
function canAppear(
	all: readonly INodeProperties[],
	property: INodeProperties,
	chosen: ReadonlyMap<string, unknown> = new Map(),
): boolean {
	const [next] = Object.entries(property.displayOptions?.show ?? {}).filter(([name]) => !chosen.has(name));
	const isContradicted = Object.entries(property.displayOptions?.show ?? {}).some(
		([name, allowed]) => chosen.has(name) && !(allowed ?? []).some((value) => value === chosen.get(name)),
	);
	if (isContradicted) return false;
	if (!next) return true;
	const [name, allowed = []] = next;
	return all
		.filter((other) => other.name === name && other !== property)
		.some((other) =>
			allowed.some((value) => {
				const offers =
					other.type === 'boolean' ? typeof value === 'boolean' : choicesOf(other).some((each) => each.value === value);
				const fixed = new Map(chosen).set(name, value);
				return offers && canAppear(all, other, fixed) && canAppear(all, property, fixed);
			}),
		);
}

describe('what is shown when', () => {
	const menu: INodeProperties = {
		displayName: 'Kind',
		name: 'kind',
		type: 'options',
		options: [{ name: 'A', value: 'a' }],
		default: 'a',
		displayOptions: { show: { resource: ['x'] } },
	};
	const resource: INodeProperties = {
		...menu,
		name: 'resource',
		options: ['x', 'y'].map((value) => ({ name: value, value })),
		displayOptions: {},
	};
	const shown = (show: Record<string, string[]>): INodeProperties => ({
		displayName: 'T',
		name: 't',
		type: 'string',
		default: '',
		displayOptions: { show },
	});

	it.each<[string, Record<string, string[]>, boolean]>([
		['a value that the menu has', { kind: ['a'] }, true],
		['a value that the menu lacks', { kind: ['b'] }, false],
		['a menu that does not exist', { sort: ['a'] }, false],
		['a menu that is not there at the same time', { resource: ['y'], kind: ['a'] }, false],
	])('the check knows %s', (_, show, possible) => {
		const field = shown(show);
		expect(canAppear([resource, menu, field], field)).toBe(possible);
	});

	it.each(properties.map((property): [string, INodeProperties] => [placeOf(property), property]))(
		'%s can appear',
		(_, property) => {
			// An agent's tool alone may lack a field.
			expect(Object.keys(property.displayOptions?.hide ?? {})).toEqual(
				property.name === 'includeOtherFields' ? ['@tool'] : [],
			);
			expect(canAppear(properties, property)).toBe(true);
		},
	);

	it('is never two fields of one name at once', () => {
		const meets = (one: INodeProperties, other: INodeProperties) => {
			const others: Readonly<Record<string, unknown>> = other.displayOptions?.show ?? {};
			return Object.entries(one.displayOptions?.show ?? {}).every(([name, values = []]) => {
				const their = others[name];
				return !Array.isArray(their) || values.some((value) => their.includes(value));
			});
		};
		const twins = properties.filter((property, index) =>
			properties.some((other, at) => at < index && other.name === property.name && meets(property, other)),
		);
		expect(twins.map(placeOf)).toEqual([]);
	});
});

describe('fields of one kind', () => {
	const fieldsOf = (resource: string, operation: string) =>
		properties.filter(({ displayOptions }) => {
			const show = displayOptions?.show ?? {};
			return show.resource?.includes(resource) && show.operation?.includes(operation);
		});
	const find = (resource: string, operation: string, name: string) => {
		const found = fieldsOf(resource, operation)
			.flatMap(inside)
			.find((property) => property.name === name);
		if (!found) throw new Error(`no ${name}`);
		return found;
	};

	it.each(
		operations
			.filter(({ fields }) => fields.some(({ name }) => name === 'inputSource'))
			.map(({ resource, value }): [string, string] => [resource, value]),
	)('takes files in one way in %s: %s', (resource, value) => {
		const source = find(resource, value, 'inputSource');
		expect(choicesOf(source).map((each) => each.value)).toEqual(['binary', 'url']);
		expect(source.default).toBe('binary');
		expect(find(resource, value, 'inputDataFieldName')).toMatchObject({
			default: 'data',
			displayOptions: { show: { inputSource: ['binary'] } },
		});
		expect(find(resource, value, 'inputUrl')).toMatchObject({
			default: '',
			displayOptions: { show: { inputSource: ['url'] } },
		});
	});

	it.each(
		operations.map((operation): [string, string, number] => [
			operation.resource,
			operation.value,
			operation.timeout ?? 300,
		]),
	)('shows the timeout that holds for %s: %s', (resource, value, seconds) => {
		expect(find(resource, value, 'timeout').default).toBe(seconds);
	});
});

describe('the package', () => {
	const read = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
	const manifest = read('package.json');
	if (!isDict(manifest) || !isDict(manifest.n8n)) throw new Error('no package.json');
	const { nodes, credentials } = manifest.n8n;

	it('names itself and the node as the interface does', () => {
		expect(manifest.name).toBe('n8n-nodes-deepinfra-ai');
		expect(node.description).toMatchObject({ name: 'deepInfra', version: 1, usableAsTool: true });
		expect(manifest.dependencies ?? {}).toEqual({});
	});

	it('lists the files that are there once they are built', () => {
		const built = [nodes, credentials].flat();
		const folders = readdirSync(join(ROOT, 'nodes')).filter((name) => name !== 'shared');
		expect(built).toHaveLength(folders.length + 1);
		for (const path of built) {
			expect(path).toMatch(/^dist\/.+\.js$/);
			expect(
				existsSync(
					join(
						ROOT,
						String(path)
							.replace(/^dist\//, '')
							.replace(/\.js$/, '.ts'),
					),
				),
			).toBe(true);
		}
		const [path] = Array.isArray(nodes) ? nodes : [];
		expect(basename(String(path))).toBe(`${DeepInfra.name}.node.js`);
	});

	it.each(['DeepInfra', 'DeepInfraTrigger', 'DeepInfraBatchTrigger'])(
		'lists %s for all who search: of AI the panel leaves out what is no root node',
		(name) => {
			expect(read(`nodes/${name}/${name}.node.json`)).toMatchObject({
				categories: ['AI'],
				subcategories: { AI: expect.arrayContaining(['Root Nodes']) },
			});
		},
	);

	it('is described as what it does also where its trigger is listed with it', () => {
		expect(new DeepInfraTrigger().description.description).toMatch(
			/^Run AI models on DeepInfra, or start the workflow /,
		);
	});

	it('has a codex beside the node, with categories that n8n knows', () => {
		const codex = read('nodes/DeepInfra/DeepInfra.node.json');
		expect(codex).toMatchObject({
			node: 'n8n-nodes-deepinfra-ai.deepInfra',
			nodeVersion: '1.0',
			codexVersion: '1.0',
			categories: ['AI'],
		});
		if (!isDict(codex) || !isDict(codex.subcategories) || !Array.isArray(codex.alias)) throw new Error('no codex');
		expect(Object.keys(codex).sort()).toEqual([
			'alias',
			'categories',
			'codexVersion',
			'node',
			'nodeVersion',
			'resources',
			'subcategories',
		]);
		expect(Object.keys(codex.subcategories)).toEqual(codex.categories);
		const words = codex.alias.map((word) => String(word).toLowerCase());
		expect(new Set(words).size).toBe(words.length);
		// What people type who look for what the node does; the editor's own search is tried in test/e2e/editor.
		const typed = [
			...[
				'chat',
				'ocr',
				'translate',
				'summarize',
				'vision',
				'pdf',
				'deep infra',
				'voice clone',
				'dictation',
				'subtitles',
			],
			...['tts', 'rerank', 'invoice', 'sentiment', 'video', 'batch', 'moderation', 'caption', 'classif', 'speech'],
		];
		expect(typed.filter((word) => !words.some((alias) => alias.includes(word)))).toEqual([]);
	});

	it('asks for a key that is hidden, and for the address', () => {
		const credential = new DeepInfraApi();
		expect(node.description.credentials).toEqual([{ name: credential.name, required: true }]);
		expect(credential.properties.map(({ name }) => name)).toEqual(['apiKey', 'baseUrl']);
		expect(credential.properties[0]).toMatchObject({ typeOptions: { password: true }, required: true, default: '' });
		expect(credential.properties[1]).toMatchObject({ default: 'https://api.deepinfra.com' });
		expect(credential.test.request.url).toBe('/v1/me');
	});

	it.each<[string, unknown, string]>([
		['the node', node.description.icon, 'nodes/DeepInfra'],
		['the credential', new DeepInfraApi().icon, 'credentials'],
	])('has two icons for %s that differ', (_, icon, folder) => {
		if (!isDict(icon)) throw new Error('one icon only');
		const files = [icon.light, icon.dark].map((path) => join(ROOT, folder, String(path).replace(/^file:/, '')));
		const [light, dark] = files.map((path) => readFileSync(path, 'utf8'));
		expect(light).toMatch(/<svg[\s>]/);
		expect(dark).toMatch(/<svg[\s>]/);
		expect(light).not.toBe(dark);
	});

	it('authenticates with a key however it was pasted', async () => {
		const { authenticate } = new DeepInfraApi();
		for (const apiKey of ['key', ' key\n', 'Bearer key', 'bearer  key ', '\tBearer\tkey']) {
			const { headers } = await authenticate({ apiKey }, { url: 'x', headers: { other: '1' } });
			expect(headers).toEqual({ other: '1', Authorization: 'Bearer key' });
		}
	});
});
