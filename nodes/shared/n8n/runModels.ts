import { costFacts, costsNothing, estimateCost, mostFacts } from '../catalog/estimate';
import { isRetired, type Model } from '../catalog/model';
import { findReplacement, indexModels } from '../catalog/models';
import type { ApiRequest, Dict } from '../core/operation';
import { asksModel } from '../core/request';
import { servedBy } from '../engine/fallback';
import type { Settings } from '../engine/settings';
import { MOST_FALLBACKS } from '../operations/chat/chat';
import type { Catalog, KnownModel } from './catalog';
import { clock } from './http/clock';
import { thoughtCost } from './thought';

/** What a run knows of the models that it asks: their facts and prices, and who answers for them. */
export class RunModels {
	private readonly nearestTo = new Map<string, Promise<string[]>>();

	private constructor(
		private readonly catalogue: Catalog,
		private readonly known: Map<string, KnownModel>,
		private readonly replacements: ReadonlyMap<string, Replacement>,
		/** Those that the run asks itself. */
		private readonly asked: Set<string>,
	) {}

	/** @param hasBudget whether those that the service may go on to by itself count, too (docs/api.md#chat) */
	static async read(catalogue: Catalog, all: readonly Settings[], hasBudget: boolean): Promise<RunModels> {
		const asked = new Set(all.map(({ model }) => model));
		const fallbacks = (settings: Settings) =>
			settings.fallbacks.slice(0, MOST_FALLBACKS).map((model) => onModel(settings, model));
		const wanted = hasBudget ? [...all, ...all.flatMap(fallbacks)] : all;
		const models = new Map(wanted.map((settings) => [keyOf(settings), settings]));
		const read = async ([key, { model, version }]: [string, Settings]) =>
			[key, await catalogue.facts(model, version)] as const;
		const known = new Map(await Promise.all([...models].map(read)));
		return new RunModels(catalogue, known, await findReplacements(known, catalogue), asked);
	}

	/** Their names, each once. */
	get names(): string[] {
		return [...this.asked].filter(Boolean);
	}

	/** What the catalogue says about an item's model; nothing when it does not answer. */
	facts(settings: Settings): KnownModel {
		const known = this.known.get(keyOf(settings)) ?? {};
		const answering = this.replacements.get(settings.model);
		// Who answers is who is paid.
		return answering === undefined ? known : { ...known, name: answering.name, model: answering.model ?? known.model };
	}

	/** Asks the catalogue about a model that is needed only now. */
	async learn(settings: Settings): Promise<void> {
		const { model, version } = settings;
		this.asked.add(model);
		if (!this.known.has(keyOf(settings))) this.known.set(keyOf(settings), await this.catalogue.facts(model, version));
	}

	/** Who answers for a retired model: the service forwards without a word (docs/api.md#retirement). */
	replacement({ model }: Settings): string | undefined {
		return this.replacements.get(model)?.name;
	}

	/** Names of models that exist and resemble the one that does not; looked for once, however many items ask. */
	async nearest(model: string): Promise<string[]> {
		const known = this.nearestTo.get(model) ?? this.catalogue.nearest(model);
		this.nearestTo.set(model, known);
		return await known;
	}

	/** USD that a request costs at most; undefined where nobody can tell. */
	mostOf(request: ApiRequest, settings: Settings): number | undefined {
		const others: unknown = request.json?.models;
		const costs = [settings, ...(Array.isArray(others) ? others.map((model) => onModel(settings, model)) : [])].map(
			(each) => {
				const { model, schema } = this.facts(each);
				return estimateCost(model?.price, mostFacts(costFacts(request, schema))).usd ?? NaN;
			},
		);
		const most = Math.max(...costs);
		return Number.isNaN(most) ? undefined : most;
	}

	/** USD that a request has cost by the catalogue's price, for an answer that does not say. */
	assume(request: ApiRequest, settings: Settings, answer: Dict = {}, input: Dict = {}): number | undefined {
		// To look at what is paid for costs nothing.
		if (request.method === 'GET') return undefined;
		// Who answers is who is paid.
		const { model = settings.model } = servedBy(answer, input) ?? {};
		const facts = this.facts(model === settings.model ? settings : onModel(settings, model));
		return thoughtCost(facts, request, answer);
	}

	/** Whether a request is work of a model that costs something. */
	isPaidFor(request: ApiRequest, settings: Settings): boolean {
		return asksModel(request) && !costsNothing(this.facts(settings).model?.price);
	}
}

interface Replacement {
	readonly name: string;
	readonly model?: Model;
}

/** The list is asked for only when a model is retired: its replacement may be retired, too. */
export async function findReplacements(
	known: ReadonlyMap<string, KnownModel>,
	catalogue: Catalog,
): Promise<ReadonlyMap<string, Replacement>> {
	const retired = [...known.values()].flatMap(({ model }) => (model && isRetired(model, clock.now()) ? [model] : []));
	if (retired.length === 0) return new Map();
	const models = await catalogue.models().catch(() => retired);
	const find = indexModels(models);
	return new Map(
		retired.flatMap((model): Array<[string, Replacement]> => {
			const name = findReplacement(find, model.name, clock.now()) ?? model.deprecation?.replacedBy;
			return name === undefined ? [] : [[model.name, { name, model: find(name) }]];
		}),
	);
}

const onModel = (settings: Settings, model: unknown): Settings => ({ ...settings, model: String(model), version: '' });

const keyOf = ({ model, version }: Settings) => `${model} ${version}`;
