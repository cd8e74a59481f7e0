import { dictOf, textOf, type Dict } from '../../../scripts/json';
import { readItems } from '../support/executions';
import { ensure } from '../support/report';
import { manualTrigger, otherNode, readFileNode } from '../support/workflows';
import {
	calculator,
	chatModel,
	chatsDuring,
	ensureSuccess,
	fromAi,
	LANGCHAIN,
	planAgent,
	runsOf,
	runWorkflow,
	SEER,
	toolNode,
	type AgentPlan,
	type AgentWorld,
} from './build';

const NEWS = 'Shares rose sharply after the announcement';

const moodTool = (world: AgentWorld) =>
	toolNode(world, 'Mood', { resource: 'text', operation: 'classify', text: fromAi('Text') });

async function think(world: AgentWorld, id: string, plan: Omit<AgentPlan, 'model' | 'before'> & Partial<AgentPlan>) {
	return await chatsDuring(world, async () => {
		const whole = planAgent({ model: chatModel(world), before: [manualTrigger()], ...plan });
		const execution = await runWorkflow(world.client, id, whole);
		ensureSuccess(execution);
		return execution;
	});
}

const answerOf = (execution: Dict): unknown => dictOf(readItems(execution, 'Agent')[0]?.json).output;

/** Agents that think with the chat model, and use the main node as a tool. */
export async function checkThinking(world: AgentWorld): Promise<void> {
	const { report, emulator, mediaFolder } = world;
	const tools = (): AgentPlan['below'] => [
		['ai_tool', calculator()],
		['ai_tool', moodTool(world)],
	];

	await report.check('An agent uses the calculator and the DeepInfra node over three turns', async () => {
		const text = `Use the calculator.\ninput: 6 * 7\nthen\nTell the mood.\nText: ${NEWS}`;
		const { chats, last, result } = await think(world, 'e2eTurns', { text, below: tools() });
		ensure(chats.length === 3, `it asked ${chats.length} times instead of three`);
		ensure(last.includes('42'), `the calculator's answer is not in the last turn: ${last.slice(0, 800)}`);
		ensure(/\\"label\\":/.test(last), `the mood is not in the last turn: ${last.slice(0, 1500)}`);
		ensure(!/"content":\[\]/.test(last), 'the empty words of a tool turn were sent as a list');
		const costs = runsOf(result, 'Chat Model').map((run) => /"cost":([\d.e-]+)/.exec(JSON.stringify(run))?.[1]);
		ensure(costs.length === 3 && costs.every(Boolean), `the run data shows the costs ${costs.join(', ')}`);
	});

	await report.check('An agent calls two tools at once', async () => {
		const text = `Use the calculator and tell the mood.\ninput: 6 * 7\nText: ${NEWS}`;
		const { chats, last } = await think(world, 'e2eParallel', { text, below: tools() });
		ensure(chats.length === 2, `it asked ${chats.length} times instead of twice`);
		ensure(last.includes('42') && last.includes('label'), `an answer is missing: ${last.slice(0, 1500)}`);
	});

	await report.check('An agent remembers what was said', async () => {
		const memory = otherNode('Memory', `${LANGCHAIN}.memoryBufferWindow`, 1.3, {
			sessionIdType: 'customKey',
			sessionKey: 'e2e',
		});
		const below: AgentPlan['below'] = [['ai_memory', memory]];
		await think(world, 'e2eMemory', { text: 'My name is Ada.', below });
		const { last } = await think(world, 'e2eMemory', { text: 'Who am I?', below });
		ensure(last.includes('My name is Ada.') && last.includes('"assistant"'), `it forgot: ${last.slice(0, 600)}`);
	});

	await report.check('An agent with tools answers in the form of a structured output parser', async () => {
		const parser = otherNode('Parser', `${LANGCHAIN}.outputParserStructured`, 1.3, {
			schemaType: 'fromJson',
			jsonSchemaExample: '{ "city": "Rome", "people": 3 }',
		});
		const text =
			'Use the calculator.\ninput: 6 * 7\nthen\nformat final json response\noutput: x\ncity: Paris\npeople: 42';
		const { result } = await think(world, 'e2eParser', {
			text,
			parameters: { hasOutputParser: true },
			below: [
				['ai_tool', calculator()],
				['ai_outputParser', parser],
			],
		});
		const said = JSON.stringify(answerOf(result));
		ensure(/"city":"Paris"/.test(said) && /"people":42/.test(said), `the agent answered ${said}`);
	});

	const photo = readFileNode(`${mediaFolder}/photo.jpg`, 'Photo');

	await report.check('An agent sees the picture of its item', async () => {
		const { last } = await think(world, 'e2eVision', {
			text: 'What do you see?',
			model: chatModel(world, {}, SEER),
			before: [manualTrigger(), photo],
			options: { passthroughBinaryImages: true },
		});
		ensure(/"image_url":.*data:image\/jpeg;base64,/.test(last), `no picture was sent: ${last.slice(0, 400)}`);
	});

	await report.check('The tool takes the file of the item that the agent works on', async () => {
		const looking = toolNode(world, 'Look', { resource: 'image', operation: 'classify' });
		const before = emulator.requests.length;
		const { last } = await think(world, 'e2eFile', {
			text: 'Please look.',
			before: [manualTrigger(), photo],
			below: [['ai_tool', looking]],
			options: { passthroughBinaryImages: false },
		});
		ensure(/\\"label\\":/.test(last), `the tool gave: ${last.slice(-1200)}`);
		const files = emulator.requests.slice(before).flatMap(({ form = [] }) => form.map(({ filename }) => filename));
		ensure(files.includes('photo.jpg'), `DeepInfra got the files ${files.map(textOf).join(', ')}`);
	});
}
