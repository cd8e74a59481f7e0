import { isDict } from '../core/answer';
import type { AnyOperation, ApiRequest, Dict, Inputs, NextRequest } from '../core/operation';
import { asksModel, isNative } from '../core/request';
import { atOnce, isSteps } from '../core/steps';
import { attempt, billOf, failed, succeeded, withoutWords, type Outcome, type Problem } from '../core/problem';
import { callUntilAnswered, type Called, type CallContext, type Passage } from '../engine/call';
import { Charges } from '../engine/charge';
import type { Clock } from '../engine/gate';
import type { Lane } from '../engine/lane';
import { isUnheard, type Look } from '../engine/retry';
import type { Meter } from '../engine/meter';
import { hasWebhook } from '../engine/plan';
import type { Settings } from '../engine/settings';
import type { Chunks } from './chunks';
import { LOOK_SECONDS, type Transport } from './http/transport';
import type { RunModels } from './runModels';

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

export type AskedBy = Pick<
	AnyOperation,
	'answer' | 'next' | 'items' | 'whole' | 'isFree' | 'isPersonal' | 'largestAnswer'
>;

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

/** What asks, of the run that it belongs to. */
export interface Asker {
	readonly transport: Transport;
	readonly run: CallContext;
	readonly lane: Lane;
	readonly meter: Meter;
	readonly models: RunModels;
	/** Tells those who look for the reason of a slow run. */
	readonly detail: (line: string) => void;
}

type Ended = Pick<Asked, 'outcome' | 'attempts' | 'remains'>;

/** How a question is asked. */
interface Manner {
	/** Whether it only looks, at what is there or at what was begun before. */
	readonly look: Look | undefined;
	/** Whether its time is running already. */
	readonly isTimed: boolean;
	readonly isBillable: boolean;
}

/** One request with its retries, and what has to be asked after it, all of it within the time that one may take. */
export class Inquiry {
	/** Until when all of it has to be answered. */
	private due: number;
	private readonly charges: Charges;
	private readonly answers: Dict[] = [];
	private readonly told: Dict[][] = [];

	constructor(
		private readonly asker: Asker,
		private readonly request: ApiRequest,
		private readonly settings: Settings,
		private readonly operation: AskedBy,
		private readonly inputs: Inputs<Dict>,
		private readonly asking: Asking,
	) {
		this.charges = new Charges(asker.meter);
		this.due = this.now() + settings.seconds * 1000;
	}

	/** To be called once. */
	async toEnd(): Promise<Asked> {
		const ended = await this.askOn().finally(() => this.charges.close());
		const { answers, told } = this;
		const { billed, estimated, isUnknown: isCostUnknown } = this.charges;
		return { ...ended, answers, told, billed, estimated, isCostUnknown };
	}

	private now(): number {
		return this.asker.run.clock.now();
	}

	private async askOn(): Promise<Ended> {
		const { request, inputs, operation } = this;
		const { seconds } = this.settings;
		const { outcome: first, attempts } = await this.call(request);
		this.asker.meter.addRetries(Math.max(0, attempts - 1));
		if (!first.ok) {
			if (attempts === 0 || !isUncertain(first.problem)) return { outcome: first, attempts };
			return { outcome: overdue(first, seconds), attempts, remains: request.remains };
		}
		this.asking.onTaken?.();
		let answer = first.value;
		let isLook = false;
		let left: string | undefined;
		// The gate is free while a job works: it is entered for each question anew.
		for (;;) {
			this.keep(answer, isLook);
			if (hasWebhook(inputs[0])) break;
			const step = attempt(() => operation.next?.(answer, inputs, this.answers.length - 1, request));
			if (!step.ok) return { outcome: step, attempts, remains: left };
			if (!step.value) break;
			const { request: following, remains, isOptional } = step.value;
			left = remains;
			const called = await this.follow(step.value);
			const { outcome } = called;
			isLook = following.method === 'GET';
			if (isOptional && !isStopped(outcome) && !isReadable(outcome, operation.items, inputs)) {
				// What the other one cost stands with the last, which tells the rest.
				this.told.unshift([outcome.ok ? outcome.value : billFor(outcome.problem)]);
				break;
			}
			if (!outcome.ok) {
				const isUndone = await this.undo(step.value, called);
				return { outcome: overdue(outcome, seconds), attempts, remains: isUndone ? undefined : remains };
			}
			answer = outcome.value;
		}
		const { whole } = operation;
		const [page = answer, ...pages] = this.answers;
		return { outcome: whole ? attempt(() => whole([page, ...pages])) : succeeded(answer), attempts };
	}

	/** @param isLook whether it tells of the same request as the one before */
	private keep(answer: Dict, isLook: boolean): void {
		this.answers.push(answer);
		if (isLook) this.told.at(-1)?.push(answer);
		else this.told.push([answer]);
	}

