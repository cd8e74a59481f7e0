import type { AnyOperation } from '../core/operation';
import type { Problem } from '../core/problem';

/** In which of an operation's forms each model is asked: learnt once for all that asks it, so that nobody pays again. */
export class Forms {
	private readonly known = new Map<string, number>();
	/** What finds out which form a model takes, where there are several. */
	private readonly pilots = new Map<string, Pilot>();

	constructor(private readonly operation: Pick<AnyOperation, 'forms' | 'isFormRefused'>) {}

	/** From 0. */
	of(model: string): number {
		return this.known.get(model) ?? 0;
	}

	/** The form to ask in next, where a failure says that the model does not take this one. */
	next(model: string, form: number, problem: Problem): number | undefined {
		const { forms = 1, isFormRefused } = this.operation;
		if (form + 1 >= forms || !isFormRefused?.(problem)) return undefined;
		const next = Math.max(form + 1, this.of(model));
		this.known.set(model, next);
		return next;
	}

	/** The first that asks a model finds out its form; the others wait until it has. */
	async inTurn<T>(model: string, ask: () => Promise<T>): Promise<T> {
		const pilot = this.pilots.get(model);
		if (pilot) await pilot.over;
		const isPilot = !pilot && (this.operation.forms ?? 1) > 1;
		if (isPilot) this.pilots.set(model, openPilot());
		try {
			return await ask();
		} finally {
			if (isPilot) this.take(model);
		}
	}

	/** The model has taken a question in its form, so nobody has to wait for what comes of it: a job may take long. */
	take(model: string): void {
		this.pilots.get(model)?.end();
	}
}

interface Pilot {
	readonly over: Promise<void>;
	readonly end: () => void;
}

function openPilot(): Pilot {
	let end = () => {};
	const over = new Promise<void>((resolve) => (end = resolve));
	return { over, end };
}
