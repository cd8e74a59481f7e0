import type { IExecuteFunctions } from 'n8n-workflow';
import { nearestNames } from '../catalog/nearest';
import type { Run } from '../core/call';
import { Gate } from '../core/gate';
import { Meter } from '../core/meter';
import type { ModelFacts } from '../core/operation';
import type { Settings } from '../core/settings';
import { Catalogue } from './catalog';
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
		private readonly known: ReadonlyMap<string, ModelFacts>,
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
		const catalogue = new Catalogue(context, account.baseUrl, { stop });
		const models = new Map(isFree ? [] : all.map((settings) => [keyOf(settings), settings]));
		const read = async ([key, { model, version }]: [string, Settings]) =>
			[key, await catalogue.facts(model, version)] as const;
		const known = await Promise.all([...models].map(read));
		return new Service(account, transport, run, meter, maker, catalogue, new Map(known));
	}

	/** What the catalogue says about an item's model; nothing when it does not answer. */
	facts(settings: Settings): ModelFacts {
		return this.known.get(keyOf(settings)) ?? {};
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

const keyOf = ({ model, version }: Settings) => `${model} ${version}`;
