/** What a service means by its words, whatever the status is that they come with. */

/** `contentModerated`, `content-moderated` and `CONTENT_MODERATED` as words: "content moderated". */
const asWords = (text: string): string =>
	text
		.replace(/([a-z])([A-Z])/g, '$1 $2')
		.replace(/[_-]+/g, ' ')
		.toLowerCase();

/** Whether a service says that its safety filter refused: DeepInfra and its partners spell that in many ways. */
export const isModerated = (words: string): boolean =>
	/\bmoderated\b|\b(safety|content)\s+(filter|system|checker|policy|moderation)|\bnsfw (content|image|output|prompt)\b/.test(
		asWords(words),
	);

/** What the length of is meant, and not that of an answer, a file or a name. */
const INPUT = '(?:inputs?|prompts?|texts?|messages?|sequence|quer(?:y|ies)|documents?|string|context)';
const BEYOND =
	'(?:exceed\\w{0,9}|(?:long|larg|great|high)er than|more than|above|over|beyond|at most|(?:less|fewer) than|no more than|<=?|>=?)';
const UNIT = '(?:tokens?|characters?|chars?|words?)';
const NUMBER = '\\d[\\d,.]{0,20}';

const TOO_LONG = new RegExp(
	[
		`\\btoo (?:long|many ${UNIT})\\b`,
		'\\bcontext (?:length|window|size)\\b',
		'\\bmax(?:imum)? (?:context|(?:input|sequence|prompt) (?:length|tokens?|characters?))\\b',
		`\\b(?:exceed\\w{0,9}|longer than|more than|larger than|above|over)\\b.{0,40}\\b(?:max(?:imum)?|limit)\\b.{0,30}\\b(?:length|${UNIT})\\b`,
		`\\b${INPUT}\\b.{0,60}${BEYOND}\\D{0,30}${NUMBER}k? ?(?:\\w+ )?${UNIT}\\b`,
		`\\b${INPUT}\\b.{0,40}\\b${NUMBER} ${UNIT}.{0,30}${BEYOND}`,
		`\\b(?:${INPUT} )?length (?:of )?${NUMBER} .{0,20}\\b(?:exceed\\w{0,9}|(?:long|larg|great)er than|more than)\\b`,
		`\\b(?:reduce|shorten|truncate|split)\\b.{0,30}\\b${INPUT}\\b`,
	].join('|'),
);

/** Whether a service says that the input is longer than the model takes, whatever the status. */
export const isTooLong = (words: string): boolean => TOO_LONG.test(asWords(words));

/** Whether a service says that it is the limit of tokens per minute that is reached. */
export const isTokenLimit = (words: string): boolean =>
	/\btokens?\b.{0,40}(\bminute|\/ ?min|\bmin\b|\bper min)|\b(per[ -]?minute|minute(ly)?|rate)\b.{0,20}\btokens?\b|\btokens? (rate|limit|quota)|\btpm\b/.test(
		asWords(words),
	);

/** A status in one spelling: "Content Moderated", "content-moderated" and `contentModerated` are `content_moderated`. */
export const plainStatus = (value: unknown): string =>
	typeof value === 'string'
		? asWords(value)
				.replace(/[^a-z0-9]+/g, ' ')
				.trim()
				.replace(/ /g, '_')
		: '';
