/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { places } from '../../../scripts/host/places';
import path from 'node:path';

const credentialCode = (authenticate: string) => `
exports.ProbeApi = class {
	constructor() {
		this.name = 'probeApi';
		this.displayName = 'Probe API';
		this.properties = [
			{ displayName: 'API Key', name: 'apiKey', type: 'string', default: '' },
			{ displayName: 'Base URL', name: 'baseUrl', type: 'string', default: 'http://unset' },
		];
		this.authenticate = ${authenticate};
	}
};`;

const nodeCode = `
const { NodeApiError, NodeOperationError, NodeConnectionTypes } = require('n8n-workflow');
const show = (...tasks) => ({ show: { task: tasks } });
exports.Probe = class {
	constructor() {
		this.description = {
			displayName: 'Probe', name: 'probe', group: ['transform'], version: 1, description: 'Probe',
			defaults: { name: 'Probe' }, inputs: [NodeConnectionTypes.Main], outputs: [NodeConnectionTypes.Main],
			credentials: [{ name: 'probeApi', required: true }],
			properties: [
				{ displayName: 'Task', name: 'task', type: 'options', default: 'json', noDataExpression: true,
					options: ['json', 'upload', 'fail', 'slow'].map((value) => ({ name: value, value })) },
				{ displayName: 'Text', name: 'text', type: 'string', default: '', required: true, displayOptions: show('json') },
				{ displayName: 'Field', name: 'field', type: 'string', default: 'data', displayOptions: show('upload') },
				{ displayName: 'Options', name: 'options', type: 'collection', default: {}, displayOptions: show('json'),
					options: [{ displayName: 'Suffix', name: 'suffix', type: 'string', default: '' }] },
			],
		};
		this.methods = {
			listSearch: {
				async find(filter, paginationToken) {
					const { baseUrl } = await this.getCredentials('probeApi');
					const body = { filter, paginationToken, task: this.getCurrentNodeParameter('task') };
					const options = { method: 'POST', url: baseUrl + '/search', body, json: true };
					const answer = await this.helpers.httpRequestWithAuthentication.call(this, 'probeApi', options);
					return { results: [{ name: JSON.stringify(answer), value: this.getNodeParameter('task') }] };
				},
			},
			resourceMapping: {
				async fields() { return { fields: [{ id: this.getCurrentNodeParameter('task'), displayName: 'x', defaultMatch: false, required: false, display: true }] }; },
			},
		};
	}
	async send(context, i) {
		const task = context.getNodeParameter('task', i);
		const { baseUrl } = await context.getCredentials('probeApi', i);
		const request = (options) => context.helpers.httpRequestWithAuthentication.call(context, 'probeApi', { method: 'POST', ...options });
		const pairedItem = { item: i };
		if (task === 'json') {
			const body = { text: context.getNodeParameter('text', i) + (context.getNodeParameter('options', i).suffix ?? '') };
			return { json: await request({ url: baseUrl + '/json', body, json: true }), pairedItem };
		}
		if (task === 'slow') return { json: await request({ url: baseUrl + '/slow', json: true }), pairedItem };
		if (task === 'fail') {
			if (i !== 1) return { json: { ok: i }, pairedItem };
			return { json: await request({ url: baseUrl + '/missing', json: true }), pairedItem };
		}
		const field = context.getNodeParameter('field', i);
		const binary = context.helpers.assertBinaryData(i, field);
		const bytes = await context.helpers.getBinaryDataBuffer(i, field);
		if (binary.id) {
			const chunks = [];
			for await (const chunk of await context.helpers.getBinaryStream(binary.id)) chunks.push(chunk);
			if (!Buffer.concat(chunks).equals(bytes)) throw new NodeOperationError(context.getNode(), 'stream and buffer differ');
			const { fileSize } = await context.helpers.getBinaryMetadata(binary.id);
			if (fileSize !== bytes.length) throw new NodeOperationError(context.getNode(), 'the metadata tells another size');
		}
		const answer = await request({ url: baseUrl + '/bytes', body: bytes, headers: { 'content-type': 'application/octet-stream' }, encoding: 'arraybuffer' });
		return { json: {}, binary: { data: await context.helpers.prepareBinaryData(Buffer.from(answer), 'copy.bin', binary.mimeType) }, pairedItem };
	}
	async execute() {
		const out = [];
		for (const [i] of this.getInputData().entries()) {
			try {
				out.push(await exports.Probe.prototype.send(this, i));
			} catch (error) {
				if (!this.continueOnFail()) {
					error.context.itemIndex = i;
					throw new NodeApiError(this.getNode(), error);
				}
				out.push({ json: { error: error.message }, pairedItem: { item: i } });
			}
		}
		this.addExecutionHints({ message: 'probed ' + out.length, location: 'outputPane' });
		return [out];
	}
};`;

export const genericAuthentication = `{
	type: 'generic',
	properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' }, qs: { plain: 'text' } },
}`;

export const functionAuthentication = `async (credentials, options) => {
	options.headers = { ...options.headers, Authorization: 'Bearer ' + credentials.apiKey.trim() };
	return options;
}`;

/** A small built package on disk: what the harness must be able to run before any node of the project exists. */
export function writeProbePackage(authenticate: string): { directory: string; node: string; credential: string } {
	const directory = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-probe-'));
	mkdirSync(path.join(directory, 'dist'));
	symlinkSync(path.join(places.project, 'node_modules'), path.join(directory, 'node_modules'));
	const manifest = {
		name: 'n8n-nodes-probe',
		version: '1.0.0',
		n8n: { n8nNodesApiVersion: 1, nodes: ['dist/Probe.node.js'], credentials: ['dist/ProbeApi.credentials.js'] },
	};
	writeFileSync(path.join(directory, 'package.json'), JSON.stringify(manifest));
	writeFileSync(path.join(directory, 'dist/Probe.node.js'), nodeCode);
	writeFileSync(path.join(directory, 'dist/ProbeApi.credentials.js'), credentialCode(authenticate));
	return { directory, node: 'probe', credential: 'probeApi' };
}
