import { atMost, count, median, seconds, times, type Row } from './figures';
import type { Job, Measure, ServiceOrder } from './jobs';
import { hasOpenAiNode } from './openAiPackage';

type MeasureAt = (job: Job, order?: Partial<ServiceOrder>) => Promise<Measure>;

interface Sizes {
	readonly repeats: number;
	readonly items: number;
	readonly sequential: number;
	readonly pieces: number;
}

/** Chats by a bare client, by this node and by n8n's own OpenAI node, side by side. */
export async function compareChats(measureAt: MeasureAt, { repeats, items, sequential }: Sizes): Promise<Row[]> {
	const hasOpenAi = hasOpenAiNode();
	const rounds: Array<{ bare: Measure; node: Measure }> = [];
	let openAi: number | undefined;
	for (let round = 0; round < repeats; round++) {
		const measureBare = async () => await measureAt({ kind: 'bareChat', items, concurrency: 200 });
		const measureNode = async () => await measureAt({ kind: 'chat', items, concurrency: 200 });
		// turned round every time, so that no way always comes first
		if (round % 2) rounds.push({ node: await measureNode(), bare: await measureBare() });
		else rounds.push({ bare: await measureBare(), node: await measureNode() });
		// Waiting is all that it does, so one round tells enough.
		if (hasOpenAi && openAi === undefined)
			openAi = ((await measureAt({ kind: 'openAi', items: sequential })).milliseconds * items) / sequential;
	}
	const of = (name: 'bare' | 'node') => median(rounds.map((round) => round[name].milliseconds));
	const cpu = (name: 'bare' | 'node') => `CPU ${seconds(median(rounds.map((round) => round[name].cpuMilliseconds)))}`;
	const toBare = median(rounds.map(({ bare, node }) => node.milliseconds / bare.milliseconds));
	const many = `${count(items)} chats`;
	return [
		{ what: `${many}, bare \`node:http\` client, 200 connections`, figure: seconds(of('bare')), compared: cpu('bare') },
		{ what: `${many}, this node, Max Concurrency 200`, figure: seconds(of('node')), compared: cpu('node') },
		{ what: '', figure: times(toBare), compared: 'bare client', target: atMost(toBare, 1.6) },
		...(openAi === undefined
			? [{ what: `${many}, n8n's OpenAI node`, figure: '–', compared: 'not installed: run npm start once' }]
			: [
					{ what: '', figure: times(of('node') / openAi), compared: "n8n's OpenAI node" },
					{
						what: `${many}, n8n's OpenAI node, which asks for one item after the other`,
						figure: seconds(openAi),
						compared: `worked out from ${sequential} items`,
					},
				]),
	];
}

/** How soon an answer that streams is handed on. */
export async function timeFirstPiece(measureAt: MeasureAt, { repeats, pieces }: Sizes): Promise<Row[]> {
	const order = { latencyMs: 0, pieceMs: 20 };
	const rounds: Array<{ bare: number; node: number }> = [];
	for (let round = 0; round < repeats; round++) {
		const bare = (await measureAt({ kind: 'barePiece', items: pieces }, order)).milliseconds;
		const node = (await measureAt({ kind: 'piece', items: pieces }, order)).milliseconds;
		rounds.push({ bare, node });
	}
	const ratio = median(rounds.map(({ bare, node }) => node / bare));
	const later = median(rounds.map(({ bare, node }) => node - bare));
	return [
		{
			what: 'First piece of a streamed chat, from the start of the run on',
			figure: `${Math.round(median(rounds.map(({ node }) => node)))} ms`,
			compared: `${times(ratio)} of a bare client, ${Math.round(later)} ms later`,
		},
	];
}
