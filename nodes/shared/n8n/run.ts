import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { costFacts, estimateCost } from '../catalog/estimate';
import type { Fitted } from '../schema/fitRequest';
import { isInputTooLong, isUnknownModel, type Situation } from '../engine/explain';
import { FileNames } from '../media/fileName';
import { makesFiles } from '../media/find';
import { finish, readResults, type Finished, type PartResult } from '../engine/assemble';
import { groupAnswered, mergeGroup } from '../engine/merge';
import { RequestMaker } from '../engine/requests';
import type { AnyOperation, Dict } from '../core/operation';
import { inParallel } from '../engine/parallel';
import { halve, isAlone, planBatches, type Batch } from '../engine/plan';
import { previewOf } from '../engine/preview';
import { attempt, problemOf, succeeded, type Outcome, type Problem } from '../core/problem';
import { readSettings, type Settings } from '../engine/settings';
import { usageOfAll } from '../engine/usage';
import { clock } from './http/clock';
import { toFailedItem, toNodeError } from './errors';
import { checkFiles, fileLabel, inputFileName } from './http/files';
import { inputReader } from './inputs';
import { Client } from './client';

/** One input item, and what has come of it so far. */
interface Entry {
	readonly item: number;
	readonly input: Dict;
	readonly settings: Settings;
	results: PartResult[];
	/** What earlier rounds of questions brought. */
	readonly earlier: PartResult[];
	missing: number;
	isOver: boolean;
}

/** What came of asking, and what goes on although it brought nothing. */
interface Answered {
	readonly results: Outcome<PartResult[]>;
	readonly attempts: number;
	readonly remains?: string;
}

/** What is asked for one item; an item that splits has several. */
interface Part {
	readonly entry: Entry;
	readonly index: number;
	readonly input: Dict;
	/** What is sent when it is asked for alone; made by the check. */
	fitted?: Fitted;
}

/** Runs an operation over all input items: items out in the order of the items in, each paired. */
export async function runItems(context: IExecuteFunctions, operation: AnyOperation): Promise<INodeExecutionData[]> {
	return await new ItemRun(context, operation).start();
}

