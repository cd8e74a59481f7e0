import { dictOf, listOf, numberOf, textOf, type Dict } from '../json';

export const AGENT_TYPE = '@n8n/n8n-nodes-langchain.agent';

/** What an agent came to: what it said, and what its model's answers cost. */
export interface AgentResult {
	readonly model: string;
	/** Undefined where it said nothing, or used none of its tools. */
	readonly said?: string;
	readonly costUsd?: number;
}

/** The nodes below an agent, by the kind of their connection. */
const below = (workflow: Dict, agent: string, kind: string): string[] =>
	Object.entries(dictOf(workflow.connections)).flatMap(([name, outputs]) =>
		listOf(dictOf(outputs)[kind])
			.flatMap(listOf)
			.some((target) => dictOf(target).node === agent)
			? [name]
			: [],
	);

/** @param runs the runs of each node, as n8n keeps them */
export function readAgent(workflow: Dict, runs: Dict, agent: string): AgentResult {
	const models = below(workflow, agent, 'ai_languageModel');
	const turns = models.flatMap((name) => listOf(runs[name])).map(dictOf);
	const costs = turns.flatMap(({ data }) => {
		const item = dictOf(listOf(listOf(dictOf(data).ai_languageModel)[0])[0]);
		return numberOf(dictOf(dictOf(item.json).tokenUsage).cost) ?? [];
	});
	const tools = below(workflow, agent, 'ai_tool').filter((name) => listOf(runs[name]).length > 0);
	const run = dictOf(listOf(runs[agent]).at(-1));
	const item = dictOf(listOf(listOf(dictOf(run.data).main)[0])[0]);
	const output = textOf(dictOf(item.json).output)?.replace(/\s+/g, ' ').trim();
	const node = listOf(workflow.nodes)
		.map(dictOf)
		.find(({ name }) => name === models[0]);
	return {
		model: textOf(dictOf(dictOf(node?.parameters).model).value) ?? '',
		said: output && tools.length > 0 ? `${turns.length} turns with ${tools.join(' and ')}: "${output}"` : undefined,
		costUsd: costs.length === 0 ? undefined : costs.reduce((sum, each) => sum + each, 0),
	};
}
