/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { places } from '../../scripts/host/places';

const NODE = path.join(places.modules, '@n8n/n8n-nodes-langchain/dist/nodes/vendors/OpenAi/OpenAi.node.js');
const CREDENTIAL = path.join(places.modules, 'n8n-nodes-base/dist/credentials/OpenAiApi.credentials.js');

/** Whether the n8n of `npm start`, which brings the node, is installed. */
export const hasOpenAiNode = (): boolean => existsSync(NODE) && existsSync(CREDENTIAL);

/** n8n's own OpenAI node, as the engine loads a package. */
export function writeOpenAiPackage() {
	const directory = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-openai-'));
	mkdirSync(path.join(directory, 'dist'));
	const manifest = {
		name: 'n8n-nodes-openai',
		version: '1.0.0',
		n8n: { n8nNodesApiVersion: 1, nodes: ['dist/OpenAi.node.js'], credentials: ['dist/OpenAiApi.credentials.js'] },
	};
	writeFileSync(path.join(directory, 'package.json'), JSON.stringify(manifest));
	writeFileSync(
		path.join(directory, 'dist/OpenAi.node.js'),
		`exports.OpenAi = require(${JSON.stringify(NODE)}).OpenAi;`,
	);
	writeFileSync(
		path.join(directory, 'dist/OpenAiApi.credentials.js'),
		`exports.OpenAiApi = require(${JSON.stringify(CREDENTIAL)}).OpenAiApi;`,
	);
	return {
		location: { directory, node: 'openAi', credential: 'openAiApi' },
		remove: () => rmSync(directory, { recursive: true, force: true }),
	};
}
