import { randomUUID } from 'crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import { costFacts, estimateCost } from '../catalog/estimate';
import { findOtherTask } from '../catalog/otherTask';
import type { Fitted } from '../schema/fitRequest';
import { readResults, type PartResult } from '../engine/assemble';
import { askedOf, moveInputs, movedOf, reasonToMove, servedBy } from '../engine/fallback';
import { Forms } from '../engine/forms';
import { Groups, hasWebhook, type Batch } from '../engine/plan';
import { previewOf } from '../engine/preview';
import { withoutQuotes } from '../engine/report';
import type { RequestMaker } from '../engine/requests';
import type { SharedAnswers } from '../engine/reuse';
import { readSettings, type Settings } from '../engine/settings';
import { reused, usageOfAll, withBills } from '../engine/usage';
import type { AnyOperation, ApiRequest, Dict } from '../core/operation';
import { attempt, failed, succeeded, withId, type Outcome, type Problem } from '../core/problem';
import { groupBy } from '../core/values';
import { operations, resources } from '../operations';
import type { KnownModel } from './catalog';
import { chunksFor } from './chunks';
import type { Client } from './client';
import type { Asking } from './inquiry';
import type { Answered, Entry, Part, Question, Told } from './entry';
import { attemptInSteps, takeTurns } from './http/clock';
import { digestFiles, fileLabel, fileType, requestMark } from './http/files';
import type { Progress } from './progress';
import type { RunResults } from './results';

