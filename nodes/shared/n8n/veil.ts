import type { Dict, StreamOf } from '../core/operation';
import type { Secret } from './secret';

/** Hides the key in an answer that comes in events: what may be its beginning is kept until the next piece tells. */
export class Veil {
	/** Of each text that grows, what is not handed on yet. */
	private readonly kept = new Map<string, string>();

	constructor(
		private readonly secret: Pick<Secret, 'part'>,
		private readonly stream: Pick<StreamOf, 'change' | 'more'>,
	) {}

	/** The event with what may be handed on by now. One that needs no change stays the same object. */
	over(event: Dict): Dict {
		return this.stream.change(event, (piece, place) => {
			const { shown, kept } = this.secret.part(`${this.kept.get(place) ?? ''}${piece}`);
			this.kept.set(place, kept);
			return shown;
		});
	}

	/** At the end: what was kept turned out to be no key, or not all of it. */
	rest(): Dict[] {
		const kept = [...this.kept].filter(([, text]) => text !== '');
		this.kept.clear();
		return kept.map(([place, text]) => this.stream.more(place, text));
	}
}
