import { isDict, optionalText } from '../../core/answer';

/** The text of a message: some services give it in pieces, texts or parts, of which others are thoughts. */
export function textOfContent(content: unknown): string | undefined {
	if (typeof content === 'string') return content;
	const parts: unknown[] | undefined = Array.isArray(content) ? content : isDict(content) ? [content] : undefined;
	return parts?.map(textOfPart).join('');
}

function textOfPart(part: unknown): string {
	if (!isDict(part)) return optionalText(part) ?? '';
	const { type = 'text', text } = part;
	return type === 'text' || type === 'output_text' ? (optionalText(text) ?? '') : '';
}
