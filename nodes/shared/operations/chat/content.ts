import { isDict, optionalText } from '../../core/answer';

/** The text of a message: some services give it in texts, or in parts of which others are thoughts. */
export function textOfContent(content: unknown): string | undefined {
	if (typeof content === 'string') return content;
	const parts: unknown[] | undefined = Array.isArray(content) ? content : isDict(content) ? [content] : undefined;
	const isTexts = parts?.every((part) => typeof part === 'string');
	return isTexts ? parts?.join('') : parts?.map(textOfPart).join('');
}

function textOfPart(part: unknown): string {
	if (!isDict(part)) return '';
	const { type = 'text', text } = part;
	return type === 'text' || type === 'output_text' ? (optionalText(text) ?? '') : '';
}
