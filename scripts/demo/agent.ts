/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import path from 'node:path';
import type { N8nClient } from '../host/client';
import { places } from '../host/places';
import { dictOf, listOf, numberOf, textOf, type Dict } from '../json';
import { runToEnd } from './run';
import { costText } from './table';
import { readWorkflow } from './workflow';

const TRIGGER = 'Ask the agent';

/** What the agent of the demo came to, in a line. */
export interface AgentResult {
	readonly ok: boolean;
	readonly text: string;
}

/** The runs of a node in an execution's data. */
const runsOf = (data: Dict, node: string): Dict[] => listOf(dictOf(data.runData)[node]).map(dictOf);

/** Reads what an agent said, what it asked and what that cost. */
export function readAgent(data: Dict): AgentResult {
	const item = dictOf(listOf(listOf(dictOf(runsOf(data, 'Agent').at(-1)?.data).main)[0])[0]);
	const said = textOf(dictOf(item.json).output)?.trim();
	if (!said) return { ok: false, text: textOf(dictOf(data.error).message) ?? 'the agent said nothing' };
	const turns = runsOf(data, 'Model');
	const tools = ['Calculator', 'Mood'].filter((name) => runsOf(data, name).length > 0);
	const costs = turns.flatMap((run) => costOf(run) ?? []);
	const cost = costs.length === 0 ? undefined : costs.reduce((sum, each) => sum + each, 0);
	const used = tools.length > 0 ? `with ${tools.join(' and ')}` : 'without a tool';
	return {
		ok: tools.length > 0,
		text: `"${said.replace(/\s+/g, ' ').slice(0, 160)}" (${turns.length} turns ${used}, ${costText(cost)})`,
	};
}

function costOf({ data }: Dict): number | undefined {
	const item = dictOf(listOf(listOf(dictOf(data).ai_languageModel)[0])[0]);
	return numberOf(dictOf(dictOf(item.json).tokenUsage).cost);
}

/** Puts the agent into n8n and asks it once. */
export async function askAgent(
	client: N8nClient,
	credential: { readonly id: string; readonly name: string },
	signal: AbortSignal,
): Promise<AgentResult> {
	const { id, workflow } = await readWorkflow(path.join(places.workflows, 'agent.json'), '', credential);
	await client.saveWorkflow(id, workflow, true);
	return readAgent(await runToEnd(client, id, TRIGGER, signal));
}
