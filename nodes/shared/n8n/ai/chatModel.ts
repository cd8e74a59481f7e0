import type { ISupplyDataFunctions, SupplyData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { lackOf } from '../../catalog/abilities';
import { costsNothing } from '../../catalog/estimate';
import { isDict, number, optionalText } from '../../core/answer';
import type { Dict } from '../../core/operation';
import { modelPath } from '../../core/request';
import { billOf, problemOf, type Problem } from '../../core/problem';
import { reasonToMove } from '../../engine/fallback';
import { dollars } from '../../engine/meter';
import { costOf, usageOf } from '../../engine/usage';
import { CHAT_PATH } from '../../operations/chat/chat';
import { patienceOf } from '../../operations/chat/patience';
import { Catalog, type KnownModel } from '../catalog';
import { findReplacements } from '../runModels';
import { readAccount, type Account } from '../credential';
import { toNodeError } from '../errors';
import { readParameters } from '../inputs';
import { thoughtCost } from '../thought';
import { CallThoughts } from './callThoughts';
import { makeChatFetch, type Fetch } from './chatFetch';
import { bodyAdditions, chatModelFields } from './chatModelFields';
import { spendingOf } from './spending';

/** Longest pause before a try, seconds (engine/retry.ts). */
const LONGEST_PAUSE = 300;

/** The chat model of an agent or a chain: n8n's own client of OpenAI's protocol, which sends through the engine's rules. */
export async function openChatModel(context: ISupplyDataFunctions, item: number): Promise<SupplyData> {
	const { supplyModel } = await loadSdk(context);
	const parameters = readParameters(context, chatModelFields, item);
	const model = optionalText(parameters.model) ?? '';
	const options = isDict(parameters.options) ? parameters.options : {};
	const serviceTier = optionalText(options.serviceTier);
	const seconds = number(options.timeout) ?? patienceOf({ options: { serviceTier } }) ?? 300;
	const maxRetries = number(options.maxRetries) ?? 4;
	/** Why a model was asked instead of another one. */
	const reasons = new Map<string, string>();
	const fail = (problem: Problem, host: string, attempts: number, asked = model, nearestModels?: readonly string[]) => {
		const fallbackReason = reasons.get(asked);
		const about = { model: asked, host, attempts, nearestModels, fallbackReason, billed: billOf(problem) };
		return toNodeError(context, problem, { ...about, isSupplied: true }, item);
	};

	let account: Account;
	let additions: Dict;
	try {
		account = await readAccount(context);
		additions = bodyAdditions(options);
		modelPath(model);
		for (const name of modelsOf(additions.models)) modelPath(name, "Correct it in 'Fallback Models'.");
	} catch (error) {
		throw fail(problemOf(error), '', 0);
	}
	const stop = context.getExecutionCancelSignal();
	const catalog = new Catalog(context, account, stop);
	const facts = await factsOf(model, catalog);
	const spending = spendingOf(context, number(options.budgetUsd));
	const fallbacks = modelsOf(additions.models);
	const failures = new Map<string, Error>();
	const costs = new Map<string, number>();

	const supplied = supplyModel(context, {
		type: 'openai',
		baseUrl: `${account.baseUrl}/v1`,
		apiKey: account.credential.data.apiKey,
		model,
		temperature: number(options.temperature),
		topP: number(options.topP),
		maxTokens: number(options.maxTokens),
		presencePenalty: number(options.presencePenalty),
		frequencyPenalty: number(options.frequencyPenalty),
		maxRetries: 0,
		// The client's own limit holds for all attempts and pauses together; each attempt has its own.
		timeout: longest((seconds * (maxRetries + 1) + LONGEST_PAUSE * maxRetries) * (fallbacks.length + 1)),
		onFailedAttempt: (error) => {
			const own = failures.get(codeOf(error));
			if (own) throw own;
		},
	});

	/** Counts an answer that says no cost by the catalogue's price, and tells so. */
	const tellUntold = async (request: Dict, answer: Dict): Promise<void> => {
		const asked = optionalText(request.model) ?? model;
		const served = fallbacks.find((name) => name === answer.model) ?? asked;
		const known = served === model ? facts : await factsOf(served, catalog);
		if (costsNothing(known.model?.price)) return;
		const usd = thoughtCost(known, { path: CHAT_PATH, json: request }, answer);
		spending.add(usd ?? 0);
		const words = usd === undefined ? 'is not known' : `is about $${dollars(usd)}, by the price in the catalogue`;
		context.logger.warn(`DeepInfra Chat Model: an answer of '${served}' did not say what it cost, which ${words}`);
	};

	const own = makeChatFetch({
		seconds,
		maxRetries,
		additions,
		thoughts: new CallThoughts(`${context.getExecutionId()} ${context.getNode().id} ${item}`),
		streaming: options.streaming !== false,
		send: fetch,
		random: Math.random,
		secret: account,
		refuse: (body) => spending.exceeded() ?? lackIn(model, facts, body),
		onAnswer: (answer, counted) => {
			const costUsd = costOf(answer);
			const { requestId } = usageOf(answer, model, 1);
			if (costUsd === undefined) return;
			spending.add(Math.max(0, costUsd - counted));
			if (requestId) costs.set(requestId, costUsd);
		},
		onUntold: (request, answer) => void tellUntold(request, answer),
		onBill: (costUsd) => spending.add(costUsd),
		fallbacks,
		reasonToMove,
		onMove: (next, reason) => {
			reasons.set(next, reason);
			context.logger.info(`DeepInfra Chat Model: '${next}' is asked, since ${reason}`);
		},
		nearestModels: async (wanted) => await catalog.nearest(wanted),
		onFailure: (problem, attempts, asked, nearestModels) => {
			const error = fail(problem, account.host, attempts, asked, nearestModels);
			const code = `deepInfra${failures.size}`;
			failures.set(code, error);
			return { error, code };
		},
	});
	sendThrough(supplied.response, own);
	tellCosts(supplied.response, costs);
	return supplied;
}

/** What is known of a model, with the price of the one that answers for it where it is retired: that one is paid. */
async function factsOf(model: string, catalog: Catalog): Promise<KnownModel> {
	const known = await catalog.facts(model);
	const [answering] = (await findReplacements(new Map([[model, known]]), catalog)).values();
	return { ...known, model: answering?.model ?? known.model };
}

/** Loaded only here: an n8n without it (before 2.16) still runs the other nodes of the package. */
async function loadSdk(context: ISupplyDataFunctions) {
	try {
		return await import('@n8n/ai-node-sdk');
	} catch {
		throw new NodeOperationError(context.getNode(), 'The DeepInfra Chat Model needs n8n 2.16 or newer', {
			description:
				"Update n8n. Until then, the node 'DeepInfra' with the resource 'Chat' works in this version, and so does n8n's own OpenAI Chat Model with DeepInfra's address as its Base URL.",
		});
	}
}

/** Milliseconds; a timer that is set to more ends at once. */
const longest = (seconds: number): number => Math.min(seconds * 1000, 2 ** 31 - 1);

const modelsOf = (models: unknown): string[] => (Array.isArray(models) ? models.map(String) : []);

const codeOf = (error: unknown): string =>
	typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** What the request asks of a model that cannot do it, as far as the catalogue knows. */
function lackIn(model: string, { name, tags }: KnownModel, body: Dict): Problem | undefined {
	if (!Array.isArray(body.tools) || body.tools.length === 0) return undefined;
	const lack = lackOf({ name: name ?? model, tags }, model, 'tools', 'This agent gives it tools.');
	return lack && problemOf(lack);
}

/**
 * These places are the client's own, not a promise of n8n's: where one is missing, retries, words and costs
 * are lost, and nothing else. An end-to-end test fails when none takes effect any more.
 */
function sendThrough(client: unknown, own: Fetch): void {
	const { fields, clientConfig, completions } = membersOf(client);
	for (const place of [membersOf(fields).configuration, clientConfig, membersOf(completions).clientConfig]) {
		if (typeof place === 'object' && place !== null) Object.assign(place, { fetch: own });
	}
}

const membersOf = (value: unknown): Dict => (isDict(value) ? value : {});

/** Before n8n's own tracing, which shows the cost beside the tokens. */
function tellCosts(client: unknown, costs: Map<string, number>): void {
	const { callbacks } = membersOf(client);
	if (!Array.isArray(callbacks)) return;
	callbacks.unshift({
		name: 'deepInfraCost',
		awaitHandlers: true,
		handleLLMEnd(output: unknown) {
			if (!isDict(output)) return;
			const [generation] = Array.isArray(output.generations) ? output.generations.flat() : [];
			const id = optionalText(membersOf(membersOf(generation).message).id) ?? '';
			const cost = costs.get(id);
			if (cost === undefined) return;
			costs.delete(id);
			const llmOutput = membersOf(output.llmOutput);
			output.llmOutput = { ...llmOutput, tokenUsage: { ...membersOf(llmOutput.tokenUsage), cost } };
		},
	});
}
