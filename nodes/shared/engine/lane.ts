import type { Outcome, Problem } from '../core/problem';
import type { Dict } from '../core/operation';
import { onAbort } from './abort';
import { Breaker } from './breaker';
import type { CallContext, Passage } from './call';
import type { Charge, Reservation } from './charge';
import { Gate, type Clock, type Door, type Passing } from './gate';
import type { Meter } from './meter';
import { Pace } from './pace';
import { signOf, type Scope } from './verdict';

/** How many requests of one item may be sent again sets how often a service that is down is asked for a sign of life. */
const probesFor = (maxRetries: number): number => Math.max(2, 2 * maxRetries);

/** What the requests of a run to one model have in common. */
export interface LaneRules {
	readonly model: string;
	/** What the user allows at once; the node finds the number where it is not set. */
	readonly maxConcurrency: number | undefined;
	readonly maxRetries: number;
}

/** What is known of one request before it is sent. */
export interface Sending {
	/** USD that it costs at most, where that is known. */
	readonly estimate?: number;
	/** Of what it belongs to, which may say only later what it costs; who made it closes it. */
	readonly charge?: Charge;
	/** Whether it is paid for already, as the question for a job's result is: no budget keeps it back. */
	readonly isPaid?: boolean;
	/** Whether it gets what the service has taken before: whatever others fail with, it neither keeps this back nor is told by it. */
	readonly isOwed?: boolean;
	/** Whether its time is running already: it waits for no model that is down, but a key that is refused keeps it back. */
	readonly isTimed?: boolean;
	/** Whether nobody can use its answer any more, since the rest of what it belongs to has failed. */
	isUnwanted?(): boolean;
	/** The same for requests that ask for the same features. */
	readonly options: string;
	/** Whether 'not found' speaks of the model, not of something else that the request names. */
	readonly isAboutModel: boolean;
}

/** Gates that runs at the same time share: a service does not care which of them a request belongs to. */
export class SharedGates {
	private readonly all = new Map<string, { readonly gate: Gate; users: number }>();

	constructor(private readonly clock: Clock) {}

	/** Must be given back. */
	borrow(key: string, maxConcurrency: number | undefined): Gate {
		const known = this.all.get(key);
		if (known) {
			known.users++;
			known.gate.admit(maxConcurrency);
			return known.gate;
		}
		const gate = new Gate(new Pace(maxConcurrency), this.clock);
		this.all.set(key, { gate, users: 1 });
		return gate;
	}

	giveBack(key: string): void {
		const known = this.all.get(key);
		if (known && --known.users === 0) this.all.delete(key);
	}
}

/** The lanes of a run, one for each model: one that is stuck or over holds up none of the others. */
export class Lanes {
	private readonly account: Breaker;
	private readonly hall: Gate;
	private readonly lanes = new Map<string, Lane>();

	constructor(
		private readonly run: CallContext,
		private readonly meter: Meter,
		private readonly gates: SharedGates,
		/** Tells the run's account from others of this process. */
		private readonly name: string,
		maxConcurrency: number | undefined,
	) {
		this.account = new Breaker(run.clock, run.signal, 0);
		this.hall = new Gate(new Pace(maxConcurrency), run.clock);
		onAbort(run.signal, () => this.close());
	}

	/** The lane of a model; made when it is first asked for. */
	of(rules: LaneRules): Lane {
		const known = this.lanes.get(rules.model);
		if (known) return known;
		const { signal } = this.run;
		// Nobody would give it back after the end of the run.
		const gate = signal.aborted
			? new Gate(new Pace(rules.maxConcurrency), this.run.clock)
			: this.gates.borrow(this.gateOf(rules.model), rules.maxConcurrency);
		const doors = [gate.door(signal, rules.maxConcurrency), this.hall.door(signal)] as const;
		const lane = new Lane(this.run, this.meter, rules, doors, gate, this.account);
		this.lanes.set(rules.model, lane);
		return lane;
	}

	private gateOf(model: string): string {
		return `${this.name} ${model}`;
	}

	/** The run, or who is supplied, is over: all who wait look again, and the gates are for others. */
	close(): void {
		this.meter.wake();
		this.account.wake();
		for (const [model, lane] of this.lanes) {
			lane.wake();
			this.gates.giveBack(this.gateOf(model));
		}
		this.lanes.clear();
	}
}

/** Who looks at the ends of requests, each for those that share something. */
type Watch = readonly [WatchOf<'account'>, WatchOf<'model'>, WatchOf<'options'>];
type WatchOf<S extends Scope> = readonly [Breaker, S];

