import type { AiEvent, INodeExecutionData, ISupplyDataFunctions, NodeConnectionType } from 'n8n-workflow';
import { NodeError, NodeOperationError } from 'n8n-workflow';
import type { AnyOperation, Dict, Output } from '../../core/operation';
import { attempt, problemOf, type Problem } from '../../core/problem';
import { saysSomething } from '../../core/trim';
import { Likeness } from '../../engine/alike';
import { readResults } from '../../engine/assemble';
import { addCosts } from '../../engine/bill';
import { isUnknownModel } from '../../engine/statuses';
import { Forms } from '../../engine/forms';
import { inParallel } from '../../engine/parallel';
import { planBatches, type Batch } from '../../engine/plan';
import { RequestMaker } from '../../engine/requests';
import { readSettings, type Settings } from '../../engine/settings';
import { usageOfAll } from '../../engine/usage';
import { Client } from '../client';
import { toNodeError } from '../errors';
import { toJson } from '../json';
import { attemptInSteps, inSteps } from '../http/clock';

/** How many requests of one question run side by side; the gate of the client has the last word. */
const WIDTH = 16;

/** What one question to a sub-node came to. */
export interface Supplied {
	/** One for each input, in their order. */
	readonly outputs: readonly Output[];
	readonly requests: number;
	/** USD, where the service said so. */
	readonly costUsd?: number;
}

/** What n8n gets of a sub-node. */
export interface Supplying<T> {
	readonly response: T;
	readonly closeFunction: () => Promise<void>;
}

/** Answers for an agent, a chain or a store with an operation of the main node: its engine, its words. */
export class Supplier {
	private readonly requests: RequestMaker;
	private readonly forms: Forms;
	private readonly likeness: Likeness;

	private constructor(
		private readonly context: ISupplyDataFunctions,
		private readonly item: number,
		private readonly operation: AnyOperation,
		private readonly settings: Settings,
		private readonly client: Client,
	) {
		this.requests = new RequestMaker(operation);
		this.forms = new Forms(operation);
		this.likeness = new Likeness(operation);
	}

	/**
	 * @param shared what every question has: the model and its options
	 * @throws NodeOperationError when the credential cannot be used
	 */
	static async open(
		context: ISupplyDataFunctions,
		item: number,
		operation: AnyOperation,
		shared: Dict,
	): Promise<Supplier> {
		const stop = context.getExecutionCancelSignal() ?? new AbortController().signal;
		const settings = readSettings(operation, shared);
		try {
			const client = await Client.connect(context, stop, [settings], false);
			return new Supplier(context, item, operation, settings, client);
		} catch (error) {
			const situation = { model: settings.model, host: '', attempts: 0 };
			throw toNodeError(context, problemOf(error), situation, item);
		}
	}

	/**
	 * @throws NodeApiError or NodeOperationError; after the first failure nothing more is sent, and what is on its way is
	 * waited for, so that the error tells what all of it cost
	 */
	async ask(inputs: readonly Dict[]): Promise<Supplied> {
		const outputs = new Map<number, Output>();
		let requests = 0;
		const costs: number[] = [];
		let failed: { readonly problem: Problem; readonly attempts: number } | undefined;
		const fail = (problem: Problem, attempts: number) => {
			failed ??= { problem, attempts };
		};
		const { model } = this.settings;
		const askBatch = async (batch: Batch): Promise<void> => {
			if (failed) return;
			const form = this.forms.of(model);
			const fitted = attempt(() => this.requests.make(batch.inputs, { ...this.client.models.facts(this.settings), form }));
			if (!fitted.ok) return fail(fitted.problem, 0);
			const { request } = fitted.value;
			const asked = await this.client.ask(request, this.settings, this.operation, batch.inputs, { form });
			const { outcome, told, attempts, billed } = asked;
			requests += attempts;
			// What was billed is not asked again, in no form.
			const isFormRefused = !outcome.ok && billed === 0 && this.forms.next(model, form, outcome.problem) !== undefined;
			if (isFormRefused) return await askBatch(batch);
			if (!outcome.ok && billed > 0) costs.push(billed);
			if (!outcome.ok) return fail(outcome.problem, attempts);
			const usage = usageOfAll(told, model, attempts);
			if (usage.costUsd !== undefined) costs.push(usage.costUsd);
			const results = await attemptInSteps(() =>
				readResults(this.operation, outcome.value, batch.inputs, usage, request),
			);
			if (!results.ok) return fail(results.problem, attempts);
			for (const [index, positions] of batch.owners.entries()) {
				const [answered] = results.value[index]?.outputs ?? [];
				// A store compares documents with questions, whatever they were asked as.
				const output = answered && this.likeness.check(answered, {});
				const problem = output ? output.problem : 'DeepInfra left one of the texts out';
				if (problem !== undefined) return fail({ kind: 'answer', message: problem }, attempts);
				if (!output) continue;
				for (const position of positions) outputs.set(position, output);
			}
		};
		await inParallel(await inSteps(planBatches(this.operation, inputs)), WIDTH, async (batch) => {
			await this.forms.inTurn(model, async () => await askBatch(batch));
		});
		const costUsd = costs.length > 0 ? addCosts(costs) : undefined;
		if (failed) throw await this.failure(failed.problem, failed.attempts, costUsd);
		return { outputs: inputs.flatMap((_, position) => outputs.get(position) ?? []), requests, costUsd };
	}

	/** For n8n, which calls it when the agent, chain or store is done: a sub-node hears of the end of its run in no other way. */
	readonly close = async (): Promise<void> => {
		await Promise.resolve(this.client.close());
	};

	private async failure(problem: Problem, attempts: number, billed = 0): Promise<NodeError> {
		// A question has one answer or none, so nothing of it goes on.
		const { model } = this.settings;
		const { host, redactProblem } = this.client.account;
		const nearestModels = isUnknownModel(problem) ? await this.client.models.nearest(model) : undefined;
		const about = { model, host, attempts, billed, screenNames: this.requests.names, nearestModels };
		return toNodeError(this.context, redactProblem(problem), { ...about, isSupplied: true }, this.item);
	}
}

/** What a store is asked, which an expression may have left empty. @throws NodeOperationError for that */
export function questionOf(context: ISupplyDataFunctions, item: number, query: unknown): string {
	const text = typeof query === 'object' || query === undefined ? '' : String(query);
	if (saysSomething(text)) return text;
	throw refusal(context, item, 'The question to search for is empty', 'Check its expression in the node above.');
}

/** Of what must not be sent. */
export const refusal = (context: ISupplyDataFunctions, item: number, message: string, advice: string): NodeError =>
	toNodeError(
		context,
		{ kind: 'input', message, advice: `${advice} Nothing was sent.` },
		{ model: '', host: '', attempts: 0 },
		item,
	);

/** Does work and shows its input and output in the run data, as n8n's own sub-nodes do. */
export async function logged<T>(
	context: ISupplyDataFunctions,
	type: NodeConnectionType,
	event: AiEvent,
	input: Dict,
	work: () => Promise<{ readonly value: T; readonly shown: Dict }>,
): Promise<T> {
	const show = (json: Dict): INodeExecutionData[][] => [[{ json: toJson(json) }]];
	const { index } = context.addInputData(type, show(input));
	try {
		const { value, shown } = await work();
		context.addOutputData(type, index, show(shown));
		context.logAiEvent(event);
		return value;
	} catch (error) {
		const failure =
			error instanceof NodeError
				? error
				: new NodeOperationError(context.getNode(), error instanceof Error ? error : new Error(String(error)));
		context.addOutputData(type, index, failure);
		throw failure;
	}
}
