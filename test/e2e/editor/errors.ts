import type { N8nClient } from '../../../scripts/host/client';
import type { Dict } from '../../../scripts/json';
import type { Emulator } from '../../emulator';
import type { Report } from '../support/report';
import { ensure } from '../support/report';
import { CREDENTIAL_TYPE, EMULATOR_KEY } from '../support/world';
import { connectInLine, deepInfraNode, manualTrigger, setNode, splitNode, SETTINGS } from '../support/workflows';
import type { Editor } from './editor';

interface Case {
	readonly title: string;
	readonly id: string;
	readonly apiKey: string;
	readonly items: readonly Dict[];
	readonly parameters: Dict;
	readonly message: RegExp;
	readonly description: RegExp;
}

const CASES: readonly Case[] = [
	{
		title: 'A wrong model',
		id: 'e2eErrorModel',
		apiKey: EMULATOR_KEY,
		items: [{ id: 1 }],
		parameters: {
			resource: 'image',
			operation: 'generate',
			model: { __rl: true, mode: 'id', value: 'stabilityai/stable-difusion-2-1' },
			prompt: 'a hat',
		},
		message: /DeepInfra has no model 'stabilityai\/stable-difusion-2-1'.*\[item 0\]/,
		description: /stabilityai\/stable-diffusion-2-1.*'Model'/,
	},
	{
		title: 'An account without balance (402)',
		id: 'e2eErrorBalance',
		apiKey: 'emulator-key-no-balance',
		items: [{ id: 1 }],
		parameters: { resource: 'text', operation: 'classify', text: 'Shares rose' },
		message: /no balance or payment method.*\[item 0\]/,
		description: /deepinfra\.com\/dash\/billing/,
	},
	{
		title: 'A bad input, in the second item',
		id: 'e2eErrorInput',
		apiKey: EMULATOR_KEY,
		items: [{ text: 'I need my [MASK] right now!' }, { text: 'Nothing is missing here' }],
		parameters: { resource: 'text', operation: 'fillMask', text: '={{ $json.text }}' },
		message: /'Text' has no gap \[item 1\]/,
		description: /Write \[MASK\] where the word is missing/,
	},
];

export const WRONG_MODEL_ID = 'e2eErrorModel';

/** What a user reads when a run fails. */
export async function checkErrors(
	editor: Editor,
	client: N8nClient,
	emulator: Emulator,
	report: Report,
): Promise<void> {
	for (const { title, id, apiKey, items, parameters, message, description } of CASES) {
		await report.check(`The error panel: ${title}`, async () => {
			const name = apiKey === EMULATOR_KEY ? 'DeepInfra' : 'DeepInfra without balance';
			const data = { apiKey, baseUrl: emulator.url };
			const credential = { name, id: await client.saveCredential({ name, type: CREDENTIAL_TYPE, data }) };
			const nodes = [manualTrigger(), setNode(items), splitNode(), deepInfraNode('DeepInfra', parameters, credential)];
			await client.saveWorkflow(
				id,
				{ name: title, nodes, connections: connectInLine(nodes), settings: SETTINGS },
				true,
			);
			await editor.openWorkflow(id);
			await editor.openNode('DeepInfra');
			ensure((await editor.runNode()) === 'error', 'the run succeeded');
			const panel = editor.output;
			const shown = {
				message: await panel.getByTestId('node-error-message').innerText(),
				description: await panel.getByTestId('node-error-description').innerText(),
			};
			ensure(message.test(shown.message), `the message reads: ${shown.message}`);
			ensure(description.test(shown.description), `the description reads: ${shown.description}`);
			const all = await panel.innerText();
			ensure(!/emulator-key|undefined|\[object|at .*\.js:\d+/.test(all), `the panel shows what it must not:\n${all}`);
			editor.ensureNoTroubles();
		});
	}
}