/** The way of all requests to one model. */
export class Lane {
	private readonly model: Breaker;
	private readonly byOptions = new Map<string, Watch>();

	constructor(
		private readonly run: CallContext,
		private readonly meter: Meter,
		private readonly rules: LaneRules,
		private readonly doors: readonly [Door, Door],
		private readonly gate: Gate,
		private readonly account: Breaker,
	) {
		this.model = this.breaker();
	}

	/** Why nothing more is sent to this model. */
	get verdict(): Problem | undefined {
		return this.model.verdict ?? this.account.verdict;
	}

	/** The way of one request. */
	passage(sending: Sending): Passage<Dict> {
		let reservation: Reservation | undefined;
		let since = 0;
		return {
			enter: async () => {
				for (;;) {
					const refused = this.refusal(sending);
					if (refused) return refused;
					const obstacle = this.obstacle(sending);
					if (obstacle) {
						await obstacle.change();
						continue;
					}
					for (const door of this.doors) await door.enter();
					if (this.refusal(sending) === undefined && this.obstacle(sending) === undefined) break;
					for (const door of this.doors) door.leave('unsent');
				}
				for (const [breaker] of this.watch(sending)) breaker.enter();
				reservation = this.meter.reserve(sending.isPaid ? 0 : sending.estimate);
				since = this.run.clock.now();
				return undefined;
			},
			leave: (outcome) => {
				// Counted before the next request is let in, which asks whether the budget is used up.
				if (reservation) this.meter.settle(reservation, outcome, sending.charge);
				this.learn(sending, outcome);
				const passing = passingOf(outcome);
				const [own, hall] = this.doors;
				own.leave(passing, this.run.clock.now() - since);
				// What one model cannot take says nothing of the others.
				hall.leave(passing === 'answered' ? passing : 'unsent');
			},
		};
	}

	wake(): void {
		this.model.wake();
		for (const [, , [own]] of this.byOptions.values()) own.wake();
	}

	private breaker(): Breaker {
		return new Breaker(this.run.clock, this.run.signal, probesFor(this.rules.maxRetries));
	}

	/** What is closed for a request, and learns of its end. */
	private watch({ isOwed, isTimed, options }: Sending): Watch | readonly [Watch[0]] | readonly [] {
		if (isOwed) return [];
		if (isTimed) return [[this.account, 'account']];
		const known = this.byOptions.get(options);
		if (known) return known;
		const made: Watch = [
			[this.account, 'account'],
			[this.model, 'model'],
			[this.breaker(), 'options'],
		];
		this.byOptions.set(options, made);
		return made;
	}

	private refusal(sending: Sending): Problem | undefined {
		if (this.run.signal.aborted || (!sending.isPaid && sending.isUnwanted?.())) return { kind: 'stopped' };
		const cause = this.watch(sending).find(([{ verdict }]) => verdict)?.[0].verdict;
		if (cause) return { kind: 'unsent', cause };
		return sending.isPaid ? undefined : this.meter.exceeded();
	}

	/** What a request has to wait for. */
	private obstacle(sending: Sending): { change(): Promise<void> } | undefined {
		const closed = this.watch(sending).find(([{ isOpen }]) => !isOpen);
		return closed?.[0] ?? (sending.isPaid || this.meter.hasRoom(sending.estimate) ? undefined : this.meter);
	}

	private learn(sending: Sending, outcome: Outcome<Dict>): void {
		const wasDown = this.model.isDown;
		const problem = outcome.ok ? undefined : outcome.problem;
		for (const [breaker, scope] of this.watch(sending)) {
			const sign = signOf(outcome, scope);
			// 'Not found' may speak of a job, a file or a voice.
			const isOther = sign === 'hopeless' && scope === 'model' && !sending.isAboutModel;
			breaker.leave(isOther ? 'well' : sign, problem);
		}
		if (wasDown && !this.model.isDown && !this.model.verdict) this.gate.restart();
	}
}

/** What a gate makes of the end of a request. */
export function passingOf(outcome: Outcome<unknown>): Passing {
	if (outcome.ok) return 'answered';
	const { problem } = outcome;
	if (problem.kind === 'status' && problem.status === 429) return 'busy';
	return ['input', 'local', 'source', 'stopped'].includes(problem.kind) ? 'unsent' : 'failed';
}

/** A way that knows a door alone, for what costs nothing. */
export function throughDoor<T>(door: Door, signal: AbortSignal): Passage<T> {
	return {
		enter: async () => {
			await door.enter();
			if (!signal.aborted) return undefined;
			door.leave('unsent');
			return { kind: 'stopped' };
		},
		leave: ({ ok }) => door.leave(ok ? 'answered' : 'unsent'),
	};
}
