import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { summarizeEstimates } from '../catalog/estimate';
import { substituteFor } from '../catalog/substitutes';
import { isUnknownModel } from '../engine/statuses';
import type { Situation } from '../engine/words';
import type { Finished } from '../engine/assemble';
import { addCosts, exactDollars } from '../engine/bill';
import type { Missed } from '../engine/halving';
import { RunReport, type IsKnown } from '../engine/report';
import { billOfLine, usageOfLine } from '../engine/usage';
import { FileNames } from '../media/fileName';
import { makesFiles } from '../media/find';
import { isDict, number, optionalText } from '../core/answer';
import { optionFields, type Field } from '../core/fields';
import type { AnyOperation, LineOutput } from '../core/operation';
import { attempt, withId, type Problem } from '../core/problem';
import { fieldsOf } from '../operations/fields';
import type { Settings } from '../engine/settings';
import type { Client } from './client';
import { isTool } from './context';
import { paidFor, type Entry } from './entry';
import { toFailedItem, toNodeError } from './errors';
import { clock, ENDED, takeTurns } from './http/clock';
import type { Made, Place } from './outputs';
import { tagExecution, type Progress } from './progress';

/** Of what is left at the service, that an error names. */
const MOST_LEFT = 50;

/** What becomes of the items of a run, and what its end says about them. */
export class RunResults {
	/** What the end of the run says. */
	readonly hints = new Set<string>();
	/** USD that each dry run would cost; null where nobody can say. */
	readonly estimates: Array<number | null> = [];
	/** Billed for items that gave no output which could say so. */
	readonly unshared: number[] = [];
	/** For each item the name of the file that goes in, after which what comes out is called. */
	readonly inputFiles: Array<string | undefined>;
	readonly report: RunReport;
	/** Whether a log may have words that stand in quotes. */
	readonly isKnown: IsKnown;
	/** Those that the run asks. */
	readonly models = new Set<string>();
	/** What ended the run. */
	failure: ReturnType<typeof toNodeError> | undefined;
	/** Once there is one. */
	client: Client | undefined;
	private readonly items: INodeExecutionData[][];
	private fileNames: FileNames | undefined;
	/** Which of the models make files. */
	private readonly fileMakers = new Map<string, boolean>();
	private readonly failed = new WeakSet<INodeExecutionData>();
	/** What is paid and stands or goes on at the service, and how to get it. */
	private readonly left: Array<{ readonly item: number; readonly remains: string }> = [];

