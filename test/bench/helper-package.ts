/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const credentialCode = `
exports.LoopApi = class {
	name = 'loopApi';
	displayName = 'Loop API';
	properties = [
		{ displayName: 'API Key', name: 'apiKey', type: 'string', default: '' },
		{ displayName: 'Base URL', name: 'baseUrl', type: 'string', default: '' },
	];
	authenticate = async ({ apiKey }, options) =>
		({ ...options, headers: { ...options.headers, Authorization: 'Bearer ' + apiKey } });
};`;

const nodeCode = `
exports.Loop = class {
	description = {
		displayName: 'Loop', name: 'loop', group: ['transform'], version: 1, description: 'Loop',
		defaults: { name: 'Loop' }, inputs: ['main'], outputs: ['main'],
		credentials: [{ name: 'loopApi', required: true }],
		properties: [
			{ displayName: 'Concurrency', name: 'concurrency', type: 'number', default: 1 },
			{ displayName: 'Text', name: 'text', type: 'string', default: '' },
			{ displayName: 'Reads', name: 'reads', type: 'boolean', default: false },
		],
	};
	async execute() {
		const items = this.getInputData();
		const out = new Array(items.length);
		const { baseUrl } = await this.getCredentials('loopApi');
		if (this.getNodeParameter('concurrency', 0) === 0) {
			const texts = items.map((_, index) => this.getNodeParameter('text', index));
			return [[{ json: { texts: texts.length } }]];
		}
		const reads = this.getNodeParameter('reads', 0);
		let next = 0;
		const work = async () => {
			while (next < items.length) {
				const index = next++;
				const json = await this.helpers.httpRequestWithAuthentication.call(this, 'loopApi', {
					method: 'POST',
					url: baseUrl + '/v1/inference/ProsusAI/finbert',
					body: { input: reads ? this.getNodeParameter('text', index) : items[index].json.text },
					json: true,
				});
				out[index] = { json, pairedItem: { item: index } };
			}
		};
		await Promise.all(Array.from({ length: this.getNodeParameter('concurrency', 0) }, work));
		return [out];
	}
};`;

/**
 * A node that does nothing but call n8n's request helper, with a text that it takes from the item or, with `reads`,
 * from its parameter as nodes do. With a concurrency of 0 it only reads its parameters.
 */
export function writeHelperPackage() {
	const directory = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-loop-'));
	mkdirSync(path.join(directory, 'dist'));
	const manifest = {
		name: 'n8n-nodes-loop',
		version: '1.0.0',
		n8n: { n8nNodesApiVersion: 1, nodes: ['dist/Loop.node.js'], credentials: ['dist/LoopApi.credentials.js'] },
	};
	writeFileSync(path.join(directory, 'package.json'), JSON.stringify(manifest));
	writeFileSync(path.join(directory, 'dist/Loop.node.js'), nodeCode);
	writeFileSync(path.join(directory, 'dist/LoopApi.credentials.js'), credentialCode);
	return {
		location: { directory, node: 'loop', credential: 'loopApi' },
		remove: () => rmSync(directory, { recursive: true, force: true }),
	};
}
