import { createHash, randomUUID } from 'crypto';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { costFacts, estimateCost, summarizeEstimates, type Estimate } from '../catalog/estimate';
import { substituteFor } from '../catalog/substitutes';
import type { Fitted } from '../schema/fitRequest';
import { isUnknownModel, type Situation } from '../engine/explain';
import { FileNames } from '../media/fileName';
import { makesFiles } from '../media/find';
import { findRunConflict } from '../engine/input';
import { finish, readResults, type Finished, type PartResult } from '../engine/assemble';
import { addCosts, exactDollars, shareCost } from '../engine/bill';
import { moveInputs, movedOf, reasonToMove, servedBy, type AskedModel } from '../engine/fallback';
import { findTwins } from '../engine/gather';
import { askInHalves, type Missed } from '../engine/halving';
import { groupAnswered, mergeGroup } from '../engine/merge';
import { RequestMaker } from '../engine/requests';
import { isDict, number, optionalText } from '../core/answer';
import type { FileRef } from '../core/fields';
import type {
	AnyOperation,
	ApiRequest,
	Dict,
	GatherOf,
	Inputs,
	LineOutput,
	LineReader,
	Output,
} from '../core/operation';
import { modelPath } from '../core/request';
import { inParallel } from '../engine/parallel';
import { MOST_PER_MODEL } from '../engine/pace';
import { groupKey, hasWebhook, maySplit, planBatches, type Batch } from '../engine/plan';
import { requestText, SharedAnswers } from '../engine/reuse';
import { previewOf } from '../engine/preview';
import { attempt, failed, InputError, problemOf, succeeded, type Outcome, type Problem } from '../core/problem';
import { readSettings, type Settings } from '../engine/settings';
import { RunReport } from '../engine/report';
import { reused, usageOfAll, usageOfItem, usageOfLine, withBills } from '../engine/usage';
import { clock } from './http/clock';
import { toFailedItem, toNodeError } from './errors';
import { checkFiles, digestFiles, fileLabel, fileMark, fileType, inputFileName } from './http/files';
import { findOtherTask } from '../catalog/otherTask';
import { operations, resources } from '../operations';
import { fieldsOf } from '../operations/fields';
import { inputReader } from './inputs';
import type { KnownModel } from './catalog';
import { chunksFor, type Chunks } from './chunks';
import { gatherPacks, type AskedPack, type Asking } from './gather';
import { Client, type Asked } from './client';
import { Progress, tagExecution } from './progress';
import type { Made, Place } from './outputs';
import { itemsFor } from './toolAnswer';

/** One input item, and what has come of it so far. */
interface Entry {
	readonly item: number;
	readonly input: Dict;
	readonly settings: Settings;
	/** Of its file, where the operation wants to know. */
	pages?: number;
	results: PartResult[];
	/** What earlier rounds of questions brought. */
	readonly earlier: PartResult[];
	missing: number;
	/** What came of parts that brought nothing: the item fails once all of its parts are paid or over. */
	readonly missed: Missed[];
	isOver: boolean;
}

/** What is asked of a model. */
interface Question {
	readonly inputs: Inputs<Dict>;
	readonly settings: Settings;
	readonly fitted: Fitted;
	readonly form: number;
}

/** What came of asking, and the question that brought it: another model's, where the first did not answer. */
interface Told extends Asked {
	readonly question: Question;
}

/** What came of asking, and what goes on although it brought nothing. */
interface Answered {
	readonly results: Outcome<PartResult[]>;
	readonly attempts: number;
	readonly billed: number;
	readonly remains?: string;
	/** Reads the files that hold the results, where the answer only leads to them. */
	readonly reader?: LineReader;
	readonly by?: AskedModel;
}

/** What is asked for one item; an item that splits has several. */
interface Part {
	readonly entry: Entry;
	readonly index: number;
	/** Changes, with its settings, where its model lacks what the request needs and another one is asked. */
	input: Dict;
	settings: Settings;
	/** What is sent when it is asked for alone; made by the check. */
	fitted?: Fitted;
	/** Where an equal request would get an equal answer. */
	key?: string;
}

/**
 * Runs an operation over all input items: items out in the order of the items in, each paired.
 * @param webhook where results are sent instead, whatever the items say
 */
export async function runItems(
	context: IExecuteFunctions,
	operation: AnyOperation,
	webhook?: string,
): Promise<INodeExecutionData[]> {
	return await new ItemRun(context, operation, webhook).start();
}

