import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { nearestNames } from '../catalog/nearest';
import { errorText, isDict } from '../core/answer';
import { finish, piecesOf, type Piece } from '../core/assemble';
import { callUntilAnswered, type Run } from '../core/call';
import { Gate } from '../core/gate';
import { screenNames } from '../core/input';
import { Meter } from '../core/meter';
import type { AnyOperation, ApiRequest, Dict, ModelFacts } from '../core/operation';
import { halve, isAlone, planJobs, type Job } from '../core/plan';
import { previewOf } from '../core/preview';
import { attempt, problemOf, succeeded, type Problem } from '../core/problem';
import { readSettings, type Settings } from '../core/settings';
import { shareOf, usageOf } from '../core/usage';
import { listModels, readFacts } from './catalog';
import { clock } from './clock';
import { readAccount, type Account } from './credential';
import { failedItem, toNodeError } from './errors';
import { fileLabel } from './files';
import { Transport } from './http';
import { readInputs } from './inputs';
import { ItemMaker } from './outputs';

/** One input item, and what has come of it so far. */
interface Entry {
	readonly item: number;
	readonly input: Dict;
	readonly settings: Settings;
	readonly pieces: Piece[];
	missing: number;
	isOver: boolean;
}

/** What is asked for one item; an item that splits has several. */
interface Part {
	readonly entry: Entry;
	readonly index: number;
	readonly input: Dict;
}

/** What the requests of a run share. */
interface Service {
	readonly account: Account;
	readonly transport: Transport;
	readonly run: Run;
	readonly meter: Meter;
	readonly maker: ItemMaker;
	readonly facts: ReadonlyMap<string, ModelFacts>;
}

/** Runs an operation over all input items: items out in the order of the items in, each paired. */
export async function runItems(context: IExecuteFunctions, operation: AnyOperation): Promise<INodeExecutionData[]> {
	return await new ItemRun(context, operation).start();
}

