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
			{ displayName: 'Chat Model', name: 'chatModel', type: 'string', default: '' },
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
		const model = this.getNodeParameter('chatModel', 0);
		const route = model ? '/v1/chat/completions' : '/v1/inference/ProsusAI/finbert';
		let next = 0;
		const work = async () => {
			while (next < items.length) {
				const index = next++;
				const text = reads ? this.getNodeParameter('text', index) : items[index].json.text;
				const json = await this.helpers.httpRequestWithAuthentication.call(this, 'loopApi', {
					method: 'POST',
					url: baseUrl + route,
					body: model ? { model, messages: [{ role: 'user', content: text }] } : { input: text },
					json: true,
				});
				out[index] = { json, pairedItem: { item: index } };
			}
		};
		await Promise.all(Array.from({ length: this.getNodeParameter('concurrency', 0) }, work));
		return [out];
	}
};`;

const meterCode = `
let began;
exports.Meter = class {
	description = {
		displayName: 'Meter', name: 'meter', group: ['transform'], version: 1, description: 'Meter',
		defaults: { name: 'Meter' }, inputs: ['main'], outputs: ['main'],
		properties: [{ displayName: 'Count', name: 'count', type: 'number', default: 0 }],
	};
	async execute() {
		const count = this.getNodeParameter('count', 0);
		if (count > 0) {
			const textOf = (index) => 'Case ' + index + ': shares rose after the announcement';
			const items = Array.from({ length: count }, (_, index) => ({ json: { text: textOf(index) }, pairedItem: { item: 0 } }));
			began = process.cpuUsage();
			return [items];
		}
		const { user, system } = process.cpuUsage(began);
		const answered = this.getInputData().length;
		return [[{ json: { answered, cpuMilliseconds: (user + system) / 1000 }, pairedItem: { item: 0 } }]];
	}
};`;

/**
 * A node that does nothing but call n8n's request helper, with a text that it takes from the item or, with `reads`,
 * from its parameter as nodes do. With a concurrency of 0 it only reads its parameters. Beside it, one that gives so
 * many items and, without a count, says what n8n's process has worked since then.
 */
export function writeHelperPackage() {
	const directory = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-loop-'));
	mkdirSync(path.join(directory, 'dist'));
	const manifest = {
		name: 'n8n-nodes-loop',
		version: '1.0.0',
		n8n: {
			n8nNodesApiVersion: 1,
			nodes: ['dist/Loop.node.js', 'dist/Meter.node.js'],
			credentials: ['dist/LoopApi.credentials.js'],
		},
	};
	writeFileSync(path.join(directory, 'package.json'), JSON.stringify(manifest));
	writeFileSync(path.join(directory, 'dist/Loop.node.js'), nodeCode);
	writeFileSync(path.join(directory, 'dist/Meter.node.js'), meterCode);
	writeFileSync(path.join(directory, 'dist/LoopApi.credentials.js'), credentialCode);
	return {
		location: { directory, node: 'loop', credential: 'loopApi' },
		remove: () => rmSync(directory, { recursive: true, force: true }),
	};
}