class ItemRun {
	private readonly stop = new AbortController();
	private readonly results: INodeExecutionData[][];
	private readonly requests: RequestMaker;
	private readonly hints = new Set<string>();
	/** For each item the name of the file that goes in, after which what comes out is called. */
	private readonly inputFiles: Array<string | undefined>;
	private fileNames: FileNames | undefined;
	/** USD that each dry run would cost; null where nobody can say. */
	private readonly estimates: Array<number | null> = [];
	/** Items that wait for others, with which they are put in order. */
	private readonly answered: Entry[] = [];
	/** The form in which each model is asked, where it does not take the first. */
	private readonly forms = new Map<string, number>();
	/** The first batch of each model, where there are several forms. */
	private readonly pilots = new Map<string, Promise<unknown>>();
	/** Questions of several requests whose answers are put in one order: no part of such a one may move to another model. */
	private readonly bound = new Set<string>();
	private client: Client | undefined;
	private failure: ReturnType<typeof toNodeError> | undefined;
	private readonly report: RunReport;
	private readonly progress: Progress;
	/** Billed for items that gave no output which could say so. */
	private readonly unshared: number[] = [];
	/** USD that files of lines may cost which were sent: they are billed later. */
	private promised = 0;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly operation: AnyOperation,
		private readonly webhook?: string,
	) {
		this.results = context.getInputData().map(() => []);
		this.inputFiles = this.results.map(() => undefined);
		this.requests = new RequestMaker(operation);
		this.report = new RunReport(this.results.length, clock.now());
		this.progress = new Progress(context, `${operation.resource}: ${operation.value}`);
	}

	async start(): Promise<INodeExecutionData[]> {
		const canceled = this.context.getExecutionCancelSignal();
		const onCancel = () => this.stop.abort();
		if (canceled?.aborted) onCancel();
		canceled?.addEventListener('abort', onCancel);
		try {
			await this.process();
		} finally {
			canceled?.removeEventListener('abort', onCancel);
			this.stop.abort();
			this.progress.close();
		}
		if (canceled?.aborted) {
			throw toNodeError(this.context, { kind: 'stopped' }, { model: '', host: '', attempts: 0 }, 0);
		}
		const summary = this.tell();
		if (!this.failure) return itemsFor(this.context, this.operation, this.results.flat());
		// n8n shows no hints of a run that failed; what was paid until then must be known all the same.
		if (summary && this.results.length > 1)
			this.failure.description = `${this.failure.description ?? ''} ${summary}.`.trim();
		throw this.failure;
	}

	/** All inputs are read and checked before the first request: what cannot be sent must not cost the rest. */
	private async process(): Promise<void> {
		const entries = await this.readEntries();
		if (await this.differs(entries)) return;
		const parts = await this.partsOf(entries, undefined);
		if (this.failure || parts.length === 0) return;
		const client = await this.connect(entries.filter(({ isOver }) => !isOver));
		if (!client) return;
		await this.countPages(entries, client);
		if (this.failure) return;
		const { split, usesFacts } = this.operation;
		// How an input splits may depend on what its model takes.
		const open = entries.filter(({ isOver }) => !isOver);
		const fitting = split && usesFacts ? await this.partsOf(open, client) : await this.check(parts, client);
		if (this.failure) return;
		if (!this.operation.isFree) {
			const first = `${this.results.length} items, ${fitting.length} to be asked for`;
			// Who answers for a retired model is known before it is paid.
			for (const { entry } of fitting) this.answeredBy(entry.settings, client);
			this.progress.start([first, ...this.hints].join(' · '), () =>
				this.report.progress(clock.now(), client.meter.figures),
			);
		}
		const { gather } = this.operation;
		if (gather) return await this.gatherAll(fitting, gather, client);
		await this.askAll(fitting, client, openBatches(entries));
		await this.mergeAll(client);
	}

	/** One file after another: each may be large. */
	private async countPages(entries: readonly Entry[], client: Client): Promise<void> {
		for (const entry of entries) {
			const file = attempt(() => (entry.isOver ? undefined : this.operation.pagesOf?.(entry.input)));
			if (!file.ok || file.value === undefined) continue;
			const pages = await client.countPages(file.value);
			if (pages.ok) entry.pages = pages.value;
			else await this.fail(entry, pages.problem);
			if (this.stop.signal.aborted) return;
		}
	}

	/** The operation as what this input asks of it. */
	private tasksFor(input: Dict): Pick<AnyOperation, 'tasks' | 'name'> {
		const { name, tasks, tasksOf } = this.operation;
		return { name, tasks: tasksOf?.(input) ?? tasks };
	}

	private factsOf({ pages }: Entry, settings: Settings, client: Client | undefined): KnownModel {
		return { ...client?.facts(settings), pages };
	}

	private async askAll(parts: readonly Part[], client: Client, width: number): Promise<void> {
		const batches = planBatches(
			this.operation,
			parts.map(({ input }) => input),
		);
		// Each model has its own queue: one that is stuck holds up none of the others.
		const lanes = groupBy(batches, ({ owners }) => parts[owners[0]?.[0] ?? 0]?.settings.model ?? '');
		for (const [first, second] of groupBy(batches, ({ inputs }) => this.questionOf(inputs[0]))) {
			if (first && second) this.bound.add(this.questionOf(first.inputs[0]));
		}
		const shared = new SharedAnswers<Told>(this.keysOf(batches, parts));
		const ask = async (batch: Batch) => await this.tryBatch(batch, parts, client, shared);
		const fail = async (batch: Batch, missed: Missed) => await this.failBatch(batch, missed, parts);
		await Promise.all(
			lanes.map(async (lane) => await inParallel(lane, width, async (batch) => await askInHalves(batch, ask, fail))),
		);
	}

	/** The same for all requests whose answers are put in one order. */
	private questionOf(input: Dict): string {
		const { batch, merge } = this.operation;
		return batch && merge ? groupKey(input, batch.over) : '';
	}

	private async readEntries(): Promise<Entry[]> {
		const entries: Entry[] = [];
		const readInput = inputReader(this.context, this.operation);
		for (const item of this.results.keys()) {
			await this.breathe(item);
			if (this.stop.signal.aborted) break;
			const read = readInput(item);
			if (read.ok) {
				const settings = readSettings(this.operation, read.value);
				entries.push({
					item,
					input: this.sentTo(read.value),
					settings,
					results: [],
					earlier: [],
					missing: 0,
					missed: [],
					isOver: false,
				});
			} else {
				await this.fail({ item }, read.problem);
			}
		}
		return entries;
	}

	/** An input whose result goes where the run wants it. */
	private sentTo(input: Dict): Dict {
		if (this.webhook === undefined) return input;
		const options = isDict(input.options) ? input.options : {};
		return { ...input, options: { ...options, webhook: this.webhook } };
	}

	/** What holds for the run as a whole cannot differ between its items. */
	private async differs(entries: readonly Entry[]): Promise<boolean> {
		const inputs = entries.map(({ input }) => input);
		const conflict = findRunConflict(fieldsOf(this.operation), inputs);
		if (conflict) for (const entry of entries) await this.fail(entry, problemOf(conflict));
		return conflict !== undefined;
	}

	/** Lets Stop and n8n's other work in between: an expression for each of thousands of items takes seconds. */
	private async breathe(position: number): Promise<void> {
		if (position % 200 === 199) await clock.sleep(0, this.stop.signal);
	}

	private async partsOf(entries: readonly Entry[], client: Client | undefined): Promise<Part[]> {
		const { operation } = this;
		const parts: Part[] = [];
		for (const entry of entries) {
			const split = attempt(() =>
				// Pages are asked about one by one, whatever is shown of the answers.
				operation.split && (entry.pages !== undefined || maySplit(operation, entry.input))
					? operation.split(entry.input, this.factsOf(entry, entry.settings, client))
					: [entry.input],
			);
			if (split.ok) parts.push(...openParts(entry, split.value));
			else await this.fail(entry, split.problem);
		}
		return await this.check(parts, client);
	}

	/** The parts that can be sent. `request` is pure, so asking for it is the check. */
	private async check(parts: readonly Part[], client: Client | undefined): Promise<Part[]> {
		for (const [position, part] of parts.entries()) {
			await this.breathe(position);
			const { entry } = part;
			if (entry.isOver) continue;
			const check = attempt(() => {
				for (const model of part.settings.fallbacks) modelPath(model);
				const facts = this.factsTaken(part.entry, part.input, part.settings, client);
				part.fitted = part.fitted
					? this.requests.remake(part.fitted, part.input, facts)
					: this.requests.make([part.input], facts);
				checkFiles(this.context, part.fitted.request);
				this.inputFiles[entry.item] ??= inputFileName(this.context, part.fitted.request);
			});
			if (check.ok || (client && (await this.movePart(part, check.problem, client)))) continue;
			await this.fail(entry, check.problem);
		}
		return parts.filter(({ entry }) => !entry.isOver);
	}

	/** @throws InputError when the model is of another task */
	private factsTaken(entry: Entry, input: Dict, settings: Settings, client: Client | undefined): KnownModel {
		const facts = this.factsOf(entry, settings, client);
		// Where little is known of a model, its task may be wrong, too.
		const misfit =
			facts.schema && findOtherTask(facts.model, this.tasksFor(input), operations, resources, facts.schema);
		if (misfit) throw misfit;
		return facts;
	}

	/** Gives a part to the first other model that can do what it asks for. */
	private async movePart(part: Part, problem: Problem, client: Client): Promise<boolean> {
		const next = await this.nextModel(part.entry, { inputs: [part.input], settings: part.settings }, problem, client);
		if (next) {
			const { inputs, settings, fitted } = next;
			Object.assign(part, { input: inputs[0], settings, fitted });
		}
		return next !== undefined;
	}

	/** The same question for the next model that can do what it asks for; undefined where none may be asked. */
	private async nextModel(
		entry: Entry,
		{ inputs, settings }: Pick<Question, 'inputs' | 'settings'>,
		problem: Problem,
		client: Client,
	): Promise<Question | undefined> {
		if (this.bound.has(this.questionOf(inputs[0])) && this.operation.merge) return undefined;
		// What cannot be put to one of the others says no more about the rest.
		const isUnfit = problem.kind === 'input' && movedOf(inputs[0]) !== undefined;
		const reason = reasonToMove(problem, settings.model) ?? (isUnfit ? problem.message : undefined);
		const moved = reason === undefined ? undefined : moveInputs(inputs, reason);
		if (!moved || reason === undefined) return undefined;
		const next = { inputs: moved, settings: readSettings(this.operation, moved[0]) };
		await client.learn(next.settings);
		const form = this.forms.get(next.settings.model) ?? 0;
		const fitted = this.fit(entry, next, form, client);
		if (!fitted.ok) return await this.nextModel(entry, next, fitted.problem, client);
		this.progress.detail(`'${next.settings.model}' is asked, since ${reason}`);
		return { ...next, fitted: fitted.value, form };
	}

	private async connect(entries: readonly Entry[]): Promise<Client | undefined> {
		const all = entries.map(({ settings }) => settings);
		try {
			this.client = await Client.connect(this.context, this.stop.signal, all, this.operation.isFree === true, (line) =>
				this.progress.detail(line),
			);
		} catch (error) {
			for (const entry of entries) await this.fail(entry, problemOf(error));
		}
		return this.client;
	}

	/** What stands for the requests of which some may be equal: those that go alone, and whose answers do not differ. */
	private keysOf(batches: readonly Batch[], parts: readonly Part[]): string[] {
		const { operation } = this;
		if (!operation.isDeterministic) return [];
		const alone = batches.flatMap(({ owners }) =>
			owners.flat().length === 1 ? (parts[owners[0]?.[0] ?? 0] ?? []) : [],
		);
		return alone.flatMap((part) => {
			const { input, settings, fitted } = part;
			if (!fitted || settings.isDryRun || hasWebhook(input)) return [];
			const key = attempt(() =>
				operation.isDeterministic?.(input)
					? requestText(fitted.request, (file) => fileMark(this.context, file))
					: undefined,
			);
			if (!key.ok || key.value === undefined) return [];
			// In short, since a text may be long and there are many.
			part.key = `${settings.seconds} ${settings.fallbacks.join()} ${createHash('sha256').update(key.value).digest('base64')}`;
			return [part.key];
		});
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
		const pilot = this.pilots.get(model);
		if (pilot) await pilot;
		const trying = this.sendBatch(batch, parts, client, shared);
		if (!pilot && (this.operation.forms ?? 1) > 1) this.pilots.set(model, trying);
		return await trying;
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
		const { settings, entry } = owner;
		const { inputs } = batch;
		const form = this.forms.get(settings.model) ?? 0;
		const [only, ...others] = owners.flat();
		const fitted =
			form === 0 && others.length === 0 && only?.fitted
				? succeeded(only.fitted)
				: this.fit(entry, { inputs, settings }, form, client);
		const { results, attempts, billed, remains, by, reader }: Answered = !fitted.ok
			? { results: fitted, attempts: 0, billed: 0 }
			: settings.isDryRun
				? { results: succeeded([this.preview(fitted.value, settings, client)]), attempts: 0, billed: 0 }
				: await this.ask({ inputs, settings, fitted: fitted.value, form }, entry, client, shared, only?.key);
		if (results.ok && reader) return await this.takeLines(entry, reader, client);
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
		return { problem: results.problem, attempts, billed, remains, by };
	}

	private async failBatch(batch: Batch, missed: Missed, parts: readonly Part[]): Promise<void> {
		const all = ownersOf(batch, parts).flat();
		const bills = shareCost(missed.billed, all.length);
		for (const [index, { entry }] of all.entries()) await this.miss(entry, { ...missed, billed: bills[index] ?? 0 });
	}

	/** A part that brought nothing. The item fails with it, once all that its parts cost is known. */
	private async miss(entry: Entry, missed: Missed): Promise<void> {
		entry.missed.push(missed);
		entry.missing--;
		if (entry.missing === 0 || !this.context.continueOnFail()) await this.failMissed(entry);
	}

	private async failMissed(entry: Entry): Promise<void> {
		const [first] = entry.missed;
		if (first) await this.fail(entry, first.problem, first);
	}

	private fit(
		entry: Entry,
		{ inputs, settings }: Pick<Question, 'inputs' | 'settings'>,
		form: number,
		client: Client,
	): Outcome<Fitted> {
		return attempt(() => this.requests.make(inputs, { ...this.factsTaken(entry, inputs[0], settings, client), form }));
	}

	/** Asks in the form that the model takes, and another model where it does not answer, as long as nothing is billed. */
	private async askOn(first: Question, entry: Entry, client: Client, chunks: Chunks | undefined): Promise<Told> {
		for (let question = first; ; ) {
			const { inputs, settings, fitted, form } = question;
			const told = await client.ask(fitted.request, settings, this.operation, inputs, { chunks, form });
			const isOpen = told.billed === 0 && told.answers.length === 0;
			const problem = told.outcome.ok || !isOpen ? undefined : told.outcome.problem;
			const next =
				problem &&
				(this.nextForm(entry, question, problem, client) ?? (await this.nextModel(entry, question, problem, client)));
			if (!next) return { ...told, question };
			question = next;
		}
	}

	/** The same question in the next form, where the model does not take this one. */
	private nextForm(entry: Entry, question: Question, problem: Problem, client: Client): Question | undefined {
		const { forms = 1, isFormRefused } = this.operation;
		const { model } = question.settings;
		if (question.form + 1 >= forms || !isFormRefused?.(problem)) return undefined;
		// Learnt once for all items of the run: none of them pays for it again.
		const form = Math.max(question.form + 1, this.forms.get(model) ?? 0);
		this.forms.set(model, form);
		const fitted = this.fit(entry, question, form, client);
		return fitted.ok ? { ...question, fitted: fitted.value, form } : undefined;
	}

	/** One request, with its retries, and what its answer says for each input. */
	private async ask(
		first: Question,
		entry: Entry,
		client: Client,
		shared: SharedAnswers<Told>,
		key: string | undefined,
	): Promise<Answered> {
		const { operation } = this;
		const chunks = operation.stream && chunksFor(this.context, entry.item, operation.stream);
		const send = async () => await this.askOn(first, entry, client, chunks);
		const { told, isReused } =
			key !== undefined && chunks === undefined && shared.hasTwin(key)
				? await shared.ask(key, await digestFiles(this.context, first.fitted.request).catch(() => randomUUID()), send)
				: { told: await send(), isReused: false };
		const { outcome, answers, attempts } = told;
		const { inputs, settings } = told.question;
		const { request, dropped } = told.question.fitted;
		const moved = movedOf(inputs[0]);
		const by = moved && { model: settings.model, fallbackReason: moved.fallbackReason };
		const billed = isReused ? 0 : told.billed;
		const remains = told.remains ?? (outcome.ok ? undefined : chunks?.sent());
		if (!outcome.ok) return { results: outcome, attempts, billed, remains, by };
		chunks?.end();
		const answer = outcome.value;
		if (operation.openLines) {
			const opened = attempt(() => operation.openLines?.(answer, inputs));
			return opened.ok
				? { results: succeeded([]), reader: opened.value, attempts, billed }
				: { results: opened, attempts, billed };
		}
		const answering = servedBy(answer, inputs[0]) ?? { model: this.answeredBy(settings, client), ...moved };
		const usage = { ...usageOfAll(answers, answering.model, attempts, told.estimated), ...answering };
		const results = attempt(() =>
			withBills(
				readResults(
					operation,
					answer,
					inputs,
					dropped.length > 0 ? { ...usage, droppedParameters: dropped } : usage,
					request,
				),
			),
		);
		if (request.note) this.hints.add(request.note);
		for (const name of dropped) {
			this.hints.add(`'${this.requests.nameOf(name)}' was left out: the model '${settings.model}' does not know it`);
		}
		if (!results.ok) return { results: failed(withId(results.problem, usage.requestId)), attempts, billed, by };
		return { results: isReused ? succeeded(results.value.map(reused)) : results, attempts, billed };
	}

	/** What would be sent, and what it may cost, as the only output of its item. */
	private preview({ request, dropped }: Fitted, settings: Settings, client: Client): PartResult {
		const { model, schema, exampleSeconds } = client.facts(settings);
		const answeredBy = this.answeredBy(settings, client);
		const estimate = estimateCost(model?.price, { ...costFacts(request, schema), exampleSeconds });
		this.estimates.push(estimate.usd);
		if (request.note) this.hints.add(request.note);
		const json = {
			request: previewOf(
				request,
				(file) => fileLabel(this.context, file),
				(file) => fileType(this.context, file),
			),
			estimatedCostUsd: estimate.usd,
			estimateNote: estimate.usd === null ? estimate.why : undefined,
			replacedBy: answeredBy === settings.model ? undefined : answeredBy,
			droppedParameters: dropped.length > 0 ? dropped : undefined,
		};
		return { outputs: [{ json }], usage: { model: settings.model, attempts: 0 }, share: 1, kind: 'plain' };
	}

	/** A retired model is answered by its replacement. */
	private answeredBy(settings: Settings, client: Client): string {
		const replacement = client.replacement(settings);
		if (!replacement) return settings.model;
		this.hints.add(`The model '${settings.model}' is retired: DeepInfra answers with '${replacement}' instead`);
		return replacement;
	}

	private async deliver({ entry, index }: Part, result: PartResult, client: Client): Promise<void> {
		for (const { note } of result.outputs) if (note) this.hints.add(note);
		entry.results[index] = result;
		entry.missing--;
		if (entry.missing > 0 || entry.isOver) return;
		if (entry.missed.length > 0) return await this.failMissed(entry);
		const isWhole = this.operation.join ?? this.operation.merge;
		const spoilt = isWhole && entry.results.flatMap(({ outputs }) => outputs).find(({ problem }) => problem);
		if (spoilt?.problem) {
			const { requestId, attempts } = result.usage;
			return await this.fail(entry, { kind: 'answer', message: spoilt.problem, requestId }, { attempts });
		}
		if (this.operation.merge && result.kind === 'task') {
			this.answered.push(entry);
			return;
		}
		const finished = attempt(() => finish(this.operation, entry.input, entry.results, entry.earlier));
		if (!finished.ok) return await this.fail(entry, finished.problem);
		if ('ask' in finished.value) return await this.askAgain(entry, finished.value.ask, client);
		const { outputs } = finished.value;
		if (outputs.length === 0) this.unshared.push(paidFor(entry));
		const made = await this.makeItems(entry, outputs, client);
		entry.isOver = true;
		this.results[entry.item] = made;
		if (made.some(isResult)) this.report.succeed(outputs[0]?.json.usage);
	}

	/** All items together as the lines of files, one file after the other. */
	private async gatherAll(parts: readonly Part[], gather: GatherOf<Dict>, client: Client): Promise<void> {
		const byItem = new Map(parts.map((part) => [part.entry.item, part]));
		const askings: Asking[] = [];
		for (const { entry, input, fitted } of parts) {
			const name = attempt(() => gather.nameOf(input, entry.item));
			if (!name.ok) await this.fail(entry, name.problem);
			else if (fitted) askings.push({ item: entry.item, name: name.value, input, request: fitted.request });
		}
		const twins = findTwins(askings);
		for (const [position, twin] of twins) {
			const part = byItem.get(askings[position]?.item ?? -1);
			if (part) await this.fail(part.entry, problemOf(twin));
		}
		if (this.failure) return;
		const fail = async (item: number, problem: Problem) => {
			const part = byItem.get(item);
			if (part) await this.fail(part.entry, problem);
			return this.failure === undefined;
		};
		const single = askings.filter((_, position) => !twins.has(position));
		const isDry = ({ item }: Asking) => byItem.get(item)?.entry.settings.isDryRun === true;
		const made: string[] = [];
		for (const group of groupBy(single, (asking) => String(isDry(asking)))) {
			for (const pack of await gatherPacks(this.context, client, gather, group, fail)) {
				if (this.stop.signal.aborted) return;
				const asking = pack.lines.flatMap(({ items }) => items.flatMap((item) => byItem.get(item) ?? []));
				await this.sendPack(pack, asking, gather, client, made);
			}
		}
	}

	/** One file of lines; what it gives belongs to all of its items. @param made what was made before, for an error to tell */
	private async sendPack(
		{ lines, bytes, requests }: AskedPack,
		parts: readonly Part[],
		gather: GatherOf<Dict>,
		client: Client,
		made: string[],
	): Promise<void> {
		const [first, ...rest] = [...parts].sort((a, b) => a.entry.item - b.entry.item);
		if (!first) return;
		const { entry } = first;
		const { settings } = entry;
		const inputs: Inputs<Dict> = [first.input, ...rest.map(({ input }) => input)];
		const name = `n8n-${randomUUID()}.jsonl`;
		const file: FileRef = { file: 'lines', name, lines: lines.map(({ line }) => line), bytes };
		const estimate = this.estimateLines(requests, gather.priceShare, settings, client);
		const asked = await this.askPack(gather, file, inputs, settings, client, estimate);
		if (!asked.ok) {
			const remains = [asked.missed.remains, ...made].filter(Boolean).join(' ') || undefined;
			for (const part of [first, ...rest])
				await this.fail(part.entry, asked.missed.problem, { ...asked.missed, remains });
			return;
		}
		const outputs = asked.value.map(({ json, remains }): Finished => ({ json, remains, isRaw: false }));
		for (const { remains } of outputs) if (remains) made.push(remains);
		const pairedItem = [first, ...rest].map((part) => ({ item: part.entry.item }));
		const items = await this.makeItems(entry, outputs, client);
		this.results[entry.item] = items.map((item) => ({ ...item, pairedItem }));
		for (const part of [first, ...rest]) {
			part.entry.isOver = true;
			this.report.succeed(undefined);
		}
	}

	private async askPack(
		gather: GatherOf<Dict>,
		file: FileRef,
		inputs: Inputs<Dict>,
		settings: Settings,
		client: Client,
		estimate: Estimate,
	): Promise<{ ok: true; value: readonly Output[] } | { ok: false; missed: Missed }> {
		const missed = (problem: Problem, known: Partial<Missed> = {}) => ({
			ok: false as const,
			missed: { problem, attempts: 0, billed: 0, ...known },
		});
		const request = attempt(() => gather.send(file, inputs));
		if (!request.ok) return missed(request.problem);
		if (settings.isDryRun) return { ok: true, value: [this.previewLines(request.value, file, estimate)] };
		const over = overBudget(settings, estimate, this.promised);
		if (over) return missed(problemOf(over));
		const asked = await client.ask(request.value, settings, this.operation, inputs);
		if (!asked.outcome.ok) return missed(asked.outcome.problem, { attempts: asked.attempts, remains: asked.remains });
		const answer = asked.outcome.value;
		this.promised = addCosts([this.promised, estimate.usd ?? 0]);
		const outputs = attempt(() => this.operation.items(answer, inputs, request.value));
		return outputs.ok ? { ok: true, value: outputs.value } : missed(outputs.problem, { attempts: asked.attempts });
	}

	/** USD that all lines cost at most, where the catalogue tells. */
	private estimateLines(requests: readonly ApiRequest[], share: number, settings: Settings, client: Client): Estimate {
		const { model, schema } = client.facts(settings);
		const costs: number[] = [];
		for (const request of requests) {
			const estimate = estimateCost(model?.price, costFacts(request, schema));
			if (estimate.usd === null) return estimate;
			costs.push(estimate.usd * share);
		}
		return { usd: addCosts(costs) };
	}

	private previewLines(request: ApiRequest, file: FileRef, estimate: Estimate): Output {
		const [line = {}] = file.file === 'lines' ? file.lines : [];
		const nameOf = (each: FileRef) => fileLabel(this.context, each);
		this.estimates.push(estimate.usd);
		return {
			json: {
				request: previewOf(request, nameOf),
				firstLine: previewOf({ path: '', json: line }, nameOf).body,
				lines: file.file === 'lines' ? file.lines.length : 0,
				bytes: file.file === 'lines' ? file.bytes : 0,
				estimatedCostUsd: estimate.usd,
				estimateNote: estimate.usd === null ? estimate.why : undefined,
			},
		};
	}

	/** The results that stand in files of lines: each becomes an item as soon as it is read, so that no file is held whole. */
	private async takeLines(entry: Entry, reader: LineReader, client: Client): Promise<Missed | undefined> {
		const made: Array<{ readonly at: number; readonly items: readonly INodeExecutionData[] }> = [];
		const place = this.placeOf(entry, client);
		const take = async (output: LineOutput) => {
			made.push({ at: output.at, items: await this.lineItems(entry, output, place, client) });
		};
		for (let file = reader.next(); file; file = reader.next()) {
			const read = await client.readLines(file.path, entry.settings, async (line) => {
				for (const output of reader.read(line)) await take(output);
			});
			if (this.stop.signal.aborted) return undefined;
			if (read.ok) continue;
			const isGone = read.problem.kind === 'status' && read.problem.status === 404;
			if (!file.otherwise || !isGone) return { problem: read.problem, attempts: 1, billed: 0 };
			for (const output of file.otherwise) await take(output);
		}
		for (const request of reader.after) {
			if (!(await client.tidy(request))) this.hints.add(`Not done at DeepInfra: ${request.remains ?? request.path}`);
		}
		entry.isOver = true;
		this.results[entry.item] = made.sort((a, b) => a.at - b.at).flatMap(({ items }) => items);
		this.report.succeed(undefined);
		return undefined;
	}

	private async lineItems(
		entry: Entry,
		{ name, json, failure, note, answer = {}, isReused = false }: LineOutput,
		place: Place,
		client: Client,
	): Promise<INodeExecutionData[]> {
		if (note) this.hints.add(note);
		if (failure) return await this.failedItems(entry, failure, { attempts: 1, subject: name });
		const usage = usageOfLine(answer, isReused);
		const { item, problems } = await client.maker.make({ json: { ...json, usage }, isRaw: false }, place);
		const [problem] = problems;
		if (item) return [item];
		return problem ? await this.failedItems(entry, problem, { attempts: 1, subject: name }) : [];
	}

	private placeOf({ item, input, settings }: Entry, client: Client): Place {
		const fieldName = typeof input.outputDataFieldName === 'string' ? input.outputDataFieldName : 'data';
		const names = (this.fileNames ??= new FileNames(this.inputFiles, this.operation.resource));
		const areFiles = makesFiles([...this.operation.tasks, ...(client.facts(settings).model?.tasks ?? [])]);
		return { ...settings, item, fieldName, names, makesFiles: areFiles };
	}

	/** The items of one input. An output that is none, or whose file cannot be had, fails alone. */
	private async makeItems(entry: Entry, outputs: readonly Finished[], client: Client): Promise<INodeExecutionData[]> {
		const made: INodeExecutionData[] = [];
		const place = this.placeOf(entry, client);
		const missing: Array<{ readonly problem: Problem; readonly billed?: number; readonly remains?: string }> = [];
		for (const output of outputs) {
			const { requestId, costUsd } = usageIn(output);
			const { item: good, problems, notes } = await this.makeItem(output, place, client);
			if (good) made.push(good);
			for (const note of notes) this.hints.add(note);
			// What the good part carries is not told twice.
			const billed = good ? undefined : costUsd;
			for (const [index, problem] of problems.entries()) {
				const { remains } = output;
				missing.push({ problem: withId(problem, requestId), billed: index === 0 ? billed : undefined, remains });
			}
		}
		const [first] = missing;
		if (first && made.length === 0) {
			const billed = outputs.length === 1 ? (first.billed ?? paidFor(entry)) : paidFor(entry);
			return this.counted(await this.failedItems(entry, first.problem, { ...first, billed }));
		}
		for (const { problem, ...known } of missing) made.push(...(await this.failedItems(entry, problem, known)));
		return made;
	}

	private async makeItem(output: Finished, place: Place, client: Client): Promise<Made> {
		if (output.problem === undefined) return await client.maker.make(output, place);
		return { problems: [{ kind: 'answer', message: output.problem }], notes: [] };
	}

	/** Items that answer one question together come out in the answer's order, where the first of them stood. */
	private async mergeAll(client: Client): Promise<void> {
		const { merge } = this.operation;
		if (!merge) return;
		const entries = this.answered.filter(({ isOver }) => !isOver).sort((a, b) => a.item - b.item);
		for (const [first, ...rest] of groupAnswered(this.operation, entries)) {
			if (!first) continue;
			const merged = attempt(() => mergeGroup(merge, [first, ...rest]));
			const made: INodeExecutionData[] = [];
			if (!merged.ok) for (const entry of [first, ...rest]) await this.fail(entry, merged.problem);
			else for (const { entry, output } of merged.value) made.push(...(await this.makeItems(entry, [output], client)));
			if (merged.ok) for (const { results } of [first, ...rest]) this.report.succeed(results[0]?.usage);
			if (merged.ok && made.length === 0) this.unshared.push(...[first, ...rest].map(paidFor));
			if (merged.ok) this.results[first.item] = made;
		}
	}

	/** Another round for an item whose answers have to be brought together by asking once more. */
	private async askAgain(entry: Entry, inputs: readonly Dict[], client: Client): Promise<void> {
		entry.earlier.push(...entry.results);
		entry.results = [];
		await this.askAll(await this.check(openParts(entry, inputs), client), client, inputs.length);
	}

	private async fail(
		entry: Pick<Entry, 'item'> & Partial<Entry>,
		problem: Problem,
		known: Partial<Pick<Missed, 'attempts' | 'remains' | 'by'>> = {},
	): Promise<void> {
		if (entry.isOver) return;
		entry.isOver = true;
		const { attempts, remains, by } = known;
		const billed = paidFor(entry);
		this.results[entry.item] = this.counted(
			await this.failedItems(entry, problem, { attempts, remains, billed, ...by }),
		);
	}

	/** An item that failed as a whole. */
	private counted(items: INodeExecutionData[]): INodeExecutionData[] {
		const [failed] = items;
		if (failed) this.report.fail(String(failed.json.error));
		else if (this.failure) this.report.fail(this.failure.message);
		return items;
	}

	/** Without "Continue on fail" the first failure ends the run: what is not finished would be thrown away. */
	private async failedItems(
		{ item, settings }: Pick<Entry, 'item'> & Partial<Entry>,
		problem: Problem,
		known: Partial<Pick<Situation, 'attempts' | 'billed' | 'remains' | 'subject' | 'model' | 'fallbackReason'>>,
	): Promise<INodeExecutionData[]> {
		if (this.stop.signal.aborted && problem.kind === 'stopped') return [];
		const { attempts = 0, billed, remains, model = settings?.model ?? '', fallbackReason } = known;
		const isUnknown = isUnknownModel(problem.kind === 'unsent' ? problem.cause : problem);
		const goesOn = this.context.continueOnFail();
		// Asked for before the run is ended, which would end the question, too.
		const nearestModels = isUnknown ? await this.client?.nearestModels(model) : undefined;
		if (!goesOn) this.stop.abort();
		const host = this.client?.account.host ?? '';
		const substitute = substituteFor(this.operation.tasks);
		const screenNames = this.requests.names;
		const about = { model, fallbackReason, subject: known.subject, nearestModels, substitute, screenNames };
		const situation = { ...about, host, attempts, billed, remains };
		const kept = settings?.keepsInput ? this.context.getInputData()[item] : undefined;
		if (goesOn) return [toFailedItem(problem, situation, item, kept)];
		this.failure ??= toNodeError(this.context, problem, situation, item);
		return [];
	}

	/** Says in the output panel, the log and the list of executions what the run did. What only tells cannot fail a run. */
	private tell(): string | undefined {
		const { client, context, report } = this;
		if (!client) return undefined;
		if (this.operation.isFree) {
			attempt(() => this.hint([...this.hints].slice(0, 10)));
			return undefined;
		}
		const told = attempt(() => {
			const unshared = addCosts(this.unshared);
			if (unshared > 0) this.hints.add(`${exactDollars(unshared)} was billed for items that gave no output`);
			const { figures } = client.meter;
			const summary = report.summary(clock.now(), figures);
			this.progress.stop(summary);
			tagExecution(context, { ...figures, failed: report.failures, model: client.models.join(', ') });
			const total = this.estimates.length > 0 ? [summarizeEstimates(this.estimates)] : [];
			this.hint([...[...this.hints].slice(0, 10), ...total, summary]);
			return summary;
		});
		return told.ok ? told.value : undefined;
	}

	private hint(messages: readonly string[]): void {
		// Older n8n has no hints.
		if (messages.length > 0 && 'addExecutionHints' in this.context)
			this.context.addExecutionHints(...messages.map((message) => ({ message, location: 'outputPane' as const })));
	}
}

