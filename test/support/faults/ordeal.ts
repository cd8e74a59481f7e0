import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { Fault, RecordedRequest } from '../../emulator';
import { withoutUsage } from '../results';
import type { Subject } from '../operation/example';
import type { World } from '../world';
import { sha256 } from '../files';
import type { Engine, RunResult } from '../engine/engine';
import type { Plan } from './plan';

/** Distinct items of an operation, each of which is known again in the request that asks for it. */
export interface Trial {
	readonly parameters: INodeParameters;
	readonly items: INodeExecutionData[];
	/** The item that a request is for. */
	itemOf(request: RecordedRequest): number;
	/** Whether a request is the operation's own, and none for the catalog. */
	asks(request: RecordedRequest): boolean;
	/** An output without what is new with each request. */
	lasting(json: IDataObject): IDataObject;
}

export async function trialOf(engine: Engine, subject: Subject, count: number): Promise<Trial> {
	return {
		parameters: subject.apart(),
		items: await subject.distinctItems(engine, count),
		itemOf: (request) => subject.itemOf(request),
		asks: (request) => subject.asks(request),
		lasting: (json) => subject.lasting(json),
	};
}

const shared = new WeakMap<World, Map<Subject, Promise<{ trial: Trial; answers: Answer[] }>>>();

/** So many items of an operation with their answers while nothing goes wrong; asked for once in a world. */
export async function sharedTrial(world: World, subject: Subject, count: number) {
	const ofWorld = shared.get(world) ?? new Map<Subject, Promise<{ trial: Trial; answers: Answer[] }>>();
	shared.set(world, ofWorld);
	const make = async () => {
		const trial = await trialOf(world.engine, subject, count);
		return { trial, answers: await answersOf(world, trial) };
	};
	const known = ofWorld.get(subject) ?? make();
	ofWorld.set(subject, known);
	return await known;
}

/** The parameters with more options than they have. */
export const withMore = (parameters: INodeParameters, options: INodeParameters): INodeParameters => ({
	...parameters,
	options: { ...Object(parameters.options), ...options },
});

/** What the emulator did for each item. */
interface Ledger {
	sent: number;
	/** Requests that a fault spoiled. */
	spoiled: Fault[];
	/** Requests that were answered well, so they would have been billed. */
	paid: number;
}

export interface Ordeal {
	readonly trial: Trial;
	readonly result: RunResult;
	readonly ledgers: readonly Ledger[];
	readonly requests: number;
}

export async function runOrdeal(
	{ engine, emulator }: Pick<World, 'engine' | 'emulator'>,
	trial: Trial,
	plan: Plan,
	options: INodeParameters = {},
): Promise<Ordeal> {
	const ledgers: Ledger[] = trial.items.map(() => ({ sent: 0, spoiled: [], paid: 0 }));
	emulator.requests.length = 0;
	emulator.options.faults = (request) => {
		if (!trial.asks(request)) return undefined;
		const item = trial.itemOf(request);
		const ledger = ledgers[item];
		if (!ledger) throw new Error(`No item ${item}`);
		ledger.sent++;
		const fault = plan(item, ledger.sent);
		if (fault) ledger.spoiled.push(fault);
		else ledger.paid++;
		return fault;
	};
	try {
		const { parameters, items } = trial;
		const result = await engine.run({
			parameters: withMore(parameters, options),
			items,
			onError: 'continueErrorOutput',
			credentials: { baseUrl: emulator.url },
		});
		const requests = emulator.requests.filter((request) => trial.asks(request)).length;
		return { trial, result, ledgers, requests };
	} finally {
		emulator.options.faults = undefined;
	}
}

export interface Answer {
	readonly json: IDataObject;
	readonly files: readonly string[];
}

/** What an item came to: its json without what is new with each request, and the hashes of its files. */
export async function answerOf(
	engine: Engine,
	{ lasting }: Pick<Trial, 'lasting'>,
	item: INodeExecutionData,
): Promise<Answer> {
	const files = Object.values(item.binary ?? {});
	return {
		json: lasting(withoutUsage(item)),
		files: await Promise.all(files.map(async (file) => sha256(await engine.read(file)))),
	};
}

/** The answers while nothing goes wrong. */
export async function answersOf({ engine }: World, trial: Trial): Promise<Answer[]> {
	const { parameters, items } = trial;
	const { items: made, error } = await engine.run({ parameters, items });
	if (made.length !== items.length) throw new Error(`${items.length} items gave ${made.length}: ${error?.message}`);
	return await Promise.all(made.map(async (item) => await answerOf(engine, trial, item)));
}

/** The answer to one of the items, in a run of its own. */
export async function answerAlone(world: World, { parameters, items, ...rest }: Trial, index: number) {
	// alone, every item has the index 0
	const own: INodeParameters = JSON.parse(JSON.stringify(parameters).replaceAll('$itemIndex', String(index)));
	const [answer] = await answersOf(world, { ...rest, parameters: own, items: items.slice(index, index + 1) });
	return answer;
}
