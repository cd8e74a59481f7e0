import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { findRunConflict } from '../engine/input';
import { failedPart, finish, type PartResult } from '../engine/assemble';
import { shareCost } from '../engine/bill';
import { Likeness } from '../engine/alike';
import { movedOf } from '../engine/fallback';
import { askInHalves, type Missed } from '../engine/halving';
import { groupAnswered, mergeGroup } from '../engine/merge';
import { RequestMaker } from '../engine/requests';
import { isDict } from '../core/answer';
import type { AnyOperation, Dict } from '../core/operation';
import { modelPath } from '../core/request';
import { inParallel } from '../engine/parallel';
import { MOST_PER_MODEL } from '../engine/pace';
import { maySplit, planBatches, type Batch } from '../engine/plan';
import { withoutQuotes } from '../engine/report';
import { SharedAnswers } from '../engine/reuse';
import { attempt, problemOf, succeeded } from '../core/problem';
import { groupBy } from '../core/values';
import { readSettings } from '../engine/settings';
import { reused, usageOfItem } from '../engine/usage';
import { attemptInSteps, clock, ENDED, inSteps, takeTurns } from './http/clock';
import { toNodeError } from './errors';
import { checkWebhook } from './http/address';
import { checkFiles, inputFileName } from './http/files';
import { fieldsOf } from '../operations/fields';
import { Questions } from './questions';
import { Client } from './client';
import { openParts, ownersOf, paidFor, type Answered, type Entry, type Part, type Told } from './entry';
import { inputReader } from './inputs';
import { LineFiles } from './lineFiles';
import { Progress } from './progress';
import { RunResults } from './results';
import { itemsFor } from './toolAnswer';

/**
 * Runs an operation over all input items: items out in the order of the items in, each paired.
 * @param sentTo where results are sent instead, whatever the items say
 */
export async function runItems(
	context: IExecuteFunctions,
	operation: AnyOperation,
	sentTo?: Destination,
): Promise<INodeExecutionData[]> {
	return await new ItemRun(context, operation, sentTo).start();
}

export interface Destination {
	readonly webhook: string;
	/** The field that holds what the service answers, so that it is not taken for a field of the input. */
	readonly field: string;
}