/** Why a file of lines is not sent: what it costs is billed later, so the budget has to judge it before. */
function overBudget({ budget }: Settings, estimate: Estimate, promised: number): InputError | undefined {
	if (budget === Infinity) return undefined;
	if (estimate.usd === null) {
		return new InputError(
			`What this costs at most is not known, so 'Budget (USD)' cannot be kept: ${estimate.why}`,
			"Set 'Max Tokens', or remove 'Budget (USD)'. Nothing was sent.",
		);
	}
	const all = addCosts([promised, estimate.usd]);
	if (all <= budget) return undefined;
	return new InputError(
		`This may cost ${exactDollars(all)}, and 'Budget (USD)' is ${exactDollars(budget)}`,
		"Raise the budget, lower 'Max Tokens', or send fewer items. Nothing was sent.",
	);
}

/** Whether an item is a result, not a failure. */
const isResult = ({ json }: INodeExecutionData): boolean => !(Object.keys(json).length === 1 && 'error' in json);

/** USD that was billed for an item so far, whatever came of it. */
const paidFor = ({ earlier = [], results = [], missed = [] }: Partial<Entry>): number =>
	addCosts([
		// A part that is not answered leaves a hole.
		usageOfItem([...earlier, ...results.filter(Boolean)])?.costUsd ?? 0,
		...missed.map(({ billed }) => billed),
	]);

