/** The names that DeepInfra uses: `maxNewTokens` becomes `max_new_tokens`. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export const isWebAddress = (text: string): boolean => /^https?:\/\/[^\s/]+/i.test(text);

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
