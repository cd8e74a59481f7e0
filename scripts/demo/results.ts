import { AGENT_TYPE, readAgent } from './agent';
import { dictOf, isDict, listOf, numberOf, textOf, type Dict } from '../json';

/** A file among a task's results, still in n8n's storage. */
export interface StoredFile {
	readonly fileName?: string;
	readonly mimeType: string;
	readonly extension: string;
	/** Where n8n keeps it; without one, `data` holds it as base64. */
	readonly id?: string;
	readonly data: string;
}

export interface TaskResult {
	/** As the node is called in the workflow. */
	readonly task: string;
	readonly model: string;
	readonly ok: boolean;
	/** What came out, in a few words, or the node's error message. */
	readonly text: string;
	readonly costUsd?: number;
	readonly milliseconds?: number;
	readonly files: readonly StoredFile[];
}

interface Item {
	readonly json: Dict;
	readonly binary: Dict;
}

export const NODE_TYPE = 'n8n-nodes-deepinfra-ai.deepInfra';

const percent = (value: unknown): string | undefined => {
	const score = numberOf(value);
	return score === undefined ? undefined : `${(score * 100).toFixed(1)}%`;
};

export function shorten(text: string, length: number): string {
	const line = text.replace(/\s+/g, ' ').trim();
	return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`;
}

const quote = (text: string) => `"${shorten(text, 160)}"`;

/** Undefined when what a task must bring is missing. */
type Reader = (items: readonly Item[]) => string | undefined;

const first = (items: readonly Item[]): Dict => items[0]?.json ?? {};

const readLabels: Reader = (items) => {
	const { label, score, labels } = first(items);
	if (typeof label !== 'string' || percent(score) === undefined) return undefined;
	const others = listOf(labels)
		.slice(1, 3)
		.map(dictOf)
		.map((row) => `${textOf(row.label)} ${percent(row.score)}`);
	return `${label} ${percent(score)}${others.length > 0 ? `, then ${others.join(', ')}` : ''}`;
};

const readText: Reader = (items) => {
	const text = textOf(first(items).text);
	return text?.trim() ? quote(text) : undefined;
};

const readEntities: Reader = (items) => {
	const entities = listOf(first(items).entities).map(dictOf);
	if (entities.length === 0) return undefined;
	return entities.map(({ word, label, score }) => `${textOf(word)} = ${textOf(label)} (${percent(score)})`).join(', ');
};

const readMask: Reader = (items) => {
	const { sequence, token, score } = first(items);
	if (typeof sequence !== 'string' || typeof token !== 'string') return undefined;
	return `${token} ${percent(score)}: ${quote(sequence)}`;
};

const readVectors: Reader = (items) => {
	const vectors = items.flatMap(({ json }) => [json.embedding, ...listOf(json.embeddings)]).filter(Array.isArray);
	const width = vectors[0]?.length;
	if (!width || vectors.some((vector) => vector.length !== width)) return undefined;
	const start = listOf(vectors[0])
		.slice(0, 3)
		.map((value) => numberOf(value)?.toFixed(4));
	return `${vectors.length} vector${vectors.length === 1 ? '' : 's'} of ${width} numbers: [${start.join(', ')}, …]`;
};

const readObjects: Reader = (items) => {
	const { objects, count } = first(items);
	if (!Array.isArray(objects) || typeof count !== 'number') return undefined;
	const named = objects.map(dictOf).map(({ label, score, box }) => {
		const { xmin, ymin, xmax, ymax } = dictOf(box);
		const corners = [xmin, ymin, xmax, ymax].map((value) => Math.round(numberOf(value) ?? Number.NaN));
		return `${textOf(label)} ${percent(score)} at ${corners[0]},${corners[1]}–${corners[2]},${corners[3]}`;
	});
	return count === 0 ? 'no objects' : `${count} object${count === 1 ? '' : 's'}: ${named.join('; ')}`;
};

/** The pictures themselves are described once they are saved. */
const readImages: Reader = (items) => {
	const images = filesOf(items).filter(({ mimeType }) => mimeType.startsWith('image/'));
	return images.length === 0 ? undefined : `${images.length} image${images.length === 1 ? '' : 's'}`;
};

const readTranscript: Reader = (items) => {
	const { language, duration } = first(items);
	const text = readText(items);
	const seconds = numberOf(duration);
	const about = [textOf(language), seconds === undefined ? undefined : `${seconds.toFixed(1)} s`].filter(Boolean);
	return text && `${text}${about.length > 0 ? ` (${about.join(', ')})` : ''}`;
};

const readSpeech: Reader = (items) => {
	const sounds = filesOf(items).filter(({ mimeType }) => mimeType.startsWith('audio/'));
	const characters = numberOf(first(items).characters);
	return sounds.length === 0 || characters === undefined ? undefined : `${characters} characters spoken`;
};

const readRanking: Reader = (items) => {
	const ranked = items.map(({ json }) => [numberOf(json.rank), numberOf(json.score), textOf(json.text)] as const);
	const isInOrder = ranked.every(([rank], index) => rank === index + 1);
	const [best] = ranked;
	if (!best || !isInOrder || best[1] === undefined) return undefined;
	return `${ranked.length} texts, the best with ${best[1].toFixed(3)}: ${quote(best[2] ?? '')}`;
};

const readBatch: Reader = (items) => {
	const { batchId, status, counts } = first(items);
	const [total, completed] = [dictOf(counts).total, dictOf(counts).completed].map(numberOf);
	if (typeof batchId !== 'string' || typeof status !== 'string') return undefined;
	return `${status}${total ? `, ${completed} of ${total} lines done` : ''}: ${batchId}`;
};

const readBatchResults: Reader = (items) => {
	const results = items.map(({ json }) => [textOf(json.customId), textOf(json.text)?.trim()] as const);
	const isWhole = results.length > 0 && results.every(([id, text]) => id && text);
	return isWhole
		? `${results.length} results: ${results.map(([id, text]) => `${id} ${quote(text ?? '')}`).join(', ')}`
		: undefined;
};

/** A batch has a day: one that takes longer than the demo waits is no failure. */
const PENDING = /^The batch \S+ has not ended/;

const readData: Reader = (items) => {
	const data = Object.entries(dictOf(first(items).data));
	if (data.length === 0) return undefined;
	return data.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', ');
};

const readPages: Reader = (items) => {
	const pages = numberOf(first(items).pages);
	const text = readText(items);
	return text && pages ? `${pages} page${pages === 1 ? '' : 's'}: ${text}` : undefined;
};

const readers: Readonly<Record<string, Reader>> = {
	'text.generate': readText,
	'text.classify': readLabels,
	'text.classifyTokens': readEntities,
	'text.fillMask': readMask,
	'embedding.create': readVectors,
	'image.generate': readImages,
	'image.classify': readLabels,
	'image.classifyZeroShot': readLabels,
	'image.detectObjects': readObjects,
	'audio.transcribe': readTranscript,
	'audio.synthesize': readSpeech,
	'text.rerank': readRanking,
	'batch.create': readBatch,
	'batch.get': readBatch,
	'batch.getResults': readBatchResults,
	'chat.complete': readText,
	'text.extract': readData,
	'document.extractText': readPages,
};

/** The others hand on the files that came in. */
const MAKES_FILES = ['image.generate', 'audio.synthesize'];

function filesOf(items: readonly Item[]): StoredFile[] {
	return items
		.flatMap(({ binary }) => Object.values(binary))
		.map(dictOf)
		.map((file) => ({
			fileName: textOf(file.fileName),
			mimeType: textOf(file.mimeType) ?? 'application/octet-stream',
			extension: textOf(file.fileExtension) ?? 'bin',
			id: textOf(file.id),
			data: textOf(file.data) ?? '',
		}));
}

const itemsOf = (run: Dict): Item[] =>
	listOf(listOf(dictOf(run.data).main)[0])
		.map(dictOf)
		.map(({ json, binary }) => ({ json: dictOf(json), binary: dictOf(binary) }));

const sumOf = (values: ReadonlyArray<number | undefined>): number | undefined => {
	const known = values.filter((value) => value !== undefined);
	return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
};

/** An error as n8n writes it, with its description when that says more. */
function errorText(error: unknown): string | undefined {
	if (typeof error === 'string') return error;
	if (!isDict(error)) return undefined;
	const [message, description] = [textOf(error.message), textOf(error.description)];
	return description && description !== message ? `${message} (${description})` : message;
}

const itemError = (items: readonly Item[]): string | undefined =>
	items.map(({ json }) => errorText(json.error)).find((text) => text !== undefined);

/** What went wrong in a step before this node: the more telling error. */
function earlierError(workflow: Dict, runs: Dict, name: string): string | undefined {
	const before = Object.entries(dictOf(workflow.connections)).filter(([, outputs]) =>
		listOf(dictOf(outputs).main).some((targets) => listOf(targets).some((target) => dictOf(target).node === name)),
	);
	return before
		.map(([source]) => {
			const run = dictOf(listOf(runs[source])[0]);
			const said = itemError(itemsOf(run)) ?? errorText(run.error);
			return said && `${source}: ${said}`;
		})
		.find((text) => text !== undefined);
}

/** One result for each DeepInfra node and each agent of the workflow, from the run data of one execution. */
export function readResults(workflow: Dict, resultData: Dict): TaskResult[] {
	const runs = dictOf(resultData.runData);
	const nodes = listOf(workflow.nodes).map(dictOf);
	return nodes
		.filter(({ type }) => type === NODE_TYPE || type === AGENT_TYPE)
		.map((node) => {
			const task = textOf(node.name) ?? '';
			const { resource, operation, model } = dictOf(node.parameters);
			// Of a node in a loop the last run tells.
			const run = dictOf(listOf(runs[task]).at(-1));
			const items = itemsOf(run);
			const agent = node.type === AGENT_TYPE ? readAgent(workflow, runs, task) : undefined;
			const said = earlierError(workflow, runs, task) ?? itemError(items) ?? errorText(run.error);
			const read = agent ? agent.said && shorten(agent.said, 200) : readers[`${resource}.${operation}`]?.(items);
			const result = said === undefined ? read : PENDING.test(said) ? said : undefined;
			const usages = items.map(({ json }) => dictOf(json.usage));
			const chosen = agent?.model ?? textOf(dictOf(model).value) ?? '';
			return {
				task,
				model: usages.map((usage) => textOf(usage.model)).find((name) => name !== undefined) ?? chosen,
				ok: result !== undefined,
				text: result ?? said ?? errorText(resultData.error) ?? 'the node brought no result of the expected kind',
				costUsd: agent?.costUsd ?? sumOf(usages.map((usage) => numberOf(usage.costUsd))),
				milliseconds: numberOf(run.executionTime),
				files: MAKES_FILES.includes(`${resource}.${operation}`) ? filesOf(items) : [],
			};
		});
}
