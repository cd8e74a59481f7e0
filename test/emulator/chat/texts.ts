/** The first sentence of a text, and its last; one of each line where points are asked for. */
export function summarize(prompt: string, text: string): string {
	const sentences = text.match(/[^.!?\n]+[.!?]?/g)?.map((sentence) => sentence.trim()) ?? [];
	const chosen = [...new Set([sentences[0] ?? '', sentences.at(-1) ?? ''])].filter(Boolean);
	return /bullet/i.test(prompt) ? chosen.map((sentence) => `- ${sentence}`).join('\n') : chosen.join(' ');
}

const WORDS: Record<string, Record<string, string>> = {
	French: { hello: 'bonjour', world: 'monde', good: 'bon', thanks: 'merci', the: 'le' },
	German: { hello: 'hallo', world: 'Welt', good: 'gut', thanks: 'danke', the: 'die' },
	Spanish: { hello: 'hola', world: 'mundo', good: 'bueno', thanks: 'gracias', the: 'el' },
};

/**
 * Word by word from a small dictionary and from lines `term = translation` in the prompt; what is not in them stays.
 * Where the prompt asks to name the language first, the first line is its name.
 */
export function translate(prompt: string, text: string): string {
	const language = /\binto (\p{Lu}\p{L}+)/u.exec(prompt)?.[1] ?? '';
	const terms = [...prompt.matchAll(/^(.+?) = (.+)$/gm)].map(([, term = '', translation = '']) => ({
		term,
		translation,
	}));
	let translated = text;
	for (const { term, translation } of terms) translated = translated.replaceAll(term, translation);
	const words = WORDS[language] ?? {};
	translated = translated.replace(/(?<![{%<\p{L}])\p{L}+(?![}>\p{L}])/gu, (word) => words[word.toLowerCase()] ?? word);
	return /first line/i.test(prompt) ? `${languageOf(text)}\n${translated}` : translated;
}

function languageOf(text: string): string {
	if (/\b(der|die|das|und|ist|nicht)\b/i.test(text)) return 'German';
	if (/\b(le|la|les|et|est|bonjour)\b/i.test(text)) return 'French';
	return 'English';
}