/** Puts the questions of a run: in the form that a model takes, to another model where one does not answer. */
export class Questions {
	readonly forms: Forms;
	/** Questions of several requests whose answers are put in one order: no part of such a one may move to another model. */
	private readonly bound = new Set<string>();
	private readonly groups = new Groups();
	/** Over when the files of all questions so far are read. */
	private digested: Promise<unknown> = Promise.resolve();

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly operation: AnyOperation,
		private readonly requests: RequestMaker,
		private readonly results: RunResults,
		private readonly progress: Progress,
	) {
		this.forms = new Forms(operation);
	}

	/** Keeps together what several requests ask together. */
	bind(batches: readonly Batch[]): void {
		for (const [first, second] of groupBy(batches, ({ inputs }) => this.questionOf(inputs[0]))) {
			if (first && second) this.bound.add(this.questionOf(first.inputs[0]));
		}
	}

	/** The operation as what this input asks of it. */
	private tasksFor(input: Dict): Pick<AnyOperation, 'tasks' | 'name'> {
		const { name, tasks, tasksOf } = this.operation;
		return { name, tasks: tasksOf?.(input) ?? tasks };
	}

	factsOf({ pages }: Entry, settings: Settings, client: Client | undefined): KnownModel {
		return { ...client?.models.facts(settings), pages };
	}

	/** @throws InputError when the model is of another task */
	factsTaken(entry: Entry, input: Dict, settings: Settings, client: Client | undefined): KnownModel {
		const facts = this.factsOf(entry, settings, client);
		// Where little is known of a model, its task may be wrong, too.
		const misfit =
			facts.schema && findOtherTask(facts.model, this.tasksFor(input), operations, resources, facts.schema);
		if (misfit) throw misfit;
		return facts;
	}

	/** The same for all requests whose answers are put in one order. */
	private questionOf(input: Dict): string {
		const { batch, merge } = this.operation;
		return batch && merge ? this.groups.keyOf(input, batch.over) : '';
	}

	/** What stands for the requests of which some may be equal: those that go alone, and whose answers do not differ. */
	async keysOf(batches: readonly Batch[], parts: readonly Part[]): Promise<string[]> {
		const { operation } = this;
		const keys: string[] = [];
		if (!operation.isDeterministic) return keys;
		const alone = batches.flatMap(({ owners }) =>
			owners.flat().length === 1 ? (parts[owners[0]?.[0] ?? 0] ?? []) : [],
		);
		for (const part of alone) {
			await takeTurns();
			const { input, settings, fitted } = part;
			if (!fitted || settings.isDryRun || hasWebhook(input)) continue;
			const mark = attempt(() =>
				operation.isDeterministic?.(fitted.request) ? requestMark(this.context, fitted.request) : undefined,
			);
			if (!mark.ok || mark.value === undefined) continue;
			part.key = `${settings.seconds} ${settings.fallbacks.join()} ${mark.value}`;
			keys.push(part.key);
		}
		return keys;
	}

	/** Gives a part to the first other model that can do what it asks for. */
	async movePart(part: Part, problem: Problem, client: Client): Promise<boolean> {
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
		await client.models.learn(next.settings);
		const form = this.forms.of(next.settings.model);
		const fitted = this.fit(entry, next, form, client);
		if (!fitted.ok) return await this.nextModel(entry, next, fitted.problem, client);
		this.progress.detail(withoutQuotes(`'${next.settings.model}' is asked, since ${reason}`, this.results.isKnown));
		return { ...next, fitted: fitted.value, form };
	}

	fit(
		entry: Entry,
		{ inputs, settings }: Pick<Question, 'inputs' | 'settings'>,
		form: number,
		client: Client,
	): Outcome<Fitted> {
		return attempt(() => this.requests.make(inputs, { ...this.factsTaken(entry, inputs[0], settings, client), form }));
	}

	/** Asks in the form that the model takes, and another model where it does not answer, as long as nothing is billed. */
	private async askOn(
		first: Question,
		entry: Entry,
		client: Client,
		{ chunks, isUnwanted }: Pick<Asking, 'chunks' | 'isUnwanted'>,
	): Promise<Told> {
		for (let question = first; ; ) {
			const { inputs, settings, fitted, form } = question;
			const onTaken = () => this.forms.take(settings.model);
			const told = await client.ask(fitted.request, settings, this.operation, inputs, {
				chunks,
				form,
				isUnwanted,
				onTaken,
			});
			const isOpen = told.billed === 0 && told.answers.length === 0;
			const problem = told.outcome.ok || !isOpen ? undefined : told.outcome.problem;
			const anew = problem && this.nextForm(entry, question, problem, client);
			const next = anew?.ok ? anew.value : problem && (await this.nextModel(entry, question, problem, client));
			// What the next form cannot hold says more than the refusal of the one before.
			if (!next) return { ...told, outcome: anew && !anew.ok ? anew : told.outcome, question };
			question = next;
		}
	}

	/** The same question in the next form, where the model does not take this one; or why that form cannot hold it. */
	private nextForm(entry: Entry, question: Question, problem: Problem, client: Client): Outcome<Question> | undefined {
		const form = this.forms.next(question.settings.model, question.form, problem);
		if (form === undefined) return undefined;
		const fitted = this.fit(entry, question, form, client);
		return fitted.ok ? succeeded({ ...question, fitted: fitted.value, form }) : fitted;
	}

	/**
	 * One request, with its retries, and what its answer says for each input.
	 * @param isUnwanted whether nobody can use the answer any more: then it is not sent
	 */
	async ask(
		first: Question,
		entry: Entry,
		client: Client,
		shared: SharedAnswers<Told>,
		key: string | undefined,
		isUnwanted?: () => boolean,
	): Promise<Answered> {
		const { operation } = this;
		const chunks = operation.stream && chunksFor(this.context, entry.item, operation.stream);
		const send = async () => await this.askOn(first, entry, client, { chunks, isUnwanted });
		const { told, isReused } =
			key !== undefined && chunks === undefined && shared.hasTwin(key)
				? await shared.ask(key, await this.digestInTurn(first.fitted.request), send)
				: { told: await send(), isReused: false };
		const { outcome, attempts } = told;
		const { settings } = told.question;
		const { request, dropped } = told.question.fitted;
		const moved = movedOf(told.question.inputs[0]);
		// Of an equal request's answer each item makes what it asks for itself.
		const inputs = isReused ? askedOf(first.inputs, settings.model, moved) : told.question.inputs;
		const by = moved && { model: settings.model, fallbackReason: moved.fallbackReason };
		const billed = isReused ? 0 : told.billed;
		const remains = told.remains ?? (outcome.ok ? undefined : chunks?.sent());
		if (!outcome.ok) return { results: outcome, attempts, billed, remains, by, inputs };
		const answer = outcome.value;
		chunks?.end(answer);
		if (operation.openLines) {
			const opened = attempt(() => operation.openLines?.(answer, inputs));
			return opened.ok
				? { results: succeeded([]), reader: opened.value, attempts, billed }
				: { results: opened, attempts, billed };
		}
		await takeTurns();
		const answering = servedBy(answer, told.question.inputs[0]) ?? {
			model: this.answeredBy(settings, client),
			...moved,
		};
		const usage = {
			...usageOfAll(told.told, answering.model, attempts, told.estimated, told.isCostUnknown),
			...answering,
		};
		const read = await attemptInSteps(() =>
			readResults(
				operation,
				answer,
				inputs,
				dropped.length > 0 ? { ...usage, droppedParameters: dropped } : usage,
				request,
			),
		);
		const results = read.ok ? attempt(() => withBills(read.value)) : read;
		if (request.note) this.results.hints.add(request.note);
		for (const name of dropped) {
			this.results.hints.add(
				`'${this.requests.nameOf(name)}' was left out: the model '${settings.model}' does not know it`,
			);
		}
		if (!results.ok) {
			const problem = withId(results.problem, usage.requestId);
			const isUnpaid = isReused || operation.isFree === true || request.method === 'GET';
			return { results: failed(isUnpaid ? { ...problem, isBillable: false } : problem), attempts, billed, by };
		}
		return { results: isReused ? succeeded(results.value.map(reused)) : results, attempts, billed };
	}

	/** What the files of a request are; in the order of the questions, which stay in it whatever the disk does. */
	private async digestInTurn(request: ApiRequest): Promise<string> {
		const before = this.digested;
		// A file that cannot be read is like no other.
		const digest = digestFiles(this.context, request).catch(() => randomUUID());
		this.digested = Promise.all([before, digest]);
		await before;
		return await digest;
	}

	/** What would be sent, and what it may cost, as the only output of its item. */
	preview({ request, dropped }: Fitted, settings: Settings, client: Client): PartResult {
		const { model, schema, exampleSeconds } = client.models.facts(settings);
		const answeredBy = this.answeredBy(settings, client);
		const estimate = estimateCost(model?.price, { ...costFacts(request, schema), exampleSeconds });
		this.results.estimates.push(estimate.usd);
		if (request.note) this.results.hints.add(request.note);
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
	answeredBy(settings: Settings, client: Client): string {
		const replacement = client.models.replacement(settings);
		if (!replacement) return settings.model;
		this.results.models.add(replacement);
		this.results.hints.add(`The model '${settings.model}' is retired: DeepInfra answers with '${replacement}' instead`);
		return replacement;
	}
}
