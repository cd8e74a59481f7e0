import type { Dict, StreamOf } from '../core/operation';
import type { Steps } from '../core/steps';
import { AT_A_TIME, type Secret } from './secret';

/** Hides the key in an answer that comes in events: what may be its beginning is kept until the next piece tells. */
export class Veil {
	/** Of each text that grows, what is not handed on yet. */
	private readonly kept = new Map<string, string>();

	constructor(
		private readonly secret: Pick<Secret, 'part'>,
		private readonly stream: Pick<StreamOf, 'change' | 'more'>,
	) {}

	/** The event with what may be handed on by now. One that needs no change stays the same object. */
	*over(event: Dict): Steps<Dict> {
		const long = new Map<string, string>();
		const changed = this.stream.change(event, (piece, place) => {
			if (piece.length <= AT_A_TIME) return this.next(piece, place);
			long.set(place, piece);
			return piece;
		});
		if (long.size === 0) return changed;
		const shown = new Map<string, string>();
		for (const [place, piece] of long) shown.set(place, yield* this.nextInSteps(piece, place));
		return this.stream.change(changed, (piece, place) => shown.get(place) ?? piece);
	}

	private next(piece: string, place: string): string {
		const { shown, kept } = this.secret.part(`${this.kept.get(place) ?? ''}${piece}`);
		this.kept.set(place, kept);
		return shown;
	}

	/** The same for a piece of megabytes. */
	private *nextInSteps(piece: string, place: string): Steps<string> {
		let shown = '';
		for (let from = 0; from < piece.length; from += AT_A_TIME, yield)
			shown += this.next(piece.slice(from, from + AT_A_TIME), place);
		return shown;
	}

	/** At the end: what was kept turned out to be no key, or not all of it. */
	rest(): Dict[] {
		const kept = [...this.kept].filter(([, text]) => text !== '');
		this.kept.clear();
		return kept.map(([place, text]) => this.stream.more(place, text));
	}
}