class ItemRun {
	private readonly stop = new AbortController();
	private readonly results: INodeExecutionData[][];
	private readonly requests: RequestMaker;
	private readonly hints = new Set<string>();
	/** For each item the name of the file that goes in, after which what comes out is called. */
	private readonly inputFiles: Array<string | undefined>;
	private fileNames: FileNames | undefined;
	/** Items that wait for others, with which they are put in order. */
	private readonly answered: Entry[] = [];
	/** The form in which each model is asked, where it does not take the first. */
	private readonly forms = new Map<string, number>();
	private client: Client | undefined;
	private failure: Error | undefined;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly operation: AnyOperation,
	) {
		this.results = context.getInputData().map(() => []);
		this.inputFiles = this.results.map(() => undefined);
		this.requests = new RequestMaker(operation);
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
		}
		if (canceled?.aborted) {
			throw toNodeError(this.context, { kind: 'stopped' }, { model: '', host: '', attempts: 0 }, 0);
		}
		if (this.failure) throw this.failure;
		this.tell();
		return this.results.flat();
	}

	/** All inputs are read and checked before the first request: what cannot be sent must not cost the rest. */
	private async process(): Promise<void> {
		const entries = await this.readEntries();
		const parts = await this.partsOf(entries, undefined);
		if (this.failure || parts.length === 0) return;
		const client = await this.connect(entries.filter(({ isOver }) => !isOver));
		if (!client) return;
		const { split, usesFacts } = this.operation;
		// How an input splits may depend on what its model takes.
		const open = entries.filter(({ isOver }) => !isOver);
		const fitting = split && usesFacts ? await this.partsOf(open, client) : await this.check(parts, client);
		if (this.failure) return;
		await this.askAll(fitting, client, openBatches(entries));
		await this.mergeAll(client);
	}

	private async askAll(parts: readonly Part[], client: Client, width: number): Promise<void> {
		const batches = planBatches(
			this.operation,
			parts.map(({ input }) => input),
		);
		await inParallel(batches, width, async (batch) => await this.runBatch(batch, parts, client));
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
				entries.push({ item, input: read.value, settings, results: [], earlier: [], missing: 0, isOver: false });
			} else {
				await this.fail({ item }, read.problem, 0);
			}
		}
		return entries;
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
				operation.split && !isAlone(entry.input)
					? operation.split(entry.input, client?.facts(entry.settings) ?? {})
					: [entry.input],
			);
			if (split.ok) parts.push(...openParts(entry, split.value));
			else await this.fail(entry, split.problem, 0);
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
				const facts = client?.facts(entry.settings) ?? {};
				part.fitted = part.fitted
					? this.requests.remake(part.fitted, part.input, facts)
					: this.requests.make([part.input], facts);
				checkFiles(this.context, part.fitted.request);
				this.inputFiles[entry.item] ??= inputFileName(this.context, part.fitted.request);
			});
			if (!check.ok) await this.fail(entry, check.problem, 0);
		}
		return parts.filter(({ entry }) => !entry.isOver);
	}

	private async connect(entries: readonly Entry[]): Promise<Client | undefined> {
		const all = entries.map(({ settings }) => settings);
		try {
			this.client = await Client.connect(this.context, this.stop.signal, all, this.operation.isFree === true);
		} catch (error) {
			for (const entry of entries) await this.fail(entry, problemOf(error), 0);
		}
		return this.client;
	}

	private async runBatch(batch: Batch, parts: readonly Part[], client: Client): Promise<void> {
		const owners = batch.owners.map((positions) => positions.flatMap((position) => parts[position] ?? []));
		const settings = owners[0]?.[0]?.entry.settings;
		if (!settings || this.stop.signal.aborted) return;
		const form = this.forms.get(settings.model) ?? 0;
		const [only, ...others] = owners.flat();
		const fitted =
			form === 0 && others.length === 0 && only?.fitted
				? succeeded(only.fitted)
				: this.fitBatch(batch, settings, client, form);
		const { results, attempts, remains }: Answered = !fitted.ok
			? { results: fitted, attempts: 0 }
			: settings.isDryRun
				? { results: succeeded([this.preview(fitted.value, settings, client)]), attempts: 0 }
				: await this.ask(batch, fitted.value, settings, client);
		if (results.ok) {
			const deliveries = owners.flatMap((group, position) => {
				const result = results.value[position];
				const share = result && { ...result, share: result.share / group.length };
				return share ? group.map(async (part) => await this.deliver(part, share, client)) : [];
			});
			await Promise.all(deliveries);
			return;
		}
		const { problem } = results;
		const { forms = 1, isFormRefused } = this.operation;
		if (form + 1 < forms && isFormRefused?.(problem)) {
			// Learnt once for all items of the run: none of them pays for it again.
			this.forms.set(settings.model, Math.max(form + 1, this.forms.get(settings.model) ?? 0));
			return await this.runBatch(batch, parts, client);
		}
		// One bad text must not fail its neighbours: halve the batch until it stands alone.
		const halves = isAboutInput(problem) ? halve(batch) : undefined;
		if (halves) {
			await Promise.all(halves.map(async (half) => await this.runBatch(half, parts, client)));
			return;
		}
		for (const { entry } of owners.flat()) await this.fail(entry, problem, attempts, remains);
	}

	private fitBatch({ inputs }: Batch, settings: Settings, client: Client, form: number): Outcome<Fitted> {
		return attempt(() => this.requests.make(inputs, { ...client.facts(settings), form }));
	}

	/** One request, with its retries, and what its answer says for each input. */
	private async ask(
		{ inputs }: Batch,
		{ request, dropped }: Fitted,
		settings: Settings,
		client: Client,
	): Promise<Answered> {
		const { operation } = this;
		const { outcome, answers, attempts, remains } = await client.ask(request, settings, operation, inputs);
		if (!outcome.ok) return { results: outcome, attempts, remains };
		const answer = outcome.value;
		const usage = usageOfAll(answers, this.answeredBy(settings, client), attempts);
		const results = attempt(() =>
			readResults(
				operation,
				answer,
				inputs,
				dropped.length > 0 ? { ...usage, droppedParameters: dropped } : usage,
				request,
			),
		);
		if (request.note) this.hints.add(request.note);
		for (const name of dropped) {
			this.hints.add(`'${this.requests.nameOf(name)}' was left out: the model '${settings.model}' does not know it`);
		}
		return { results, attempts };
	}

	/** What would be sent, and what it may cost, as the only output of its item. */
	private preview({ request, dropped }: Fitted, settings: Settings, client: Client): PartResult {
		const estimate = estimateCost(client.facts(settings).model?.price, costFacts(request));
		const json = {
			request: previewOf(request, (file) => fileLabel(this.context, file)),
			estimatedCostUsd: estimate.usd,
			estimateNote: estimate.usd === null ? estimate.why : undefined,
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
		const { problem: message } = result.outputs.find(({ problem }) => problem !== undefined) ?? {};
		if (message !== undefined) {
			const { requestId, attempts } = result.usage;
			return await this.fail(entry, { kind: 'answer', message, requestId }, attempts);
		}
		entry.results[index] = result;
		entry.missing--;
		if (entry.missing > 0 || entry.isOver) return;
		if (this.operation.merge) {
			this.answered.push(entry);
			return;
		}
		const finished = attempt(() => finish(this.operation, entry.input, entry.results, entry.earlier));
		if (!finished.ok) return await this.fail(entry, finished.problem, 0);
		if ('ask' in finished.value) return await this.askAgain(entry, finished.value.ask, client);
		const made = await this.makeItems(entry, finished.value.outputs, client);
		if (!made) return;
		entry.isOver = true;
		this.results[entry.item] = made;
	}

	/** The items of one input; undefined when it failed over them. An output whose file cannot be had fails alone. */
	private async makeItems(
		entry: Entry,
		outputs: readonly Finished[],
		client: Client,
	): Promise<INodeExecutionData[] | undefined> {
		const { item, input, settings } = entry;
		const made: INodeExecutionData[] = [];
		const missing: Array<{ readonly problem: Problem; readonly remains?: string }> = [];
		const fieldName = typeof input.outputDataFieldName === 'string' ? input.outputDataFieldName : 'data';
		const names = (this.fileNames ??= new FileNames(this.inputFiles, this.operation.resource));
		const areFiles = makesFiles([...this.operation.tasks, ...(client.facts(settings).model?.tasks ?? [])]);
		for (const output of outputs) {
			const place = { ...settings, item, fieldName, names, makesFiles: areFiles };
			const { item: good, problems, notes } = await client.maker.make(output, place);
			if (good) made.push(good);
			missing.push(...problems.map((problem) => ({ problem, remains: output.remains })));
			for (const note of notes) this.hints.add(note);
		}
		const [first] = missing;
		if (!first) return made;
		if (made.length === 0 || !this.context.continueOnFail()) {
			await this.fail(entry, first.problem, 0, first.remains);
			return undefined;
		}
		for (const { problem, remains } of missing) {
			made.push(toFailedItem(problem, this.situation(entry, 0, remains), item, this.context.getInputData()[item]));
		}
		return made;
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
			if (!merged.ok) for (const entry of [first, ...rest]) await this.fail(entry, merged.problem, 0);
			else
				for (const { entry, output } of merged.value)
					made.push(...((await this.makeItems(entry, [output], client)) ?? []));
			if (merged.ok) this.results[first.item] = made;
		}
	}

	/** Another round for an item whose answers have to be brought together by asking once more. */
	private async askAgain(entry: Entry, inputs: readonly Dict[], client: Client): Promise<void> {
		entry.earlier.push(...entry.results);
		entry.results = [];
		await this.askAll(await this.check(openParts(entry, inputs), client), client, inputs.length);
	}

	/** Without "Continue on fail" the first failure ends the run: what is not finished would be thrown away. */
	private async fail(
		entry: Pick<Entry, 'item'> & Partial<Entry>,
		problem: Problem,
		attempts: number,
		remains?: string,
	): Promise<void> {
		if (entry.isOver || (this.stop.signal.aborted && problem.kind === 'stopped')) return;
		entry.isOver = true;
		const goesOn = this.context.continueOnFail();
		if (!goesOn) this.stop.abort();
		const known = this.situation(entry, attempts, remains);
		const nearestModels = isUnknownModel(problem) ? await this.client?.nearestModels(known.model) : undefined;
		const situation = { ...known, nearestModels };
		const kept = entry.settings?.keepsInput ? this.context.getInputData()[entry.item] : undefined;
		if (goesOn) this.results[entry.item] = [toFailedItem(problem, situation, entry.item, kept)];
		else this.failure ??= toNodeError(this.context, problem, situation, entry.item);
	}

	/** What the words of a failure may refer to. */
	private situation({ settings }: Partial<Entry>, attempts: number, remains?: string): Situation {
		const host = this.client?.account.host ?? '';
		return { model: settings?.model ?? '', host, attempts, screenNames: this.requests.names, remains };
	}

	/** Says in the output panel what the run did and what it left out. */
	private tell(): void {
		// Older n8n has no hints.
		if (!this.client || this.operation.isFree || !('addExecutionHints' in this.context)) return;
		const summary = this.client.meter.summary(this.results.length, clock.now());
		const messages = [...[...this.hints].slice(0, 10), summary];
		this.context.addExecutionHints(...messages.map((message) => ({ message, location: 'outputPane' as const })));
	}
}

function openParts(entry: Entry, inputs: readonly Dict[]): Part[] {
	entry.missing = inputs.length;
	return inputs.map((input, index) => ({ entry, index, input }));
}

/** How many batches are open at a time: those that run, and many more that wait for their next try. */
const openBatches = ([first]: readonly Entry[]): number => 4 * (first?.settings.maxConcurrency ?? 1) + 100;

/** Whether a failure is about what was sent, so that a part of it may still succeed. */
function isAboutInput(problem: Problem): boolean {
	if (problem.kind === 'refusal') return true;
	if (problem.kind !== 'status') return false;
	if ([400, 413, 422].includes(problem.status)) return true;
	return isInputTooLong(problem);
}
