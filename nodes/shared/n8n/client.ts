import type { NodeContext } from './context';
import type { FileRef } from '../core/fields';
import { isDict } from '../core/answer';
import type { AnyOperation, ApiRequest, Dict, Inputs } from '../core/operation';
import { isNative } from '../core/request';
import { atOnce, isSteps } from '../core/steps';
import { attempt, billOf, failed, succeeded, withoutWords, type Outcome, type Problem } from '../core/problem';
import { callUntilAnswered, type Called, type CallContext } from '../engine/call';
import { Charges } from '../engine/charge';
import { Gate, type Clock, type Door } from '../engine/gate';
import { Lanes, SharedGates, throughDoor, type Lane } from '../engine/lane';
import { FIRST_BURST, Pace } from '../engine/pace';
import { isUnheard } from '../engine/retry';
import { Meter } from '../engine/meter';
import { hasWebhook } from '../engine/plan';
import type { Settings } from '../engine/settings';
import type { Chunks } from './chunks';
import { Catalog } from './catalog';
import { clock } from './http/clock';
import { readAccount, type Account } from './credential';
import { LOOK_SECONDS, Transport } from './http/transport';
import { ItemMaker } from './outputs';
import { RunModels } from './runModels';

/** What came of a request, and every answer on the way there: each may have been billed. */
export interface Asked extends Called<Dict> {
	readonly answers: readonly Dict[];
	/** The same, those together that tell of one request as time goes by. */
	readonly told: ReadonlyArray<readonly Dict[]>;
	/** USD that all of it cost, refusals included. */
	readonly billed: number;
	/** USD that it is thought to have cost where no answer says so. */
	readonly estimated?: number;
	/** Whether nobody knows what one of its answers cost. */
	readonly isCostUnknown?: boolean;
	/** What goes on although there is no result, and how to get it. */
	readonly remains?: string;
}

type AskedBy = Pick<AnyOperation, 'answer' | 'next' | 'items' | 'whole' | 'isFree' | 'isPersonal' | 'largestAnswer'>;

export interface Asking {
	/** Where an answer may come in pieces. */
	readonly chunks?: Chunks;
	/** Which of the forms that a model may take the request has. */
	readonly form?: number;
	/** Whether nobody can use the answer any more. */
	readonly isUnwanted?: () => boolean;
	/** Hears that the service has taken the request, whose result may take long. */
	readonly onTaken?: () => void;
}

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
		const charges = new Charges(this.meter);
		const asked = await this.askToEnd(request, settings, operation, inputs, asking, charges).finally(() =>
			charges.close(),
		);
		const { billed, estimated, isUnknown: isCostUnknown } = charges;
		return { ...asked, billed, estimated, isCostUnknown };
	}

	private async askToEnd(
		request: ApiRequest,
		settings: Settings,
		{ answer, next, items, whole, isFree, isPersonal, largestAnswer }: AskedBy,
		inputs: Inputs<Dict>,
		{ chunks, form = 0, isUnwanted, onTaken }: Asking,
		charges: Charges,
	): Promise<Omit<Asked, 'billed' | 'estimated'>> {
		const { seconds, maxRetries } = settings;
		const now = () => this.run.clock.now();
		let due = now() + seconds * 1000;
		const lane = this.laneOf(settings);
		const told: Dict[][] = [];
		const call = async (each: ApiRequest, time: number) => {
			let last: Problem | undefined;
			const send = async () => {
				if (last) this.detail(`'${settings.model}' is asked again after ${inShort(last)}`);
				const left = isTimed ? (due - now()) / 1000 : time;
				const patience = isTimed ? LOOK_SECONDS : undefined;
				const expected = { kind: answer, largest: largestAnswer, chunks, patience };
				const outcome = await this.transport.send(each, left, expected);
				last = outcome.ok ? undefined : outcome.problem;
				if (outcome.ok) return outcome;
				return failed({ ...(isPersonal ? withoutWords(outcome.problem) : outcome.problem), isBillable });
			};
			const isLook = each.method === 'GET';
			const isBillable = isFree !== true && !isLook && this.models.isPaidFor(each, settings);
			const follows = told.length > 0 ? 'follows' : 'free';
			const look = isLook ? follows : undefined;
			const isFollowing = look === 'follows';
			// Who waits for what goes on already waits from the first look on.
			const isTimed = isFollowing || (isLook && each.remains !== undefined);
			const passage = lane.passage({
				estimate: this.meter.budget < Infinity ? this.models.mostOf(each, settings) : undefined,
				isPaid: isLook,
				isOwed: isFollowing,
				isTimed,
				isUnwanted,
				charge: charges.of(
					isLook,
					(answer) => this.models.assume(each, settings, answer, inputs[0]),
					isBillable && !hasWebhook(inputs[0]),
				),
				options: featuresOf(inputs[0], form),
				isAboutModel: isNative(each) || each.json?.model === settings.model,
			});
			const enter = async () => {
				const since = now();
				if (isTimed && since >= due) return late(seconds);
				const refused = await passage.enter();
				// To wait for a turn is none of the service's time: in a long run it may take longer than the answer.
				due = isTimed || told.length > 0 ? due + now() - since : now() + seconds * 1000;
				return refused;
			};
			// The limit is that of the whole, the pauses between looks included, whatever the service asks for.
			const sleep: Clock['sleep'] = async (pause, signal) =>
				await this.run.clock.sleep(isTimed ? Math.min(pause, Math.max(0, due - now())) : pause, signal);
			const run = { ...this.run, clock: { now, sleep } };
			return await callUntilAnswered(send, maxRetries, { ...passage, enter }, run, look, seconds);
		};
		const { outcome: first, attempts } = await call(request, seconds);
		this.meter.addRetries(Math.max(0, attempts - 1));
		if (first.ok) onTaken?.();
		if (!first.ok && attempts > 0 && isUncertain(first.problem))
			return { outcome: overdue(first, seconds), attempts, answers: [], told, remains: request.remains };
		const answers: Dict[] = [];
		let left: string | undefined;
		let outcome = first;
		let isLook = false;
		// The gate is free while a job works: it is entered for each question anew.
		while (outcome.ok) {
			const answer = outcome.value;
			answers.push(answer);
			if (isLook) told.at(-1)?.push(answer);
			else told.push([answer]);
			if (hasWebhook(inputs[0])) break;
			const step = attempt(() => next?.(answer, inputs, answers.length - 1, request));
			if (!step.ok) return { outcome: step, answers, told, attempts, remains: left };
			if (!step.value) break;
			const { request: following, wait, remains, undo, isOptional } = step.value;
			left = remains;
			const time = due - now() - wait * 1000;
			await this.run.clock.sleep(wait * 1000 + Math.min(time, 0), this.run.signal);
			const second = time > 0 ? await call(following, time / 1000) : { outcome: failed(late(seconds)), attempts: 1 };
			({ outcome } = second);
			isLook = following.method === 'GET';
			if (isOptional && !isStopped(outcome) && !isReadable(outcome, items, inputs)) {
				// What the other one cost stands with the last, which tells the rest.
				told.unshift([outcome.ok ? outcome.value : billFor(outcome.problem)]);
				outcome = succeeded(answer);
				break;
			}
			if (!outcome.ok) {
				const mayBeDone = second.attempts > 0 && isUncertain(outcome.problem);
				const isUndone = undo && !mayBeDone && (await this.transport.takeBack(undo));
				const still = isUndone ? undefined : remains;
				return { outcome: overdue(outcome, seconds), answers, told, attempts, remains: still };
			}
		}
		const [page, ...pages] = answers;
		if (outcome.ok && whole && page) outcome = attempt(() => whole([page, ...pages]));
		return { outcome, answers, told, attempts };
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
		const { outcome } = await callUntilAnswered(read, maxRetries, passage, this.run, 'free', seconds);
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

	/** How many pages a file has; undefined for one that is no PDF. */
	async countPages(file: FileRef, { seconds, maxRetries }: Settings): Promise<Outcome<number | undefined>> {
		const count = async () => await this.transport.countPages(file, seconds);
		const passage = throughDoor<number | undefined>(this.door, this.run.signal);
		return (await callUntilAnswered(count, maxRetries, passage, this.run)).outcome;
	}
}

