/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import { places } from '../../../../scripts/host/places';
import { runProgram } from '../../../../scripts/host/run';

/** The built package in a process that has no SDK of chat models, as in an n8n that is older than 2.16. */
const PROGRAM = `
const Module = require('node:module');
const load = Module._load;
Module._load = (name, ...rest) => {
	if (name === '@n8n/ai-node-sdk') throw new Error("Cannot find module '@n8n/ai-node-sdk'");
	return load(name, ...rest);
};
const open = (name) => new (require('./dist/nodes/' + name + '/' + name + '.node.js')[name])();
const loaded = ['DeepInfra', 'EmbeddingsDeepInfra', 'RerankerDeepInfra'].map((name) => open(name).description.name);
const node = { id: '1', name: 'Model', type: 'x', typeVersion: 1, position: [0, 0], parameters: {} };
open('LmChatDeepInfra').supplyData.call({ getNode: () => node }, 0).catch(({ message, description }) =>
	console.log(JSON.stringify({ loaded, message, description })));
`;

it('without the SDK the package loads, and the chat model says what it needs and what works meanwhile', async () => {
	const { signal } = new AbortController();
	const options = { cwd: places.project, env: {}, signal };
	const { output } = await runProgram(process.execPath, ['-e', PROGRAM], options);
	expect(JSON.parse(output)).toEqual({
		loaded: ['deepInfra', 'embeddingsDeepInfra', 'rerankerDeepInfra'],
		message: 'The DeepInfra Chat Model needs n8n 2.16 or newer',
		description: expect.stringContaining("the node 'DeepInfra' with the resource 'Chat' works"),
	});
});