	/** Asks what follows an answer, after its pause. */
	private async follow({ request, wait, isOptional }: NextRequest): Promise<Called<Dict>> {
		const { clock, signal } = this.asker.run;
		const time = this.due - this.now() - wait * 1000;
		await clock.sleep(wait * 1000 + Math.min(time, 0), signal);
		return time > 0
			? await this.call(request, time / 1000, isOptional)
			: { outcome: failed(late(this.settings.seconds)), attempts: 1 };
	}

	/** Takes back what was left behind by the question before one that was refused. @returns whether that is done */
	private async undo({ undo }: NextRequest, { outcome, attempts }: Called<Dict>): Promise<boolean> {
		const mayBeDone = attempts > 0 && !outcome.ok && isUncertain(outcome.problem);
		return undo !== undefined && !mayBeDone && (await this.asker.transport.takeBack(undo));
	}

	/** @param time seconds that it may take @param isOptional whether there is a result already, which it is to mend */
	private async call(each: ApiRequest, time = this.settings.seconds, isOptional = false): Promise<Called<Dict>> {
		const { transport, run, detail } = this.asker;
		const { model, maxRetries, seconds } = this.settings;
		const { answer, isPersonal, largestAnswer } = this.operation;
		const isLook = each.method === 'GET';
		const follows = this.told.length > 0 ? 'follows' : 'free';
		const look = isLook ? follows : undefined;
		// Who waits for what goes on already waits from the first look on, and a result that is there waits no longer.
		const isTimed = look === 'follows' || isOptional || (isLook && each.remains !== undefined);
		const isBillable = this.operation.isFree !== true && !isLook && this.asker.models.isPaidFor(each, this.settings);
		const left = () => this.due - this.now();
		let last: Problem | undefined;
		const send = async () => {
			if (last) detail(`'${model}' is asked again after ${inShort(last)}`);
			const patience = isTimed && isLook ? LOOK_SECONDS : undefined;
			const expected = { kind: answer, largest: largestAnswer, chunks: this.asking.chunks, patience };
			const outcome = await transport.send(each, isTimed ? left() / 1000 : time, expected);
			last = outcome.ok ? undefined : outcome.problem;
			if (outcome.ok) return outcome;
			return failed({ ...(isPersonal ? withoutWords(outcome.problem) : outcome.problem), isBillable });
		};
		// The limit is that of the whole, the pauses between looks included, whatever the service asks for.
		const sleep: Clock['sleep'] = async (pause, signal) =>
			await run.clock.sleep(isTimed ? Math.min(pause, Math.max(0, left())) : pause, signal);
		const within = { ...run, clock: { now: () => this.now(), sleep } };
		const passage = this.passage(each, { look, isTimed, isBillable });
		// What a model is asked to do is worth each break; all else can be asked for later, unless its time is running.
		const patience = isTimed || asksModel(each) ? undefined : time;
		return await callUntilAnswered(send, { maxRetries, seconds, patience, look }, passage, within);
	}

	/** The way of a question past the limits and the budget of the run. */
	private passage(each: ApiRequest, { look, isTimed, isBillable }: Manner): Passage<Dict> {
		const { lane, meter, models } = this.asker;
		const { settings, inputs, asking, told } = this;
		const isLook = look !== undefined;
		const passage = lane.passage({
			estimate: meter.budget < Infinity ? models.mostOf(each, settings) : undefined,
			isPaid: isLook,
			isOwed: look === 'follows',
			isTimed: isTimed && isLook,
			isUnwanted: asking.isUnwanted,
			charge: this.charges.of(
				isLook,
				(answer) => models.assume(each, settings, answer, inputs[0]),
				isBillable && !hasWebhook(inputs[0]),
			),
			options: featuresOf(inputs[0], asking.form ?? 0),
			isAboutModel: isNative(each) || each.json?.model === settings.model,
		});
		const enter = async () => {
			const since = this.now();
			if (isTimed && since >= this.due) return late(settings.seconds);
			const refused = await passage.enter();
			// To wait for a turn is none of the service's time: in a long run it may take longer than the answer.
			const isBegun = isTimed || told.length > 0;
			this.due = isBegun ? this.due + this.now() - since : this.now() + settings.seconds * 1000;
			return refused;
		};
		return { ...passage, enter };
	}
}

/**
 * Whether the service may have done what it was asked for: it did not say that it refused. Not where that was stopped:
 * who stops a run wants nothing of it to go on.
 */
const isUncertain = (problem: Problem): boolean =>
	isUnheard(problem) ||
	(problem.kind === 'network' && problem.isUnconnected !== true) ||
	(problem.kind === 'status' && problem.status === 408);

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
