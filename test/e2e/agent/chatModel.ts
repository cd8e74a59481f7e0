import { textOf } from '../../../scripts/json';
import { readError } from '../support/executions';
import { ensure } from '../support/report';
import { manualTrigger } from '../support/workflows';
import {
	calculator,
	chatModel,
	chatsDuring,
	ensureSuccess,
	planAgent,
	runsOf,
	runWorkflow,
	type AgentWorld,
} from './build';

/** What the chat model's own way of sending does in the real n8n: it fails when an update of n8n takes it away. */
export async function checkChatModel(world: AgentWorld): Promise<void> {
	const { client, emulator, report } = world;
	const run = async (id: string, text: string, model?: string) =>
		await runWorkflow(
			client,
			id,
			planAgent({
				model: chatModel(world, {}, model),
				text,
				before: [manualTrigger()],
				below: [['ai_tool', calculator()]],
			}),
		);

	await report.check('The AI Agent thinks with the DeepInfra Chat Model and uses a tool', async () => {
		const { result, chats, last } = await chatsDuring(
			world,
			async () => await run('e2eChatModel', 'Use the calculator.\ninput: 6 * 7'),
		);
		ensureSuccess(result);
		ensure(chats.length === 2, `it asked ${chats.length} times instead of twice`);
		ensure(last.includes('42'), `the tool's answer did not reach the model: ${last.slice(0, 400)}`);
		const shown = JSON.stringify(runsOf(result, 'Chat Model')[0]);
		ensure(/"cost":[\d.e-]+/.test(shown), `the run data of the model shows no cost: ${shown.slice(0, 400)}`);
	});

	await report.check('The chat model sends again when DeepInfra is busy, and names it when it refuses', async () => {
		let busy = 2;
		emulator.options.faults = ({ path }) =>
			path.endsWith('/chat/completions') && busy-- > 0 ? { kind: 'status', status: 429, retryAfter: 0 } : undefined;
		const { result: patient, chats } = await chatsDuring(world, async () => await run('e2eChatBusy', 'Say hello'));
		emulator.options.faults = ({ path }) =>
			path.endsWith('/chat/completions')
				? { kind: 'status', status: 402, body: { detail: { error: 'please enter a payment method' } } }
				: undefined;
		const refused = await run('e2eChatRefused', 'Say hello');
		emulator.options.faults = undefined;
		ensureSuccess(patient, 'after two refusals the agent');
		ensure(chats.length === 3, `it sent ${chats.length} times instead of three`);
		const error = readError(refused);
		ensure(/DeepInfra account has no balance.*please enter a payment method/.test(error), `a 402 reads: ${error}`);
		ensure(!/OpenAI/.test(error), `a 402 names another service: ${error}`);
	});

	await report.check('A model without tools is refused under an agent before anything is sent', async () => {
		const { result, chats } = await chatsDuring(
			world,
			async () => await run('e2eNoTools', 'Say hello', 'allenai/olmOCR-2-7B-1025'),
		);
		ensure(result.status === 'error', `the agent ended as ${textOf(result.status)}`);
		ensure(/cannot use tools/.test(readError(result)), `it says: ${readError(result)}`);
		ensure(chats.length === 0, `it was sent ${chats.length} times`);
	});
}
