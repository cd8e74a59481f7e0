import { randomUUID } from 'crypto';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { costFacts, estimateCost, mostFacts, type Estimate } from '../catalog/estimate';
import type { Finished } from '../engine/assemble';
import { addCosts, exactDollars } from '../engine/bill';
import { findTwins } from '../engine/gather';
import type { Missed } from '../engine/halving';
import { previewOf } from '../engine/preview';
import type { Settings } from '../engine/settings';
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
import { attempt, InputError, problemOf, type Problem } from '../core/problem';
import { groupBy } from '../core/values';
import type { Client } from './client';
import type { Entry, Part } from './entry';
import { gatherPacks, type AskedPack, type Asking } from './gather';
import { fileLabel } from './http/files';
import type { RunResults } from './results';
import { attemptInSteps } from './http/clock';

/** Items that travel together as the lines of files, and results that come so. */
export class LineFiles {
	/** What follows results that were read, once it is certain that they are handed on. */
	private readonly after: ApiRequest[] = [];

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly operation: AnyOperation,
		private readonly results: RunResults,
		private readonly stop: AbortController,
	) {}

	/** All items together as the lines of files, one file after the other. */
	async send(parts: readonly Part[], gather: GatherOf<Dict>, client: Client): Promise<void> {
		const byItem = new Map(parts.map((part) => [part.entry.item, part]));
		const askings: Asking[] = [];
		for (const { entry, input, fitted } of parts) {
			const name = attempt(() => gather.nameOf(input, entry.item));
			if (!name.ok) await this.results.fail(entry, name.problem);
			else if (fitted) askings.push({ item: entry.item, name: name.value, input, request: fitted.request });
		}
		const twins = findTwins(askings);
		for (const [position, twin] of twins) {
			const part = byItem.get(askings[position]?.item ?? -1);
			if (part) await this.results.fail(part.entry, problemOf(twin));
		}
		if (this.results.failure) return;
		const fail = async (item: number, problem: Problem) => {
			const part = byItem.get(item);
			if (part) await this.results.fail(part.entry, problem);
			return this.results.failure === undefined;
		};
		const single = askings.filter((_, position) => !twins.has(position));
		const isDry = ({ item }: Asking) => byItem.get(item)?.entry.settings.isDryRun === true;
		const made: string[] = [];
		for (const group of groupBy(single, (asking) => String(isDry(asking)))) {
			const packs = await gatherPacks(this.context, client, gather, group, fail);
			const files = packs.flatMap((pack) => {
				const items = pack.lines.flatMap((line) => line.items).sort((a, b) => a - b);
				const [first, ...rest] = items.flatMap((item) => byItem.get(item) ?? []);
				if (!first) return [];
				const estimate = this.estimateLines(pack, first.entry.settings, gather.priceShare, client);
				return [{ pack, parts: [first, ...rest] as const, estimate }];
			});
			const [first] = files;
			// All together, before the first is sent.
			const over =
				first &&
				overBudget(
					first.parts[0].entry.settings,
					files.map(({ estimate }) => estimate),
				);
			for (const { pack, parts: asking, estimate } of files) {
				if (this.stop.signal.aborted) return;
				await this.sendPack(pack, asking, gather, client, made, over ?? estimate);
			}
		}
	}

	/** One file of lines; what it gives belongs to all of its items. @param made what was made before, for an error to tell */
	private async sendPack(
		{ lines, bytes }: AskedPack,
		[first, ...rest]: readonly [Part, ...Part[]],
		gather: GatherOf<Dict>,
		client: Client,
		made: string[],
		estimate: Estimate | InputError,
	): Promise<void> {
		const { entry } = first;
		const { settings } = entry;
		const inputs: Inputs<Dict> = [first.input, ...rest.map(({ input }) => input)];
		const name = `n8n-${randomUUID()}.jsonl`;
		const file: FileRef = { file: 'lines', name, lines: lines.map(({ line }) => line), bytes };
		const asked = await this.askPack(gather, file, inputs, settings, client, estimate);
		if (!asked.ok) {
			const remains = [asked.missed.remains, ...made].filter(Boolean).join(' ') || undefined;
			for (const part of [first, ...rest])
				await this.results.fail(part.entry, asked.missed.problem, { ...asked.missed, remains });
			return;
		}
		const outputs = asked.value.map(({ json, remains }): Finished => ({ json, remains, isRaw: false }));
		for (const { remains } of outputs) if (remains) made.push(remains);
		const pairedItem = [first, ...rest].map((part) => ({ item: part.entry.item }));
		const items = await this.results.makeItems(entry, outputs, client);
		this.results.keep(
			entry.item,
			items.map((item) => ({ ...item, pairedItem })),
		);
		for (const part of [first, ...rest]) {
			part.entry.isOver = true;
			this.results.report.succeed(undefined);
		}
	}

	private async askPack(
		gather: GatherOf<Dict>,
		file: FileRef,
		inputs: Inputs<Dict>,
		settings: Settings,
		client: Client,
		estimate: Estimate | InputError,
	): Promise<{ ok: true; value: readonly Output[] } | { ok: false; missed: Missed }> {
		const missed = (problem: Problem, known: Partial<Missed> = {}) => ({
			ok: false as const,
			missed: { problem, attempts: 0, billed: 0, ...known },
		});
		if (estimate instanceof InputError) return missed(problemOf(estimate));
		const request = attempt(() => gather.send(file, inputs));
		if (!request.ok) return missed(request.problem);
		if (settings.isDryRun) return { ok: true, value: [this.previewLines(request.value, file, estimate)] };
		const asked = await client.ask(request.value, settings, this.operation, inputs);
		if (!asked.outcome.ok) return missed(asked.outcome.problem, { attempts: asked.attempts, remains: asked.remains });
		const answer = asked.outcome.value;
		const outputs = await attemptInSteps(() => this.operation.items(answer, inputs, request.value));
		return outputs.ok ? { ok: true, value: outputs.value } : missed(outputs.problem, { attempts: asked.attempts });
	}

	/** USD that all lines cost, where the catalogue tells: about, for a dry run, and at most, for a budget. */
	private estimateLines({ requests }: AskedPack, settings: Settings, share: number, client: Client): Estimate {
		const { model, schema } = client.models.facts(settings);
		const costs: number[] = [];
		for (const request of requests) {
			const facts = costFacts(request, schema);
			const estimate = estimateCost(model?.price, settings.isDryRun ? facts : mostFacts(facts));
			if (estimate.usd === null) return estimate;
			costs.push(estimate.usd * share);
		}
		return { usd: addCosts(costs) };
	}

	private previewLines(request: ApiRequest, file: FileRef, estimate: Estimate): Output {
		const [line = {}] = file.file === 'lines' ? file.lines : [];
		const nameOf = (each: FileRef) => fileLabel(this.context, each);
		this.results.estimates.push(estimate.usd);
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

	/** Does what follows results. To be called when nothing can keep them from being handed on any more. */
	async tidy(client: Client): Promise<void> {
		for (const request of this.after) {
			if (!(await client.tidy(request)))
				this.results.hints.add(`Not done at DeepInfra: ${request.remains ?? request.path}`);
		}
	}

	/** The results that stand in files of lines: each becomes an item as soon as it is read, so that no file is held whole. */
	async take(entry: Entry, reader: LineReader, client: Client): Promise<Missed | undefined> {
		const made: Array<{ readonly at: number; readonly items: readonly INodeExecutionData[] }> = [];
		const place = this.results.placeOf(entry, client);
		const take = async (output: LineOutput) => {
			made.push({ at: output.at, items: await this.results.lineItems(entry, output, place, client) });
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
		this.after.push(...reader.after);
		entry.isOver = true;
		this.results.keep(
			entry.item,
			made.sort((a, b) => a.at - b.at).flatMap(({ items }) => items),
		);
		this.results.report.succeed(undefined);
		return undefined;
	}
}

/** Why files of lines are not sent: what they cost is billed later, so the budget has to judge them before. */
export function overBudget(
	{ budget, isDryRun }: Pick<Settings, 'budget' | 'isDryRun'>,
	estimates: readonly Estimate[],
): InputError | undefined {
	if (budget === Infinity || isDryRun) return undefined;
	const unknown = estimates.find((estimate) => estimate.usd === null);
	if (unknown?.usd === null) {
		return new InputError(
			`What this costs at most is not known, so 'Budget (USD)' cannot be kept: ${unknown.why}`,
			"Set 'Max Tokens', or remove 'Budget (USD)'. Nothing was sent.",
		);
	}
	const all = addCosts(estimates.map(({ usd }) => usd ?? 0));
	if (all <= budget) return undefined;
	return new InputError(
		`This may cost ${exactDollars(all)}, and 'Budget (USD)' is ${exactDollars(budget)}`,
		"Raise the budget, lower 'Max Tokens', or send fewer items. Nothing was sent.",
	);
}