class ItemRun {
	private readonly stop = new AbortController();
	private readonly results: INodeExecutionData[][];
	private failure: Error | undefined;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly operation: AnyOperation,
	) {
		this.results = context.getInputData().map(() => []);
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
		if (canceled?.aborted)
			throw toNodeError(this.context, { kind: 'stopped' }, { model: '', host: '', attempts: 0 }, 0);
		if (this.failure) throw this.failure;
		return this.results.flat();
	}

	/** All inputs are read and checked before the first request: what cannot be sent must not cost the rest. */
	private async process(): Promise<void> {
		const entries = await this.readEntries();
		const parts = await this.checkedParts(entries);
		if (this.failure || parts.length === 0) return;
		const service = await this.connect(entries.filter(({ isOver }) => !isOver));
		if (!service) return;
		const jobs = planJobs(
			this.operation,
			parts.map(({ input }) => input),
		);
		await Promise.all(jobs.map(async (job) => await this.runJob(job, parts, service)));
		this.tell(service.meter.summary(this.results.length, clock.now()));
	}

	private tell(message: string): void {
		// n8n before 1.9x has no hints.
		if ('addExecutionHints' in this.context) this.context.addExecutionHints({ message, location: 'outputPane' });
	}

	private async readEntries(): Promise<Entry[]> {
		const entries: Entry[] = [];
		for (const [item, read] of readInputs(this.context, this.operation).entries()) {
			if (read.ok) {
				const settings = readSettings(this.operation, read.value);
				entries.push({ item, input: read.value, settings, pieces: [], missing: 0, isOver: false });
			} else {
				await this.fail({ item }, read.problem, 0);
			}
		}
		return entries;
	}

	private async connect(entries: readonly Entry[]): Promise<Service | undefined> {
		try {
			const account = await readAccount(this.context);
			const transport = new Transport(this.context, account, this.stop.signal);
			const gate = () => new Gate(entries[0]?.settings.maxConcurrency ?? 1, clock, this.stop.signal);
			const meter = new Meter(entries[0]?.settings.budget ?? Infinity, clock.now());
			const shared = { clock, signal: this.stop.signal, random: Math.random };
			const run: Run = { ...shared, gate: gate(), blocked: () => meter.exceeded() };
			const models = this.operation.usesFacts ? [...new Set(entries.map(({ settings }) => settings.model))] : [];
			const read = async (model: string) => [model, await readFacts(transport, model)] as const;
			// Downloads wait for each other, not for the service.
			const maker = new ItemMaker(this.context, transport, { ...shared, gate: gate() });
			return { account, transport, run, meter, maker, facts: new Map(await Promise.all(models.map(read))) };
		} catch (error) {
			for (const entry of entries) await this.fail(entry, problemOf(error), 0);
			return undefined;
		}
	}

	private async checkedParts(entries: readonly Entry[]): Promise<Part[]> {
		const { operation } = this;
		const checked: Part[] = [];
		for (const entry of entries) {
			const split = operation.split && !isAlone(entry.input) ? operation.split(entry.input) : [entry.input];
			// `request` is pure, so asking for it is the check.
			const check = attempt(() => split.map((input) => operation.request([input], {})));
			entry.missing = split.length;
			if (!check.ok) await this.fail(entry, check.problem, 0);
			else for (const [index, input] of split.entries()) checked.push({ entry, index, input });
		}
		return checked;
	}

	private async runJob(job: Job, parts: readonly Part[], service: Service): Promise<void> {
		const owners = job.owners.map((positions) => positions.flatMap((position) => parts[position] ?? []));
		const settings = owners[0]?.[0]?.entry.settings;
		if (!settings || this.stop.signal.aborted) return;
		const { pieces: read, attempts } = await this.ask(job, settings, service);
		if (read.ok) {
			const deliveries = owners.flatMap((group, position) => {
				const piece = read.value[position];
				const share = piece && group.length > 1 ? { ...piece, usage: shareOf(piece.usage, 1 / group.length) } : piece;
				return share ? group.map(async (part) => await this.deliver(part, share, service)) : [];
			});
			await Promise.all(deliveries);
			return;
		}
		// One bad text must not fail its neighbours: halve the batch until it stands alone.
		const halves = isAboutInput(read.problem) ? halve(job) : undefined;
		if (halves) {
			await Promise.all(halves.map(async (half) => await this.runJob(half, parts, service)));
			return;
		}
		for (const { entry } of owners.flat()) await this.fail(entry, read.problem, attempts, service.account);
	}

	/** One request, with its retries, and what its answer says for each input. */
	private async ask({ inputs }: Job, settings: Settings, { transport, run, meter, facts }: Service) {
		const { model, seconds, maxRetries } = settings;
		const request = attempt(() => this.operation.request(inputs, facts.get(model) ?? {}));
		if (!request.ok) return { pieces: request, attempts: 0 };
		if (settings.isDryRun) return { pieces: succeeded([this.preview(request.value)]), attempts: 0 };
		const send = async () => await transport.send(request.value, seconds);
		const { outcome, attempts } = await callUntilAnswered(send, maxRetries, run);
		meter.add(outcome.ok ? outcome.value : undefined, attempts);
		if (!outcome.ok) return { pieces: outcome, attempts };
		const answer = outcome.value;
		const pieces = attempt(() => piecesOf(this.operation, answer, inputs, usageOf(answer, model, attempts)));
		return { pieces, attempts };
	}

	/** What would be sent, as the only output of its item. */
	private preview(request: ApiRequest): Piece {
		const json = { request: previewOf(request, (file) => fileLabel(this.context, file)), estimatedCostUsd: null };
		return { outputs: [{ json }], usage: { model: '', attempts: 0 }, kind: 'receipt' };
	}

	private async deliver({ entry, index }: Part, piece: Piece, service: Service): Promise<void> {
		entry.pieces[index] = piece;
		entry.missing--;
		if (entry.missing > 0 || entry.isOver) return;
		const { item, input, settings } = entry;
		const finished = attempt(() => finish(this.operation, input, entry.pieces));
		if (!finished.ok) return await this.fail(entry, finished.problem, 0, service.account);
		const made: INodeExecutionData[] = [];
		for (const [position, output] of finished.value.entries()) {
			const fileName = position === 0 ? this.operation.resource : `${this.operation.resource}_${position}`;
			const data = await service.maker.make(output, { item, fileName, seconds: settings.seconds });
			if (!data.ok) return await this.fail(entry, data.problem, 0, service.account);
			made.push(data.value);
		}
		entry.isOver = true;
		this.results[item] = made;
	}

	/** Without "Continue on fail" the first failure ends the run: what is not finished would be thrown away. */
	private async fail(
		entry: Pick<Entry, 'item'> & Partial<Entry>,
		problem: Problem,
		attempts: number,
		account?: Account,
	): Promise<void> {
		if (entry.isOver || (this.stop.signal.aborted && problem.kind === 'stopped')) return;
		entry.isOver = true;
		const goesOn = this.context.continueOnFail();
		if (!goesOn) this.stop.abort();
		const model = entry.settings?.model ?? '';
		const error = toNodeError(
			this.context,
			problem,
			{
				model,
				host: account?.host ?? '',
				attempts,
				nearestModels: await this.nearestModels(problem, model, account),
				screenNames: screenNames(this.operation.fields),
			},
			entry.item,
		);
		if (goesOn) this.results[entry.item] = [failedItem(error, entry.item)];
		else this.failure ??= error;
	}

	private async nearestModels(problem: Problem, model: string, account: Account | undefined): Promise<string[]> {
		if (problem.kind !== 'status' || problem.status !== 404 || !account) return [];
		const models = await listModels(this.context, account).catch(() => []);
		return nearestNames(
			model,
			models.map(({ name }) => name),
		);
	}
}

/** Whether a failure is about what was sent, so that a part of it may still succeed. */
function isAboutInput(problem: Problem): boolean {
	if (problem.kind === 'refusal') return true;
	if (problem.kind !== 'status') return false;
	if ([400, 413, 422].includes(problem.status)) return true;
	return (
		problem.status === 500 && isDict(problem.body) && /too long|context length/i.test(errorText(problem.body) ?? '')
	);
}