	/**
	 * @param screenNames what the screen calls the API's names
	 * @param stop ends the run
	 */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly operation: AnyOperation,
		private readonly screenNames: Readonly<Record<string, string>>,
		private readonly stop: AbortController,
	) {
		this.items = context.getInputData().map(() => []);
		this.inputFiles = this.items.map(() => undefined);
		const fields = fieldsOf(operation).flatMap((field) => [field, ...optionFields(field)].map(labelOf));
		const labels = new Set([operation.name, ...fields]);
		this.isKnown = (words) => labels.has(words) || this.models.has(words);
		this.report = new RunReport(this.items.length, clock.now(), this.isKnown);
	}

	/** How many items came in. */
	get count(): number {
		return this.items.length;
	}

	/** What comes out, in the order of what came in. */
	all(): INodeExecutionData[] {
		return this.items.flat();
	}

	/** What a run that hands nothing on leaves at the service, beside what its failure says already. */
	leftBehind(said: string): string[] {
		const seen = new Set<string>();
		// Whichever ended first. Items that travel together leave the same.
		const inOrder = [...this.left].sort((one, other) => one.item - other.item);
		const others = inOrder.filter(({ remains }) => {
			const isTold = said.includes(remains) || seen.has(remains);
			seen.add(remains);
			return !isTold;
		});
		const told = others.slice(0, MOST_LEFT).map(({ item, remains }) => `Item ${item}: ${remains}`);
		return others.length > MOST_LEFT ? [...told, `So it is with ${others.length - MOST_LEFT} more items.`] : told;
	}

	keep(item: number, made: INodeExecutionData[]): void {
		this.items[item] = made;
	}

	succeed(entry: Entry, made: INodeExecutionData[], usage: unknown): void {
		entry.isOver = true;
		this.keep(entry.item, made);
		if (made.some((each) => !this.failed.has(each))) this.report.succeed(usage);
	}

	async fail(
		entry: Pick<Entry, 'item'> & Partial<Entry>,
		problem: Problem,
		known: Partial<Pick<Missed, 'attempts' | 'remains' | 'by'>> = {},
	): Promise<void> {
		if (entry.isOver) return;
		entry.isOver = true;
		// Thousands may fail at once; the first one ends a run that does not go on.
		if (this.context.continueOnFail()) await takeTurns();
		const { attempts, remains, by } = known;
		const billed = paidFor(entry);
		const items = await this.failedItems(entry, problem, { attempts, remains, billed, ...by });
		this.keep(entry.item, this.counted(items, problem));
	}

	/** A part that brought nothing. The item fails with it, once all that its parts cost is known. */
	async miss(entry: Entry, missed: Missed): Promise<void> {
		entry.missed.push(missed);
		entry.missing--;
		if (entry.missing === 0 || !this.context.continueOnFail()) await this.failMissed(entry);
	}

	async failMissed(entry: Entry): Promise<void> {
		const [first] = entry.missed;
		if (first) await this.fail(entry, first.problem, first);
	}

	/** An item that failed as a whole. */
	private counted(items: INodeExecutionData[], { kind }: Problem): INodeExecutionData[] {
		const [failed] = items;
		if (failed) this.report.fail(String(failed.json.error));
		// What the end of the run stopped has not failed.
		else if (this.failure && kind !== 'stopped') this.report.fail(this.failure.message);
		return items;
	}

	/** Without "Continue on fail" the first failure ends the run: what is not finished would be thrown away. */
	async failedItems(
		{ item, settings }: Pick<Entry, 'item'> & Partial<Entry>,
		problem: Problem,
		known: Partial<Pick<Situation, 'attempts' | 'billed' | 'remains' | 'subject' | 'model' | 'fallbackReason'>>,
	): Promise<INodeExecutionData[]> {
		if (this.stop.signal.aborted && problem.kind === 'stopped') {
			if (known.remains !== undefined) this.left.push({ item, remains: known.remains });
			return [];
		}
		// Failures that an item brought itself hold a service's words, too.
		const told = this.client?.account.redactProblem(problem) ?? problem;
		const { attempts = 0, billed, remains, model = settings?.model ?? '', fallbackReason } = known;
		const isUnknown = isUnknownModel(problem.kind === 'unsent' ? problem.cause : problem);
		const goesOn = this.context.continueOnFail();
		// Asked for before the run is ended, which would end the question, too.
		const nearestModels = isUnknown && model !== '' ? await this.client?.models.nearest(model) : undefined;
		if (!goesOn) this.stop.abort(ENDED);
		const host = this.client?.account.host ?? '';
		const substitute = substituteFor(this.operation.tasks);
		const { screenNames } = this;
		const about = { model, fallbackReason, subject: known.subject, nearestModels, substitute, screenNames };
		const situation = { ...about, host, attempts, billed, remains };
		if (goesOn) {
			const kept = settings?.keepsInput && !isTool(this.context) ? this.context.getInputData()[item] : undefined;
			const failed = toFailedItem(this.context.getNode(), told, situation, item, kept);
			this.failed.add(failed);
			return [failed];
		}
		this.failure ??= toNodeError(this.context, told, situation, item);
		return [];
	}

	/** The items of one input. An output that is none, or whose file cannot be had, fails alone. */
	async makeItems(entry: Entry, outputs: readonly Finished[], client: Client): Promise<INodeExecutionData[]> {
		const made: INodeExecutionData[] = [];
		const place = this.placeOf(entry, client);
		const missing: Array<{ readonly problem: Problem; readonly billed?: number; readonly remains?: string }> = [];
		for (const output of outputs) {
			await takeTurns();
			const { requestId, costUsd } = usageIn(output);
			if (output.remains !== undefined) this.left.push({ item: entry.item, remains: output.remains });
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
			return this.counted(await this.failedItems(entry, first.problem, { ...first, billed }), first.problem);
		}
		for (const { problem, ...known } of missing) made.push(...(await this.failedItems(entry, problem, known)));
		return made;
	}

	private async makeItem(output: Finished, place: Place, client: Client): Promise<Made> {
		if (output.problem === undefined && output.failure === undefined) return await client.maker.make(output, place);
		return { problems: [output.failure ?? { kind: 'answer', message: output.problem ?? '' }], notes: [] };
	}

	async lineItems(
		entry: Entry,
		{ name, json, failure, note, answer = {}, isReused = false }: LineOutput,
		place: Place,
		client: Client,
	): Promise<INodeExecutionData[]> {
		if (note) this.hints.add(note);
		const failed = { attempts: 1, subject: name, billed: billOfLine(answer, isReused) };
		if (failure) return await this.failedItems(entry, failure, failed);
		const usage = usageOfLine(answer, isReused);
		const { item, problems } = await client.maker.make({ json: { ...json, usage }, isRaw: false }, place);
		const [problem] = problems;
		if (item) return [item];
		return problem ? await this.failedItems(entry, problem, failed) : [];
	}

	private areFilesMade(settings: Settings, client: Client): boolean {
		const known = this.fileMakers.get(settings.model);
		if (known !== undefined) return known;
		const found = makesFiles([...this.operation.tasks, ...(client.models.facts(settings).model?.tasks ?? [])]);
		this.fileMakers.set(settings.model, found);
		return found;
	}

	placeOf({ item, input, settings }: Entry, client: Client): Place {
		const fieldName = typeof input.outputDataFieldName === 'string' ? input.outputDataFieldName : 'data';
		const names = (this.fileNames ??= new FileNames(this.inputFiles, this.operation.resource));
		const { makes: medium } = this.operation;
		return { ...settings, item, fieldName, names, makesFiles: this.areFilesMade(settings, client), medium };
	}

	/** Says in the output panel, the log and the list of executions what the run did. What only tells cannot fail a run. */
	tell(progress: Progress): string | undefined {
		const { client, context, report } = this;
		if (this.operation.isFree) {
			attempt(() => this.hint([...this.hints].slice(0, 10)));
			return undefined;
		}
		const told = attempt(() => {
			const unshared = addCosts(this.unshared);
			if (unshared > 0) this.hints.add(`${exactDollars(unshared)} was billed for items that gave no output`);
			const figures = client?.meter.figures ?? { requests: 0, retries: 0 };
			const summary = report.summary(clock.now(), figures);
			progress.stop(summary);
			tagExecution(context, { ...figures, failed: report.failures, model: client?.models.names.join(', ') ?? '' });
			const total =
				this.estimates.length > 0 ? [summarizeEstimates(this.estimates, this.operation.batch !== undefined)] : [];
			this.hint([...[...this.hints].slice(0, 10), ...total, summary]);
			return figures.requests > 0 ? summary : undefined;
		});
		return told.ok ? told.value : undefined;
	}

	private hint(messages: readonly string[]): void {
		// Older n8n has no hints.
		if (messages.length > 0 && 'addExecutionHints' in this.context)
			this.context.addExecutionHints(...messages.map((message) => ({ message, location: 'outputPane' as const })));
	}
}

const labelOf = ({ displayName }: Field): string => displayName;

export const usageIn = ({ json: { usage } }: Finished) => {
	const { requestId, costUsd } = isDict(usage) ? usage : {};
	return { requestId: optionalText(requestId), costUsd: number(costUsd) };
};
