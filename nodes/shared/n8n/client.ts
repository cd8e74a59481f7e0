import type { NodeContext } from './context';
import { isRetired } from '../catalog/model';
import { findReplacement } from '../catalog/models';
import { nearestNames } from '../core/nearest';
import type { AnyOperation, ApiRequest, Dict, Inputs } from '../core/operation';
import { attempt, failed, withoutWords, type Outcome } from '../core/problem';
import { callUntilAnswered, type Called, type CallContext } from '../engine/call';
import { Gate } from '../engine/gate';
import { Meter } from '../engine/meter';
import { hasWebhook } from '../engine/plan';
import type { Settings } from '../engine/settings';
import { Catalog, type KnownModel } from './catalog';
import { clock } from './http/clock';
import { readAccount, type Account } from './credential';
import { Transport } from './http/transport';
import { ItemMaker } from './outputs';

/** What came of a request, and every answer on the way there: each may have been billed. */
export interface Asked extends Called<Dict> {
	readonly answers: readonly Dict[];
	/** What goes on although there is no result, and how to get it. */
	readonly remains?: string;
}

/** What the requests of a run share. */
export class Client {
	private constructor(
		readonly account: Account,
		private readonly transport: Transport,
		private readonly run: CallContext,
		readonly meter: Meter,
		readonly maker: ItemMaker,
		private readonly catalogue: Catalog,
		private readonly known: ReadonlyMap<string, KnownModel>,
		private readonly replacements: ReadonlyMap<string, string>,
	) {}

	/**
	 * @param all settings of the items; those of the first hold for the run as a whole
	 * @throws InputError when the credential cannot be used
	 */
	static async connect(
		context: NodeContext,
		stop: AbortSignal,
		all: readonly Settings[],
		isFree: boolean,
	): Promise<Client> {
		const { maxConcurrency = 1, budget = Infinity } = all[0] ?? {};
		const account = await readAccount(context);
		const transport = new Transport(context, account, stop);
		const meter = new Meter(budget, clock.now());
		const shared = { clock, signal: stop, random: Math.random };
		const run: CallContext = {
			...shared,
			gate: new Gate(maxConcurrency, clock, stop),
			blocked: () => meter.exceeded(),
		};
		// Downloads wait for each other, not for the service.
		const maker = new ItemMaker(context, transport, { ...shared, gate: new Gate(maxConcurrency, clock, stop) });
		const catalogue = new Catalog(context, account, { stop });
		const models = new Map(isFree ? [] : all.map((settings) => [keyOf(settings), settings]));
		const read = async ([key, { model, version }]: [string, Settings]) =>
			[key, await catalogue.facts(model, version)] as const;
		const known = new Map(await Promise.all([...models].map(read)));
		const replacements = await findReplacements(known, catalogue);
		return new Client(account, transport, run, meter, maker, catalogue, known, replacements);
	}

	/** One request with its retries, and what has to be asked after it, all of it within the time that one may take. */
	async ask(
		request: ApiRequest,
		{ seconds, maxRetries }: Settings,
		{ answer, next, isPersonal }: Pick<AnyOperation, 'answer' | 'next' | 'isPersonal'>,
		inputs: Inputs<Dict>,
	): Promise<Asked> {
		const due = this.run.clock.now() + seconds * 1000;
		const call = async (each: ApiRequest, patience: number) => {
			const send = async () => {
				const outcome = await this.transport.send(each, patience, answer);
				// Counted before the next request is let in, which asks whether the budget is used up.
				this.meter.add(outcome.ok ? outcome.value : undefined);
				return outcome.ok || !isPersonal ? outcome : failed(withoutWords(outcome.problem));
			};
			return await callUntilAnswered(send, maxRetries, this.run);
		};
		const { outcome: first, attempts } = await call(request, seconds);
		const answers: Dict[] = [];
		let outcome = first;
		// The gate is free while a job works: it is entered for each question anew.
		while (outcome.ok) {
			const answer = outcome.value;
			answers.push(answer);
			if (hasWebhook(inputs[0])) break;
			const step = attempt(() => next?.(answer, inputs, answers.length - 1));
			if (!step.ok) return { outcome: step, answers, attempts };
			if (!step.value) break;
			const { request: following, wait, remains } = step.value;
			const left = due - this.run.clock.now() - wait * 1000;
			await this.run.clock.sleep(wait * 1000 + Math.min(left, 0), this.run.signal);
			if (left <= 0) return { outcome: failed({ kind: 'timeout', seconds }), answers, attempts, remains };
			({ outcome } = await call(following, left / 1000));
			if (!outcome.ok) return { outcome: overdue(outcome, seconds), answers, attempts, remains };
		}
		return { outcome, answers, attempts };
	}

	/** What the catalogue says about an item's model; nothing when it does not answer. */
	facts(settings: Settings): KnownModel {
		const known = this.known.get(keyOf(settings)) ?? {};
		const answering = this.replacement(settings);
		return answering === undefined ? known : { ...known, name: answering };
	}

	/** Who answers for a retired model: the service forwards without a word (docs/api.md#retirement). */
	replacement({ model }: Settings): string | undefined {
		return this.replacements.get(model);
	}

	/** Names of models that exist and resemble the one that does not. */
	async nearestModels(model: string): Promise<string[]> {
		const models = await this.catalogue.models().catch(() => []);
		return nearestNames(
			model,
			models.map(({ name }) => name),
		);
	}
}

/** A question that ran out of what was left of the time: the limit is that of the whole. */
const overdue = (outcome: Outcome<Dict>, seconds: number): Outcome<Dict> =>
	outcome.ok || outcome.problem.kind !== 'timeout' ? outcome : failed({ kind: 'timeout', seconds });

/** The list is asked for only when a model is retired: its replacement may be retired, too. */
async function findReplacements(
	known: ReadonlyMap<string, KnownModel>,
	catalogue: Catalog,
): Promise<ReadonlyMap<string, string>> {
	const retired = [...known.values()].flatMap(({ model }) => (model && isRetired(model, clock.now()) ? [model] : []));
	if (retired.length === 0) return new Map();
	const models = await catalogue.models().catch(() => retired);
	return new Map(
		retired.flatMap((model): Array<[string, string]> => {
			const name = findReplacement(models, model.name, clock.now()) ?? model.deprecation?.replacedBy;
			return name === undefined ? [] : [[model.name, name]];
		}),
	);
}

const keyOf = ({ model, version }: Settings) => `${model} ${version}`;
