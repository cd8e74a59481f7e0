import { holdsMoreValues } from '../core/amount';
import { isDict } from '../core/answer';
import type { Dict } from '../core/operation';

/** As models write their gap: `[MASK]`, `<mask>`, `<extra_id_0>`. */
const MASK = /\[mask\]|<\|?mask\|?>|<extra_id_0>/i;

/** Families whose tokenizers write `<mask>`, and `<extra_id_0>`; all others have BERT's `[MASK]`. */
const ANGLE =
	/roberta|chemberta|camembert|robbert|bertin|xlm|xlnet|bart|mpnet|longformer|bertweet|phobert|codebert|unixcoder|herbert|umberto|gilberto|luke|funnel|data2vec|(^|[^a-z])esm[^a-z]/i;
const SENTINEL = /(^|[^a-z])(m|by|flan-|code)?t5([^a-z]|$)/i;

/**
 * How a model writes a gap, from what the catalogue says about it: the token itself, which it no longer tells since June
 * 2026, else the one in its example or schema. Undefined where none of them has one.
 */
export function findMaskToken(info: unknown): string | undefined {
	if (!isDict(info)) return undefined;
	if (typeof info.mask_token === 'string' && info.mask_token.trim() !== '') return info.mask_token;
	return ['curl_inv', 'cmdline_inv', 'in_fields', 'in_schema'].map((name) => maskIn(info, name)).find(Boolean);
}

/** Of a schema; one with more is no model's that fills gaps. */
const MOST_VALUES = 2000;

/** A schema may be large: only its beginning can hold an example of a single text. */
function maskIn(info: Dict, name: string): string | undefined {
	const value = info[name];
	const text =
		typeof value === 'string' ? value : holdsMoreValues(value, MOST_VALUES) ? '' : JSON.stringify(value ?? '');
	return MASK.exec(text.slice(0, 20_000))?.[0];
}

/** How a model of this name most likely writes a gap. */
export function guessMaskToken(model: string): string {
	const name = model.split('/').at(-1) ?? model;
	if (SENTINEL.test(name)) return '<extra_id_0>';
	return ANGLE.test(name) ? '<mask>' : '[MASK]';
}
