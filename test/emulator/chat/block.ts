/** A text that stands between a tag and its end, as prompts set one apart; and what stands around it. */
export interface Block {
	inside: string;
	around: string;
}

/** The first one: a tag within the text does not end it, unless it is the same one. */
export function findBlock(text: string): Block {
	const match = /<([A-Za-z][\w:.-]*)>\n?([^]*?)\n?<\/\1>/.exec(text);
	if (!match) return { inside: text, around: '' };
	const { index } = match;
	return { inside: match[2] ?? '', around: `${text.slice(0, index)}${text.slice(index + match[0].length)}` };
}
