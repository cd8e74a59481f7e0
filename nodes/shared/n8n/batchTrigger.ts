import type { IDataObject, INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { field } from '../core/fields';
import type { ApiRequest, Dict, LineOutput } from '../core/operation';
import { problemOf, type Outcome, type Problem } from '../core/problem';
import { callUntilAnswered, type Passage } from '../engine/call';
import { explain } from '../engine/explain';
import { billOfLine, usageOfLine } from '../engine/usage';
import { batchItem, readBatch, readBatches, type Batch } from '../operations/batch/batches';
import { getBatches } from '../operations/batch/getAll';
import { getBatchResults } from '../operations/batch/getResults';
import { readAccount, type Account } from './credential';
import { toNodeError } from './errors';
import { clock, ENDED } from './http/clock';
import { Transport } from './http/transport';
import { toJson } from './json';

export const batchTriggerFields = [
	field({
		displayName: 'Output',
		name: 'emit',
		type: 'options',
		options: [
			{
				name: 'Batches',
				value: 'batches',
				description: 'An item for each batch that has ended: its ID, state and counts',
			},
			{ name: 'Results', value: 'results', description: 'An item for each line of the batches that have ended' },
		],
		default: 'batches',
		description: 'What comes out when batches have ended. Cancelled ones do not come.',
	}),
] as const;

/** States that start the workflow. Who cancels a batch knows. */
const ENDINGS = ['completed', 'failed', 'expired'];

/** Milliseconds within which a batch ends: it has a day, and some time to be finished. */
const LONGEST_LIFE = 72 * 3_600_000;

/** Pages that are looked through at most. */
const MOST_PAGES = 100;

/** Batches that are remembered although the service does not list them now: it may list them again. */
const MOST_UNLISTED = 1000;

/** Seconds that one question, or a file of results, may take. */
const SECONDS = 300;

/** How often a file of results is read on where its connection breaks; the next poll tries again. */
const RETRIES = 2;

/** Nothing else of a poll goes on at the same time. */
const ALONE: Passage<Dict> = { enter: async () => await Promise.resolve(undefined), leave: () => undefined };

/** What n8n keeps of this trigger. */
type Memory = IDataObject & {
	/** The batches that it has told of. */
	known?: string[];
	/** Those that were created before this moment, in milliseconds by the service's clock, are done with. */
	since?: number;
};

/**
 * What to hand on: batches that ended since the last poll, the one that ended first coming first; null for none.
 * Each comes once, as long as n8n keeps the workflow's data, also after a restart. Those that had ended before the
 * first poll are taken for known.
 */
export async function pollBatches(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	if (context.getMode() === 'manual') return await pollOnce(context);
	const name = `${context.getWorkflow().id} ${context.getNode().id}`;
	if (polling.has(name)) return null;
	polling.add(name);
	try {
		return await pollOnce(context);
	} finally {
		polling.delete(name);
	}
}

async function pollOnce(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const account = await readAccount(context).catch((error: unknown) => {
		throw toNodeError(context, problemOf(error), SITUATION, 0);
	});
	return await new BatchPoll(context, account).run();
}

/** Triggers whose poll goes on: n8n starts the next one all the same, which would tell of the same batches. */
const polling = new Set<string>();

const SITUATION = { model: '', host: '', attempts: 1 };

class BatchPoll {
	private readonly end = new AbortController();
	private readonly transport: Transport;
	/** Until when it waits for what cannot be had at once. */
	private readonly due = clock.now() + SECONDS * 1000;
	/** Why news had to wait. */
	private lastError: unknown;

	constructor(
		private readonly context: IPollFunctions,
		private readonly account: Account,
	) {
		this.transport = new Transport(context, account, this.end.signal);
	}

	async run(): Promise<INodeExecutionData[][] | null> {
		try {
			return this.context.getMode() === 'manual' ? await this.latest() : await this.news();
		} finally {
			this.end.abort(ENDED);
		}
	}

	/** "Fetch test event" shows the newest one, whatever was told before. */
	private async latest(): Promise<INodeExecutionData[][] | null> {
		const [newest] = (await this.list(() => false)).filter(hasEnding).sort((one, other) => byEnd(other, one));
		return newest ? [await this.itemsOf(newest)] : null;
	}

	private async news(): Promise<INodeExecutionData[][] | null> {
		const memory: Memory = this.context.getWorkflowStaticData('node');
		const isFirst = !Array.isArray(memory.known);
		let since = typeof memory.since === 'number' ? memory.since : -Infinity;
		const listed = await this.list((page) => {
			// Only the service's own times are compared: this machine's clock may be wrong.
			if (isFirst) since = Math.max(since, newestOf(page) - LONGEST_LIFE);
			return page.some((batch) => createdOf(batch) >= since);
		});
		const ended = listed
			.filter(hasEnding)
			.filter((batch) => createdOf(batch) >= since)
			.reverse()
			.sort(byEnd);
		const known = new Set(memory.known);
		const items: INodeExecutionData[] = [];
		const told: string[] = [];
		for (const batch of isFirst ? [] : ended.filter(({ id }) => !known.has(id))) {
			// One whose results cannot be had now comes with a later poll, and keeps none of the others back.
			const made = await this.itemsOf(batch).catch((error: unknown) => this.postpone(batch, error));
			if (!made) continue;
			// One by one: of a list there may be more than a call takes arguments.
			for (const item of made) items.push(item);
			told.push(batch.id);
		}
		remember(memory, listed, isFirst ? ended.map(({ id }) => id) : told, since);
		// Where it is the only news, n8n shows why nothing comes.
		if (told.length === 0 && this.lastError !== undefined) throw this.lastError;
		return items.length > 0 ? [items] : null;
	}

	private postpone({ id }: Batch, error: unknown): undefined {
		this.lastError = error;
		this.context.logger.warn(`DeepInfra batch ${id}: its results cannot be had now, the next poll tries again`);
		return undefined;
	}

	/** The account's batches, the newest first: page after page, as long as one `isWanted`; at least one page. */
	private async list(isWanted: (page: readonly Batch[]) => boolean): Promise<Batch[]> {
		const input = { returnAll: true, limit: undefined, options: {} };
		// A page may repeat one of the page before, when a new batch has moved it there.
		const found = new Map<string, Batch>();
		let request: ApiRequest | undefined = getBatches.request([input], {});
		for (let pages = 0; request && pages < MOST_PAGES; pages++) {
			const answer: Dict = this.valueOf(await this.transport.send(request, SECONDS, { kind: getBatches.answer }));
			const page = readBatches(answer);
			const before = found.size;
			for (const batch of page) found.set(batch.id, batch);
			request =
				found.size > before && isWanted(page) ? getBatches.next?.(answer, [input], pages, request)?.request : undefined;
		}
		return [...found.values()];
	}

	private valueOf<T>(outcome: Outcome<T>): T {
		if (outcome.ok) return outcome.value;
		// To look costs nothing.
		const problem = { ...outcome.problem, isBillable: false };
		throw toNodeError(this.context, problem, { ...SITUATION, host: this.account.host }, 0);
	}

	private async itemsOf(batch: Batch): Promise<INodeExecutionData[]> {
		if (this.context.getNodeParameter('emit') !== 'results') return [{ json: toJson(batchItem(batch)) }];
		const input = { batchId: batch.id, options: {} };
		const request = getBatchResults.request([input], {});
		const answer = this.valueOf(await this.transport.send(request, SECONDS, { kind: getBatchResults.answer }));
		// One that failed as a whole has no results, and says why.
		const own = readBatch(answer);
		if (own.outputFileId === undefined && own.errorFileId === undefined) return [{ json: toJson(batchItem(own)) }];
		return await this.results(batch, answer, input);
	}

	private async results(batch: Batch, answer: Dict, input: { batchId: string; options: object }) {
		const reader = getBatchResults.openLines?.(answer, [input]);
		const made: Array<{ readonly at: number; readonly item: INodeExecutionData }> = [];
		const take = (outputs: readonly LineOutput[]) => {
			for (const output of outputs) made.push({ at: output.at, item: this.lineItem(batch, output) });
		};
		for (let file = reader?.next(); file; file = reader?.next()) {
			let used = 0;
			const use = async (line: Dict | string) => {
				used++;
				await Promise.resolve(take(reader?.read(line) ?? []));
			};
			const read = async () => await this.transport.readLines(file.path, 6 * SECONDS, used, use);
			const run = { clock, signal: this.end.signal, random: Math.random };
			// The next poll tries again.
			const left = Math.max(0, this.due - clock.now()) / 1000;
			const rules = { maxRetries: RETRIES, seconds: left, patience: left, look: 'free' } as const;
			const { outcome } = await callUntilAnswered(read, rules, ALONE, run);
			if (file.otherwise && !outcome.ok && isGone(outcome.problem)) take(file.otherwise);
			else this.valueOf(outcome);
		}
		return made.sort((a, b) => a.at - b.at).map(({ item }) => item);
	}

	private lineItem(
		{ id }: Batch,
		{ name, json, failure, answer = {}, isReused = false }: LineOutput,
	): INodeExecutionData {
		if (!failure) return { json: toJson({ batchId: id, ...json, usage: usageOfLine(answer, isReused) }) };
		const billed = billOfLine(answer, isReused);
		const { message, advice } = explain(this.account.redactProblem(failure), {
			...SITUATION,
			host: this.account.host,
			subject: name,
			billed,
		});
		return { json: { batchId: id, customId: name, error: `${message}. ${advice}` } };
	}
}

/** What is told once is told for ever, also where the list of today lacks it. */
function remember(memory: Memory, listed: readonly Batch[], told: readonly string[], before: number): void {
	const since = Math.max(before, newestOf(listed) - LONGEST_LIFE);
	const isDone = new Set(listed.filter((batch) => createdOf(batch) < since).map(({ id }) => id));
	const isListed = new Set(listed.map(({ id }) => id));
	const known = [...(memory.known ?? []), ...told].filter((id) => !isDone.has(id));
	const unlisted = known.filter((id) => !isListed.has(id)).slice(-MOST_UNLISTED);
	memory.known = [...unlisted, ...known.filter((id) => isListed.has(id))];
	if (Number.isFinite(since)) memory.since = since;
}

/** One of which it is not known is never too old. */
const createdOf = ({ createdAt }: Batch): number => (createdAt === null ? Infinity : Date.parse(createdAt));
const newestOf = (batches: readonly Batch[]): number =>
	batches.reduce(
		(newest, { createdAt }) => Math.max(newest, createdAt === null ? newest : Date.parse(createdAt)),
		-Infinity,
	);

const hasEnding = ({ status }: Batch): boolean => ENDINGS.includes(status);

const byEnd = (one: Batch, other: Batch): number => endOf(one) - endOf(other);
const endOf = ({ finishedAt, createdAt }: Batch): number => Date.parse(finishedAt ?? createdAt ?? '') || 0;

const isGone = (problem: Problem): boolean => problem.kind === 'status' && problem.status === 404;
