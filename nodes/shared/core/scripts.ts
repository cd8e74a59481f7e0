/** How texts in scripts other than ours are written. */

/** Scripts that put nothing between words. */
export const UNSPACED =
	/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Tibetan}]/u;

/** Signs that end a sentence whatever follows: a full stop may stand in a number or an abbreviation, also a wide one. */
export const ENDS = String.raw`(?![.!?．])\p{Sentence_Terminal}`;

/** The same where a blank follows. */
export const ENDS_BEFORE_BLANK = String.raw`[\p{Sentence_Terminal}…]`;

/** What closes what somebody says, behind the end of the sentence. */
export const CLOSERS = String.raw`["'»”’)\]」』》）]`;