/**
 * Whether the service may have done what it was asked for: it did not say that it refused. Not where that was stopped:
 * who stops a run wants nothing of it to go on.
 */
const isUncertain = (problem: Problem): boolean =>
	isUnheard(problem) || problem.kind === 'network' || (problem.kind === 'status' && problem.status === 408);

const isStopped = (outcome: Outcome<Dict>): boolean => !outcome.ok && outcome.problem.kind === 'stopped';

/** Whether the operation gets a result from an answer. */
const isReadable = (outcome: Outcome<Dict>, items: AskedBy['items'], inputs: Inputs<Dict>): boolean =>
	outcome.ok &&
	attempt(() => {
		const read = items(outcome.value, inputs);
		return isSteps(read) ? atOnce(read) : read;
	}).ok;

/** A failure as an answer that says no more than what was billed for it. */
const billFor = (problem: Problem): Dict =>
	billOf(problem) > 0 ? { inference_status: { cost: billOf(problem) } } : {};

/** A failure without anything that the service or the user wrote. */
const inShort = (problem: Problem): string =>
	problem.kind === 'status' ? `status ${problem.status}` : problem.kind === 'network' ? problem.code : problem.kind;

const late = (seconds: number): Problem => ({ kind: 'timeout', seconds, isBillable: false });

/** A question that ran out of what was left of the time: the limit is that of the whole. */
function overdue(outcome: Outcome<Dict>, seconds: number): Outcome<Dict> {
	if (outcome.ok) return outcome;
	const isOver = outcome.problem.kind === 'timeout' && !outcome.problem.isEarly;
	if (isOver) return failed({ ...outcome.problem, seconds });
	// The first was sent: only what was to follow was not.
	return outcome.problem.kind === 'unsent' ? failed(outcome.problem.cause) : outcome;
}

/** Options may hold long texts, which the parts of an item share. */
const written = new WeakMap<object, string>();

/** What a request asks of a model beside the task itself. */
function featuresOf({ options }: Dict, form: number): string {
	if (!isDict(options)) return String(form);
	const known = written.get(options) ?? JSON.stringify(options);
	written.set(options, known);
	return `${form} ${known}`;
}