class ItemRun {
	private readonly stop = new AbortController();
	private readonly requests: RequestMaker;
	private readonly results: RunResults;
	private readonly questions: Questions;
	private readonly lines: LineFiles;
	private readonly likeness: Likeness;
	private readonly progress: Progress;
	/** What equal requests share, once the first are asked. */
	private shared: SharedAnswers<Told> | undefined;
	/** Items that wait for others, with which they are put in order. */
	private readonly answered: Entry[] = [];

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly operation: AnyOperation,
		private readonly destination?: Destination,
	) {
		this.requests = new RequestMaker(operation);
		this.progress = new Progress(context, `${operation.resource}: ${operation.value}`);
		this.results = new RunResults(context, operation, this.requests.names, this.stop);
		this.questions = new Questions(context, operation, this.requests, this.results, this.progress);
		this.likeness = new Likeness(operation);
		this.lines = new LineFiles(context, operation, this.results, this.stop);
	}

	async start(): Promise<INodeExecutionData[]> {
		const canceled = this.context.getExecutionCancelSignal();
		const onCancel = () => this.stop.abort(ENDED);
		if (canceled?.aborted) onCancel();
		canceled?.addEventListener('abort', onCancel);
		try {
			await this.process();
		} finally {
			canceled?.removeEventListener('abort', onCancel);
			this.stop.abort(ENDED);
			this.progress.close();
		}
		const summary = this.results.tell(this.progress);
		const isStopped = canceled?.aborted === true;
		const failure = isStopped
			? toNodeError(this.context, { kind: 'stopped' }, { model: '', host: '', attempts: 0 }, 0)
			: this.results.failure;
		if (!failure) return itemsFor(this.context, this.operation, this.results.all());
		// n8n shows no hints of a run that failed; what was paid until then must be known all the same.
		const { description } = failure;
		const paid = summary && (isStopped || this.results.count > 1) ? `${summary}.` : undefined;
		failure.description = [description, ...this.results.leftBehind(description ?? ''), paid].filter(Boolean).join(' ');
		throw failure;
	}

	/** All inputs are read and checked before the first request: what cannot be sent must not cost the rest. */
	private async process(): Promise<void> {
		const entries = await this.readEntries();
		if (await this.differs(entries)) return;
		const parts = await this.partsOf(entries, undefined);
		if (this.results.failure || parts.length === 0) return;
		const client = await this.connect(entries.filter(({ isOver }) => !isOver));
		if (!client) return;
		await this.countPages(entries, client);
		if (this.results.failure) return;
		const { split, usesFacts } = this.operation;
		// How an input splits may depend on what its model takes.
		const open = entries.filter(({ isOver }) => !isOver);
		const fitting = split && usesFacts ? await this.partsOf(open, client) : await this.check(parts, client);
		if (this.results.failure) return;
		if (!this.operation.isFree) {
			const first = `${this.results.count} items, ${fitting.length} to be asked for`;
			// Who answers for a retired model is known before it is paid.
			for (const { entry } of fitting) this.questions.answeredBy(entry.settings, client);
			this.progress.start(
				[first, ...this.results.hints].map((line) => withoutQuotes(line, this.results.isKnown)).join(' · '),
				() => this.results.report.progress(clock.now(), client.meter.figures),
			);
		}
		const { gather } = this.operation;
		if (gather) return await this.lines.send(fitting, gather, client);
		await this.askAll(fitting, client, openBatches(entries));
		await this.mergeAll(client);
		if (!this.results.failure && !this.stop.signal.aborted) await this.lines.tidy(client);
	}

	/** One file after another: each may be large. */
	private async countPages(entries: readonly Entry[], client: Client): Promise<void> {
		for (const entry of entries) {
			const file = attempt(() => (entry.isOver ? undefined : this.operation.pagesOf?.(entry.input)));
			if (!file.ok || file.value === undefined) continue;
			const pages = await client.pagesOf(file.value, entry.settings);
			if (pages.ok) {
				entry.pages = pages.value?.length;
				if (pages.value?.some(({ isDrawnOn }) => isDrawnOn)) this.results.hints.add(DRAWN_ON);
			} else await this.results.fail(entry, pages.problem);
			if (this.stop.signal.aborted) return;
		}
	}

	private async askAll(parts: readonly Part[], client: Client, width: number): Promise<void> {
		await takeTurns();
		const inputs = parts.map(({ input }) => input);
		const batches = await inSteps(planBatches(this.operation, inputs));
		// Each model has its own queue: one that is stuck holds up none of the others.
		const lanes = groupBy(batches, ({ owners }) => parts[owners[0]?.[0] ?? 0]?.settings.model ?? '');
		this.questions.bind(batches);
		const shared = this.shareAnswers(await this.questions.keysOf(batches, parts), parts);
		const askOf = (whole: Batch) => async (batch: Batch) => {
			if (batch !== whole) this.questions.bind([whole, batch]);
			return await this.tryBatch(batch, parts, client, shared);
		};
		const fail = async (batch: Batch, missed: Missed) => await this.failBatch(batch, missed, parts, client);
		await Promise.all(
			lanes.map(
				async (lane) => await inParallel(lane, width, async (batch) => await askInHalves(batch, askOf(batch), fail)),
			),
		);
	}

	/** Equal items ask equal questions in each of their rounds. */
	private shareAnswers(keys: readonly string[], parts: readonly Part[]): SharedAnswers<Told> {
		const shared = (this.shared ??= new SharedAnswers<Told>(keys));
		if (parts[0]?.entry.hasTwin) shared.expect(keys);
		for (const { key, entry } of parts) if (key !== undefined && shared.hasTwin(key)) entry.hasTwin = true;
		return shared;
	}

	private async readEntries(): Promise<Entry[]> {
		const entries: Entry[] = [];
		const readInput = inputReader(this.context, this.operation);
		for (let item = 0; item < this.results.count; item++) {
			await takeTurns();
			if (this.stop.signal.aborted) break;
			const read = readInput(item);
			if (read.ok) {
				const input = this.sentTo(read.value);
				const settings = readSettings(this.operation, input);
				entries.push({
					item,
					input,
					settings,
					results: [],
					earlier: [],
					missing: 0,
					missed: [],
					isOver: false,
				});
			} else {
				await this.results.fail({ item }, read.problem);
			}
		}
		return entries;
	}

	/** An input whose result goes where the run wants it. */
	private sentTo(input: Dict): Dict {
		if (this.destination === undefined) return input;
		const { webhook, field } = this.destination;
		const options = isDict(input.options) ? input.options : {};
		return { ...input, options: { ...options, webhook, resultField: field } };
	}

	/** What holds for the run as a whole cannot differ between its items. */
	private async differs(entries: readonly Entry[]): Promise<boolean> {
		const inputs = entries.map(({ input }) => input);
		const conflict = findRunConflict(fieldsOf(this.operation), inputs);
		if (conflict) for (const entry of entries) await this.results.fail(entry, problemOf(conflict));
		return conflict !== undefined;
	}

	private async partsOf(entries: readonly Entry[], client: Client | undefined): Promise<Part[]> {
		const { operation } = this;
		const parts: Part[] = [];
		for (const entry of entries) {
			await takeTurns();
			const { split: splitInput } = operation;
			// Pages are asked about one by one, whatever is shown of the answers.
			const split =
				splitInput && (entry.pages !== undefined || maySplit(operation, entry.input))
					? await attemptInSteps<readonly Dict[]>(() =>
							splitInput(entry.input, this.questions.factsOf(entry, entry.settings, client)),
						)
					: succeeded([entry.input]);
			// One by one: of a list there may be more than a call takes arguments.
			if (split.ok) for (const part of openParts(entry, split.value)) parts.push(part);
			else await this.results.fail(entry, split.problem);
		}
		return await this.check(parts, client);
	}

	/** The parts that can be sent. `request` is pure, so asking for it is the check. */
	private async check(parts: readonly Part[], client: Client | undefined): Promise<Part[]> {
		for (const part of parts) {
			await takeTurns();
			const { entry } = part;
			if (entry.isOver) continue;
			const check = attempt(() => {
				for (const model of part.settings.fallbacks) modelPath(model, "Correct it in 'Fallback Models'.");
				const facts = this.questions.factsTaken(part.entry, part.input, part.settings, client);
				part.fitted = part.fitted
					? this.requests.remake(part.fitted, part.input, facts)
					: this.requests.make([part.input], facts);
				checkFiles(this.context, part.fitted.request);
				if (client) checkWebhook(part.fitted.request, client.account.baseUrl);
				this.results.inputFiles[entry.item] ??= inputFileName(this.context, part.fitted.request);
			});
			if (check.ok || (client && (await this.questions.movePart(part, check.problem, client)))) continue;
			await this.results.fail(entry, check.problem);
		}
		return parts.filter(({ entry }) => !entry.isOver);
	}

	private async connect(entries: readonly Entry[]): Promise<Client | undefined> {
		const all = entries.map(({ settings }) => settings);
		for (const { model, fallbacks } of all)
			for (const name of [model, ...fallbacks]) if (attempt(() => modelPath(name)).ok) this.results.models.add(name);
		try {
			this.results.client = await Client.connect(
				this.context,
				this.stop.signal,
				all,
				this.operation.isFree === true,
				(line) => this.progress.detail(line),
			);
		} catch (error) {
			for (const entry of entries) await this.results.fail(entry, problemOf(error));
		}
		return this.results.client;
	}

	/**
	 * Asks for a batch as a whole and delivers what comes; or tells what became of it. Where a model may not take the
	 * first form, one batch finds out which it takes before the others are sent.
	 */
	private async tryBatch(
		batch: Batch,
		parts: readonly Part[],
		client: Client,
		shared: SharedAnswers<Told>,
	): Promise<Missed | undefined> {
		const model = parts[batch.owners[0]?.[0] ?? -1]?.settings.model ?? '';
		return await this.questions.forms.inTurn(model, async () => await this.sendBatch(batch, parts, client, shared));
	}

	private async sendBatch(
		batch: Batch,
		parts: readonly Part[],
		client: Client,
		shared: SharedAnswers<Told>,
	): Promise<Missed | undefined> {
		const owners = ownersOf(batch, parts);
		const owner = owners[0]?.[0];
		if (!owner || this.stop.signal.aborted) return undefined;
		const { entry } = owner;
		const { inputs } = batch;
		// A half may have moved with its whole.
		const settings = movedOf(inputs[0]) ? readSettings(this.operation, inputs[0]) : owner.settings;
		const form = this.questions.forms.of(settings.model);
		const [only, ...others] = owners.flat();
		const fitted =
			form === 0 && others.length === 0 && only?.fitted && only.input === inputs[0]
				? succeeded(only.fitted)
				: this.questions.fit(entry, { inputs, settings }, form, client);
		const {
			results,
			attempts,
			billed,
			remains,
			by,
			inputs: asked,
			reader,
		}: Answered = !fitted.ok
			? { results: fitted, attempts: 0, billed: 0 }
			: settings.isDryRun
				? { results: succeeded([this.questions.preview(fitted.value, settings, client)]), attempts: 0, billed: 0 }
				: await this.questions.ask(
						{ inputs, settings, fitted: fitted.value, form },
						entry,
						client,
						shared,
						only?.key,
						() => owners.every((group) => group.every((part) => part.entry.missed.length > 0)),
					);
		if (results.ok && reader) return await this.lines.take(entry, reader, client);
		if (results.ok) {
			const deliveries = owners.flatMap((group, position) => {
				const result = results.value[position];
				if (!result) return [];
				// The first of those that are equal pays.
				return group.map(async (part, twin) => await this.deliver(part, twin === 0 ? result : reused(result), client));
			});
			await Promise.all(deliveries);
			return undefined;
		}
		return { problem: results.problem, attempts, billed, remains, by, inputs: asked };
	}

	private async failBatch(batch: Batch, missed: Missed, parts: readonly Part[], client: Client): Promise<void> {
		const all = ownersOf(batch, parts).flat();
		const bills = shareCost(missed.billed, all.length);
		for (const [index, part] of all.entries()) {
			const billed = bills[index] ?? 0;
			if (this.context.continueOnFail() && this.isApart(part)) {
				const { problem, attempts } = missed;
				await this.deliver(part, failedPart(problem, part.settings.model, attempts, billed), client);
			} else await this.results.miss(part.entry, { ...missed, billed });
		}
	}

	/** Whether a part of an item stands for itself, among others of it. */
	private isApart({ entry: { input, results, missing } }: Part): boolean {
		const isShown = input.simplify !== false && this.operation.isApart?.(input) === true;
		return isShown && missing + results.filter(Boolean).length > 1;
	}

	private async deliver({ entry, index, input }: Part, told: PartResult, client: Client): Promise<void> {
		const result =
			told.kind === 'task' ? { ...told, outputs: told.outputs.map((each) => this.likeness.check(each, input)) } : told;
		for (const { note } of result.outputs) if (note) this.results.hints.add(note);
		// Equal items have their answer all at once.
		await takeTurns();
		entry.results[index] = result;
		entry.missing--;
		if (entry.missing > 0 || entry.isOver) return;
		if (entry.missed.length > 0) return await this.results.failMissed(entry);
		const isWhole = this.operation.join ?? this.operation.merge;
		const spoilt = isWhole && entry.results.flatMap(({ outputs }) => outputs).find(({ problem }) => problem);
		if (spoilt?.problem) {
			const { requestId, attempts } = result.usage;
			return await this.results.fail(entry, { kind: 'answer', message: spoilt.problem, requestId }, { attempts });
		}
		if (this.operation.merge && result.kind === 'task') {
			this.answered.push(entry);
			return;
		}
		const finished = attempt(() => finish(this.operation, entry.input, entry.results, entry.earlier));
		if (!finished.ok) return await this.results.fail(entry, finished.problem);
		if ('ask' in finished.value) return await this.askAgain(entry, finished.value.ask, client);
		const { outputs } = finished.value;
		if (outputs.length === 0) this.results.unshared.push(paidFor(entry));
		const made = await this.results.makeItems(entry, outputs, client);
		this.results.succeed(entry, made, usageOfItem([...entry.earlier, ...entry.results]));
	}

	/** Items that answer one question together come out in the answer's order, where the first of them stood. */
	private async mergeAll(client: Client): Promise<void> {
		const { merge } = this.operation;
		if (!merge) return;
		const entries = this.answered.filter(({ isOver }) => !isOver).sort((a, b) => a.item - b.item);
		for (const [first, ...rest] of groupAnswered(this.operation, entries)) {
			if (!first) continue;
			await takeTurns();
			const merged = attempt(() => mergeGroup(merge, [first, ...rest]));
			const made: INodeExecutionData[] = [];
			if (!merged.ok) for (const entry of [first, ...rest]) await this.results.fail(entry, merged.problem);
			else
				for (const { entry, output } of merged.value)
					made.push(...(await this.results.makeItems(entry, [output], client)));
			if (merged.ok) for (const { results } of [first, ...rest]) this.results.report.succeed(results[0]?.usage);
			if (merged.ok && made.length === 0) this.results.unshared.push(...[first, ...rest].map(paidFor));
			if (merged.ok) this.results.keep(first.item, made);
		}
	}

	/** Another round for an item whose answers have to be brought together by asking once more. */
	private async askAgain(entry: Entry, inputs: readonly Dict[], client: Client): Promise<void> {
		entry.earlier.push(...entry.results);
		entry.results = [];
		await this.askAll(await this.check(openParts(entry, inputs), client), client, inputs.length);
	}
}

/** Filled-in words, too, where they are few. */
const DRAWN_ON =
	'A page of a PDF has a little text or a shape over its picture, such as a stamp or a black bar: the picture is read without it, as it is beneath. Where that matters, turn the pages into pictures before this node';

/** How many batches of a model are open at a time: those that run, and many more that wait for their next try. */
const openBatches = ([first]: readonly Entry[]): number => 4 * (first?.settings.maxConcurrency ?? MOST_PER_MODEL) + 100;
