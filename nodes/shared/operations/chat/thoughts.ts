const BEGIN = '<think>';
const END = '</think>';

/** A text, and what was thought before it. */
export interface Told {
	readonly text: string;
	readonly reasoning?: string;
}

/** Older reasoning models think between tags in front of their answer; some leave out the first tag. */
export function takeThoughts(content: string): Told {
	const start = /^\s*<think>/.exec(content);
	const end = content.indexOf(END);
	if (end >= 0 && (start || !content.slice(0, end).includes(BEGIN))) {
		const reasoning = content.slice(start?.[0].length ?? 0, end).trim();
		return { text: content.slice(end + END.length).trimStart(), reasoning };
	}
	// Cut off within the thoughts.
	return start ? { text: '', reasoning: content.slice(start[0].length).trim() } : { text: content };
}

/** The same of a text that comes in pieces, where the first tag is there: without it nobody knows that it is thought. */
export class Thoughts {
	private state: 'begins' | 'thinks' | 'ends' | 'over' = 'begins';
	/** What may be a tag, or blanks before or behind one. */
	private held = '';

	/** @param isLast whether nothing more comes */
	next(piece: string, isLast: boolean): Told {
		if (this.state === 'over') return { text: piece };
		this.held += piece;
		if (this.state === 'begins') {
			const said = this.held.trimStart();
			if (said.length < BEGIN.length && BEGIN.startsWith(said) && !isLast) return { text: '' };
			if (!said.startsWith(BEGIN)) return { text: this.rest() };
			this.held = said.slice(BEGIN.length);
			this.state = 'thinks';
		}
		let reasoning: string | undefined;
		if (this.state === 'thinks') {
			const { held } = this;
			const end = held.indexOf(END);
			reasoning = held.slice(0, end < 0 ? held.length - (isLast ? 0 : beginOfEnd(held)) : end);
			this.held = held.slice(end < 0 ? reasoning.length : end + END.length);
			if (end < 0) return { text: '', reasoning };
			this.state = 'ends';
		}
		this.held = this.held.trimStart();
		return { text: this.held === '' ? '' : this.rest(), reasoning };
	}

	private rest(): string {
		const { held } = this;
		this.held = '';
		this.state = 'over';
		return held;
	}
}

/** Letters at a text's end that may begin the last tag. */
function beginOfEnd(text: string): number {
	let length = Math.min(text.length, END.length - 1);
	while (!END.startsWith(text.slice(text.length - length))) length--;
	return length;
}
