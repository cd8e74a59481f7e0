import type { IExecuteFunctions } from 'n8n-workflow';
import { findReplacement, isRetired } from '../catalog/models';
import { nearestNames } from '../catalog/nearest';
import type { Run } from '../core/call';
import { Gate } from '../core/gate';
import { Meter } from '../core/meter';
import type { Settings } from '../core/settings';
import { Catalogue, type KnownModel } from './catalog';
import { clock } from './clock';
import { readAccount, type Account } from './credential';
import { Transport } from './http';
import { ItemMaker } from './outputs';

/** What the requests of a run share. */
export class Service {
	private constructor(
		readonly account: Account,
		readonly transport: Transport,
		readonly run: Run,
		readonly meter: Meter,
		readonly maker: ItemMaker,
		private readonly catalogue: Catalogue,
		private readonly known: ReadonlyMap<string, KnownModel>,
		private readonly replacements: ReadonlyMap<string, string>,
	) {}

	/**
	 * @param all settings of the items; those of the first hold for the run as a whole
	 * @throws InputError when the credential cannot be used
	 */
	static async connect(
		context: IExecuteFunctions,
		stop: AbortSignal,
		all: readonly Settings[],
		isFree: boolean,
	): Promise<Service> {
		const { maxConcurrency = 1, budget = Infinity } = all[0] ?? {};
		const account = await readAccount(context);
		const transport = new Transport(context, account, stop);
		const meter = new Meter(budget, clock.now());
		const shared = { clock, signal: stop, random: Math.random };
		const run: Run = { ...shared, gate: new Gate(maxConcurrency, clock, stop), blocked: () => meter.exceeded() };
		// Downloads wait for each other, not for the service.
		const maker = new ItemMaker(context, transport, { ...shared, gate: new Gate(maxConcurrency, clock, stop) });
		const catalogue = new Catalogue(context, account, { stop });
		const models = new Map(isFree ? [] : all.map((settings) => [keyOf(settings), settings]));
		const read = async ([key, { model, version }]: [string, Settings]) =>
			[key, await catalogue.facts(model, version)] as const;
		const known = new Map(await Promise.all([...models].map(read)));
		const replacements = await findReplacements(known, catalogue);
		return new Service(account, transport, run, meter, maker, catalogue, known, replacements);
	}

	/** What the catalogue says about an item's model; nothing when it does not answer. */
	facts(settings: Settings): KnownModel {
		return this.known.get(keyOf(settings)) ?? {};
	}

	/** Who answers for a retired model: the service forwards without a word (deepinfra-api section 4.5). */
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

/** The list is asked for only when a model is retired: its replacement may be retired, too. */
async function findReplacements(
	known: ReadonlyMap<string, KnownModel>,
	catalogue: Catalogue,
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
