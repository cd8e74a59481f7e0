import type { NodeContext } from './context';
import type { FileRef } from '../core/fields';
import type { ApiRequest, Dict, Inputs } from '../core/operation';
import { failed, type Outcome } from '../core/problem';
import type { ScannedPage } from '../media/pdf/scan';
import { callUntilAnswered, type CallContext } from '../engine/call';
import { Gate, type Door } from '../engine/gate';
import { Lanes, SharedGates, throughDoor, type Lane } from '../engine/lane';
import { FIRST_BURST, Pace } from '../engine/pace';
import { Meter } from '../engine/meter';
import type { Settings } from '../engine/settings';
import { Catalog } from './catalog';
import { clock } from './http/clock';
import { readAccount, type Account } from './credential';
import { Transport } from './http/transport';
import { Inquiry, type Asked, type AskedBy, type Asking } from './inquiry';
import { ItemMaker } from './outputs';
import { RunModels } from './runModels';

/** One service, however many runs of this process ask it. */
const gates = new SharedGates(clock);

/** What the requests of a run share. */
export class Client {
	private constructor(
		readonly account: Account,
		private readonly transport: Transport,
		private readonly run: CallContext,
		private readonly lanes: Lanes,
		/** The way of files. */
		private readonly door: Door,
		readonly meter: Meter,
		readonly maker: ItemMaker,
		readonly models: RunModels,
		/** Tells those who look for the reason of a slow run. */
		private readonly detail: (line: string) => void,
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
		detail: (line: string) => void = () => undefined,
	): Promise<Client> {
		const { maxConcurrency, budget = Infinity } = all[0] ?? {};
		const account = await readAccount(context);
		const transport = new Transport(context, account, stop);
		const meter = new Meter(budget);
		const run: CallContext = { clock, signal: stop, random: Math.random };
		const lanes = new Lanes(run, meter, gates, `${account.baseUrl} ${account.id}`, maxConcurrency);
		// Downloads wait for each other, not for the service.
		const door = new Gate(new Pace(maxConcurrency ?? FIRST_BURST), clock).door(stop);
		const maker = new ItemMaker(context, transport, run, door);
		const models = await RunModels.read(new Catalog(context, account, stop), isFree ? [] : all, budget < Infinity);
		return new Client(account, transport, run, lanes, door, meter, maker, models, detail);
	}

	/** One request with its retries, and what has to be asked after it, all of it within the time that one may take. */
	async ask(
		request: ApiRequest,
		settings: Settings,
		operation: AskedBy,
		inputs: Inputs<Dict>,
		asking: Asking = {},
	): Promise<Asked> {
		const { transport, run, meter, models, detail } = this;
		const lane = this.laneOf(settings);
		const asker = { transport, run, lane, meter, models, detail };
		return await new Inquiry(asker, request, settings, operation, inputs, asking).toEnd();
	}

	/** Nobody asks any more: what it shares with others is theirs. */
	close(): void {
		this.lanes.close();
	}

	/** How many bytes a line of a file has. */
	async measureLine(line: Dict): Promise<Outcome<number>> {
		return await this.transport.measureLine(line);
	}

	/** Reads a file of lines at the service, each once, although the connection may break. */
	async readLines(
		path: string,
		settings: Settings,
		use: (line: Dict | string) => Promise<void>,
	): Promise<Outcome<Dict>> {
		const { seconds, maxRetries } = settings;
		let used = 0;
		const take = async (line: Dict | string) => {
			await use(line);
			used++;
		};
		const read = async () => await this.transport.readLines(path, seconds, used, take);
		const passage = this.laneOf(settings).passage({ isPaid: true, isOwed: true, options: path, isAboutModel: false });
		const rules = { maxRetries, seconds, patience: seconds, look: 'free' } as const;
		const { outcome } = await callUntilAnswered(read, rules, passage, this.run);
		return outcome.ok ? outcome : failed({ ...outcome.problem, isBillable: false });
	}

	/** Asks for what follows a result, such as that files are deleted. @returns whether the service did it */
	async tidy(request: ApiRequest): Promise<boolean> {
		return await this.transport.takeBack(request);
	}

	/** The way of all requests to a model. */
	private laneOf({ model, maxConcurrency, maxRetries }: Settings): Lane {
		return this.lanes.of({ model, maxConcurrency, maxRetries });
	}

	/** The pages of a file; undefined for one that is no PDF. */
	async pagesOf(
		file: FileRef,
		{ seconds, maxRetries }: Settings,
	): Promise<Outcome<readonly ScannedPage[] | undefined>> {
		const read = async () => await this.transport.pagesOf(file, seconds);
		const passage = throughDoor<readonly ScannedPage[] | undefined>(this.door, this.run.signal);
		return (await callUntilAnswered(read, { maxRetries }, passage, this.run)).outcome;
	}
}