const usageIn = ({ json: { usage } }: Finished) => {
	const { requestId, costUsd } = isDict(usage) ? usage : {};
	return { requestId: optionalText(requestId), costUsd: number(costUsd) };
};

/** A problem that came up after the answer, with the request that the answer belongs to. */
const withId = (problem: Problem, requestId: string | undefined): Problem =>
	problem.kind === 'answer' || problem.kind === 'download' || problem.kind === 'storage'
		? { ...problem, requestId: problem.requestId ?? requestId }
		: problem;

const ownersOf = ({ owners }: Batch, parts: readonly Part[]): Part[][] =>
	owners.map((positions) => positions.flatMap((position) => parts[position] ?? []));

function groupBy<T>(list: readonly T[], keyOf: (entry: T) => string): T[][] {
	const groups = new Map<string, T[]>();
	for (const entry of list) {
		const key = keyOf(entry);
		const group = groups.get(key);
		if (group) group.push(entry);
		else groups.set(key, [entry]);
	}
	return [...groups.values()];
}

function openParts(entry: Entry, inputs: readonly Dict[]): Part[] {
	entry.missing = inputs.length;
	return inputs.map((input, index) => ({ entry, index, input, settings: entry.settings }));
}

/** How many batches of a model are open at a time: those that run, and many more that wait for their next try. */
const openBatches = ([first]: readonly Entry[]): number => 4 * (first?.settings.maxConcurrency ?? MOST_PER_MODEL) + 100;
