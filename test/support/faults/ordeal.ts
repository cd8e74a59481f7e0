import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { Fault, RecordedRequest } from '../../emulator';
import { withoutUsage } from '../results';
import { isInference, type World } from '../world';
import { caseOf, operationCases, type OperationCase } from '../cases';
import { makePng, makeWav, sha256 } from '../files';
import type { Engine, RunResult } from '../engine/engine';
import type { Plan } from './plan';

/** An operation with distinct items, each of which is known again in the request that asks for it. */
export interface Subject {
	readonly name: string;
	readonly parameters: INodeParameters;
	readonly items: INodeExecutionData[];
	/** The item that a request is for. */
	itemOf(request: RecordedRequest): number;
}

const TEXT = (index: number) => `case ${index}. I need [MASK] and a great win in Paris ${index * 7919}`;

export const operationNames = operationCases.map(({ name }) => name);

/** Sets items apart that would share a request. */
const apart: Readonly<Record<string, INodeParameters>> = {
	'embedding: create': { dimensions: '={{ 32 + $itemIndex }}' },
	'image: generate': { seed: 7, width: 128, height: 128 },
};

export async function makeSubject(engine: Engine, name: string, count: number): Promise<Subject> {
	const operation = caseOf(name);
	const files = new Map<string, number>();
	const items: INodeExecutionData[] = [];
	for (let index = 0; index < count; index++) {
		const item: INodeExecutionData = { json: operation.required ? { [operation.required]: TEXT(index) } : {} };
		if (name === 'image: classifyZeroShot') item.json.candidateLabels = 'grey, red, black';
		if (operation.media !== undefined) {
			const isImage = operation.media === 'image';
			const bytes = isImage
				? makePng(8 + (index % 20), 8 + Math.floor(index / 20), index + 1)
				: makeWav(0.1 + index / 1000);
			files.set(sha256(bytes), index);
			const data = await (isImage
				? engine.binary(bytes, `photo-${index}.png`, 'image/png')
				: engine.binary(bytes, `take-${index}.wav`, 'audio/wav'));
			item.binary = { data };
		}
		items.push(item);
	}
	return {
		name,
		items,
		parameters: parametersOf(operation),
		itemOf: ({ json, form, index }) => {
			const hash = form?.find(({ filename }) => filename !== undefined)?.sha256;
			const found = hash === undefined ? /case (\d+)\./.exec(JSON.stringify(json))?.[1] : files.get(hash);
			if (found === undefined) throw new Error(`Request ${index} is for no item`);
			return Number(found);
		},
	};
}

function parametersOf({ parameters, required, name }: OperationCase): INodeParameters {
	const byItem = required === undefined ? parameters : { ...parameters, [required]: `={{ $json.${required} }}` };
	return { ...byItem, options: { ...apart[name] } };
}

/** What the emulator did for each item. */
interface Ledger {
	sent: number;
	/** Requests that a fault spoiled. */
	spoiled: Fault[];
	/** Requests that were answered well, so they would have been billed. */
	paid: number;
}

export interface Ordeal {
	readonly result: RunResult;
	readonly ledgers: readonly Ledger[];
	readonly requests: number;
}

export async function runOrdeal(
	{ engine, emulator }: World,
	subject: Subject,
	plan: Plan,
	options: INodeParameters = {},
): Promise<Ordeal> {
	const ledgers: Ledger[] = subject.items.map(() => ({ sent: 0, spoiled: [], paid: 0 }));
	emulator.requests.length = 0;
	emulator.options.faults = (request) => {
		if (!isInference(request)) return undefined;
		const item = subject.itemOf(request);
		const ledger = ledgers[item];
		if (!ledger) throw new Error(`No item ${item}`);
		ledger.sent++;
		const fault = plan(item, ledger.sent);
		if (fault) ledger.spoiled.push(fault);
		else ledger.paid++;
		return fault;
	};
	try {
		const { parameters, items } = subject;
		const result = await engine.run({
			parameters: { ...parameters, options: { ...optionsOf(subject), ...options } },
			items,
			onError: 'continueErrorOutput',
		});
		return { result, ledgers, requests: emulator.requests.filter(isInference).length };
	} finally {
		emulator.options.faults = undefined;
	}
}

/** The options that a subject needs for itself. */
export const optionsOf = ({ name }: Subject): INodeParameters => ({ ...apart[name] });

export interface Answer {
	readonly json: IDataObject;
	readonly files: readonly string[];
}

/** What an item came to: its json without usage, and the hashes of its files. */
export async function answerOf(engine: Engine, item: INodeExecutionData): Promise<Answer> {
	const files = Object.values(item.binary ?? {});
	return {
		json: withoutUsage(item),
		files: await Promise.all(files.map(async (file) => sha256(await engine.read(file)))),
	};
}

/** The answers while nothing goes wrong. */
export async function answersOf({ engine }: World, { parameters, items }: Subject): Promise<Answer[]> {
	const { items: made, error } = await engine.run({ parameters, items });
	if (made.length !== items.length) throw new Error(`${items.length} items gave ${made.length}: ${error?.message}`);
	return await Promise.all(made.map(async (item) => await answerOf(engine, item)));
}

/** The answer to one of the items, in a run of its own. */
export async function answerAlone(world: World, { parameters, items, ...rest }: Subject, index: number) {
	// alone, every item has the index 0
	const own: INodeParameters = JSON.parse(JSON.stringify(parameters).replaceAll('$itemIndex', String(index)));
	const [answer] = await answersOf(world, { ...rest, parameters: own, items: items.slice(index, index + 1) });
	return answer;
}
