import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { costFacts, estimateCost } from '../catalog/estimate';
import type { Fitted } from '../schema/fitRequest';
import { errorText } from '../core/answer';
import { finish, readResults, type PartResult } from '../engine/assemble';
import { RequestMaker } from '../engine/requests';
import type { AnyOperation, Dict } from '../core/operation';
import { inParallel } from '../engine/parallel';
import { halve, isAlone, planBatches, type Batch } from '../engine/plan';
import { previewOf } from '../engine/preview';
import { attempt, problemOf, succeeded, type Outcome, type Problem } from '../core/problem';
import { readSettings, type Settings } from '../engine/settings';
import { usageOf } from '../engine/usage';
import { clock } from './http/clock';
import { failedItem, toNodeError } from './errors';
import { checkFiles, fileLabel } from './http/files';
import { inputReader } from './inputs';
import { Client } from './client';

/** One input item, and what has come of it so far. */
interface Entry {
	readonly item: number;
	readonly input: Dict;
	readonly settings: Settings;
	readonly pieces: PartResult[];
	missing: number;
	isOver: boolean;
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
	private service: Client | undefined;
	private failure: Error | undefined;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly operation: AnyOperation,
	) {
		this.results = context.getInputData().map(() => []);
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
		const parts = await this.partsOf(entries);
		if (this.failure || parts.length === 0) return;
		const service = await this.connect(entries.filter(({ isOver }) => !isOver));
		if (!service) return;
		const fitting = await this.check(parts, service);
		if (this.failure) return;
		const jobs = planBatches(
			this.operation,
			fitting.map(({ input }) => input),
		);
		await inParallel(jobs, openJobs(entries), async (job) => await this.runJob(job, fitting, service));
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
				entries.push({ item, input: read.value, settings, pieces: [], missing: 0, isOver: false });
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

	private async partsOf(entries: readonly Entry[]): Promise<Part[]> {
		const { operation } = this;
		const parts: Part[] = [];
		for (const entry of entries) {
			const split = operation.split && !isAlone(entry.input) ? operation.split(entry.input) : [entry.input];
			entry.missing = split.length;
			for (const [index, input] of split.entries()) parts.push({ entry, index, input });
		}
		return await this.check(parts, undefined);
	}

	/** The parts that can be sent. `request` is pure, so asking for it is the check. */
	private async check(parts: readonly Part[], service: Client | undefined): Promise<Part[]> {
		for (const [position, part] of parts.entries()) {
			await this.breathe(position);
			const { entry } = part;
			if (entry.isOver) continue;
			const check = attempt(() => {
				const facts = service?.facts(entry.settings) ?? {};
				part.fitted = part.fitted
					? this.requests.remake(part.fitted, part.input, facts)
					: this.requests.make([part.input], facts);
				checkFiles(this.context, part.fitted.request);
			});
			if (!check.ok) await this.fail(entry, check.problem, 0);
		}
		return parts.filter(({ entry }) => !entry.isOver);
	}

	private async connect(entries: readonly Entry[]): Promise<Client | undefined> {
		const all = entries.map(({ settings }) => settings);
		try {
			this.service = await Client.connect(this.context, this.stop.signal, all, this.operation.isFree === true);
		} catch (error) {
			for (const entry of entries) await this.fail(entry, problemOf(error), 0);
		}
		return this.service;
	}

	private async runJob(job: Batch, parts: readonly Part[], service: Client): Promise<void> {
		const owners = job.owners.map((positions) => positions.flatMap((position) => parts[position] ?? []));
		const settings = owners[0]?.[0]?.entry.settings;
		if (!settings || this.stop.signal.aborted) return;
		const [only, ...others] = owners.flat();
		const fitted = others.length === 0 && only?.fitted ? succeeded(only.fitted) : this.fitJob(job, settings, service);
		const { pieces, attempts } = !fitted.ok
			? { pieces: fitted, attempts: 0 }
			: settings.isDryRun
				? { pieces: succeeded([this.preview(fitted.value, settings, service)]), attempts: 0 }
				: await this.ask(job, fitted.value, settings, service);
		if (pieces.ok) {
			const deliveries = owners.flatMap((group, position) => {
				const piece = pieces.value[position];
				const share = piece && { ...piece, share: piece.share / group.length };
				return share ? group.map(async (part) => await this.deliver(part, share, service)) : [];
			});
			await Promise.all(deliveries);
			return;
		}
		// One bad text must not fail its neighbours: halve the batch until it stands alone.
		const halves = isAboutInput(pieces.problem) ? halve(job) : undefined;
		if (halves) {
			await Promise.all(halves.map(async (half) => await this.runJob(half, parts, service)));
			return;
		}
		for (const { entry } of owners.flat()) await this.fail(entry, pieces.problem, attempts);
	}

	private fitJob({ inputs }: Batch, settings: Settings, service: Client): Outcome<Fitted> {
		return attempt(() => this.requests.make(inputs, service.facts(settings)));
	}

	/** One request, with its retries, and what its answer says for each input. */
	private async ask(
		{ inputs }: Batch,
		{ request, dropped }: Fitted,
		settings: Settings,
		service: Client,
	): Promise<{ pieces: Outcome<PartResult[]>; attempts: number }> {
		const { operation } = this;
		const { outcome, attempts } = await service.ask(request, settings, operation);
		if (!outcome.ok) return { pieces: outcome, attempts };
		const answer = outcome.value;
		const usage = usageOf(answer, this.answeredBy(settings, service), attempts);
		const pieces = attempt(() =>
			readResults(operation, answer, inputs, dropped.length > 0 ? { ...usage, droppedParameters: dropped } : usage),
		);
		for (const name of dropped) {
			this.hints.add(`'${this.requests.nameOf(name)}' was left out: the model '${settings.model}' does not know it`);
		}
		return { pieces, attempts };
	}

	/** What would be sent, and what it may cost, as the only output of its item. */
	private preview({ request, dropped }: Fitted, settings: Settings, service: Client): PartResult {
		const estimate = estimateCost(service.facts(settings).model?.price, costFacts(request));
		const json = {
			request: previewOf(request, (file) => fileLabel(this.context, file)),
			estimatedCostUsd: estimate.usd,
			estimateNote: estimate.usd === null ? estimate.why : undefined,
			droppedParameters: dropped.length > 0 ? dropped : undefined,
		};
		return { outputs: [{ json }], usage: { model: settings.model, attempts: 0 }, share: 1, kind: 'plain' };
	}

	/** A retired model is answered by its replacement. */
	private answeredBy(settings: Settings, service: Client): string {
		const replacement = service.replacement(settings);
		if (!replacement) return settings.model;
		this.hints.add(`The model '${settings.model}' is retired: DeepInfra answers with '${replacement}' instead`);
		return replacement;
	}

	private async deliver({ entry, index }: Part, piece: PartResult, service: Client): Promise<void> {
		entry.pieces[index] = piece;
		entry.missing--;
		if (entry.missing > 0 || entry.isOver) return;
		const { item, input, settings } = entry;
		const finished = attempt(() => finish(this.operation, input, entry.pieces));
		if (!finished.ok) return await this.fail(entry, finished.problem, 0);
		const made: INodeExecutionData[] = [];
		const fieldName = typeof input.outputDataFieldName === 'string' ? input.outputDataFieldName : 'data';
		for (const [position, output] of finished.value.entries()) {
			const fileName = position === 0 ? this.operation.resource : `${this.operation.resource}_${position}`;
			const data = await service.maker.make(output, { item, fieldName, fileName, seconds: settings.seconds });
			if (!data.ok) return await this.fail(entry, data.problem, 0);
			made.push(data.value);
		}
		entry.isOver = true;
		this.results[item] = made;
	}

	/** Without "Continue on fail" the first failure ends the run: what is not finished would be thrown away. */
	private async fail(entry: Pick<Entry, 'item'> & Partial<Entry>, problem: Problem, attempts: number): Promise<void> {
		if (entry.isOver || (this.stop.signal.aborted && problem.kind === 'stopped')) return;
		entry.isOver = true;
		const goesOn = this.context.continueOnFail();
		if (!goesOn) this.stop.abort();
		const model = entry.settings?.model ?? '';
		const isUnknown = problem.kind === 'status' && problem.status === 404;
		const situation = {
			model,
			host: this.service?.account.host ?? '',
			attempts,
			nearestModels: isUnknown ? await this.service?.nearestModels(model) : undefined,
			screenNames: this.requests.names,
		};
		const error = toNodeError(this.context, problem, situation, entry.item);
		if (goesOn) this.results[entry.item] = [failedItem(error, entry.item)];
		else this.failure ??= error;
	}

	/** Says in the output panel what the run did and what it left out. */
	private tell(): void {
		// Older n8n has no hints.
		if (!this.service || this.operation.isFree || !('addExecutionHints' in this.context)) return;
		const summary = this.service.meter.summary(this.results.length, clock.now());
		const messages = [...[...this.hints].slice(0, 10), summary];
		this.context.addExecutionHints(...messages.map((message) => ({ message, location: 'outputPane' as const })));
	}
}

/** How many jobs are open at a time: those that run, and many more that wait for their next try. */
const openJobs = ([first]: readonly Entry[]): number => 4 * (first?.settings.maxConcurrency ?? 1) + 100;

/** Whether a failure is about what was sent, so that a part of it may still succeed. */
function isAboutInput(problem: Problem): boolean {
	if (problem.kind === 'refusal') return true;
	if (problem.kind !== 'status') return false;
	if ([400, 413, 422].includes(problem.status)) return true;
	return problem.status === 500 && /too long|context length/i.test(errorText(problem.body) ?? '');
}
