/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeProperties, INodeType } from 'n8n-workflow';
import { DeepInfraApi } from '../../../../credentials/DeepInfraApi.credentials';
import { EmbeddingsDeepInfra } from '../../../../nodes/EmbeddingsDeepInfra/EmbeddingsDeepInfra.node';
import { LmChatDeepInfra } from '../../../../nodes/LmChatDeepInfra/LmChatDeepInfra.node';
import { RerankerDeepInfra } from '../../../../nodes/RerankerDeepInfra/RerankerDeepInfra.node';
import { isDict } from '../../../../nodes/shared/core/answer';

const ROOT = join(__dirname, '../../../..');
const read = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

/** Where n8n's own sub-nodes of that kind stand in the panel. */
const nodes: Array<[string, INodeType, string]> = [
	['LmChatDeepInfra', new LmChatDeepInfra(), 'Language Models'],
	['EmbeddingsDeepInfra', new EmbeddingsDeepInfra(), 'Embeddings'],
	['RerankerDeepInfra', new RerankerDeepInfra(), 'Rerankers'],
];

const optionsOf = ({ options = [] }: INodeProperties) =>
	options.flatMap((option) => ('type' in option ? [option] : []));

describe.each(nodes)('%s', (name, { description, methods }, category) => {
	it('is named after its file, takes nothing and gives one thing', () => {
		expect(description.name).toBe(name.charAt(0).toLowerCase() + name.slice(1));
		expect(description.inputs).toEqual([]);
		expect(description.outputs).toHaveLength(1);
		expect(description.displayName).toBe(description.defaults.name);
	});

	it('uses the credential, which n8n tests', () => {
		expect(description.credentials).toEqual([{ name: 'deepInfraApi', required: true }]);
		expect(new DeepInfraApi().test.request.url).toBe('/v1/me');
	});

	it('has an icon for light and one for dark', () => {
		const { icon } = description;
		if (!isDict(icon)) throw new Error('one icon only');
		const [light, dark] = [icon.light, icon.dark].map((path) =>
			readFileSync(join(ROOT, 'nodes', name, String(path).replace(/^file:/, '')), 'utf8'),
		);
		expect(light).toMatch(/<svg[\s>]/);
		expect(dark).toMatch(/<svg[\s>]/);
		expect(light).not.toBe(dark);
	});

	it('stands in the panel where people look for it, under words that they search', () => {
		const codex = read(`nodes/${name}/${name}.node.json`);
		expect(codex).toMatchObject({
			node: `n8n-nodes-deepinfra-ai.${description.name}`,
			categories: ['AI'],
			subcategories: { AI: expect.arrayContaining([category]) },
		});
		const words = isDict(codex) && Array.isArray(codex.alias) ? codex.alias.map((word) => String(word)) : [];
		expect(words.length).toBeGreaterThan(8);
		expect(new Set(words.map((word) => word.toLowerCase())).size).toBe(words.length);
	});

	it('is listed in the package', () => {
		expect(read('package.json')).toMatchObject({
			n8n: { nodes: expect.arrayContaining([`dist/nodes/${name}/${name}.node.js`]) },
		});
	});

	it('has a list of models, and options by the alphabet, each described', () => {
		expect(description.properties[0]).toMatchObject({ name: 'model', type: 'resourceLocator' });
		expect(methods?.listSearch?.searchModels).toBeInstanceOf(Function);
		const options = description.properties.filter(({ type }) => type === 'collection').flatMap(optionsOf);
		const titles = options.map(({ displayName }) => displayName);
		expect(titles).toEqual([...titles].sort((a, b) => a.localeCompare(b)));
		expect(options.filter((option) => !option.description).map(({ name: each }) => each)).toEqual([]);
	});
});
