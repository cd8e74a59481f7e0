/** A key as people paste it, with `Bearer `, spaces or a newline; DeepInfra takes such a key for none at all. */
export const cleanKey = (pasted: unknown): string =>
	typeof pasted === 'string' ? pasted.trim().replace(/^bearer(\s+|$)/i, '') : '';
