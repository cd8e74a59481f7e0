import { textOf } from '../json';
import { hashText, round } from '../random';
import { countTokens, type Call, type Outcome } from './task';

const PEOPLE = new Set(
	'John Jane Doe Angela Merkel Ada Lovelace Alan Turing Marie Curie Maria Anna Peter Paul Albert Einstein Sundar Pichai Jensen Huang Tim Cook'.split(
		' ',
	),
);
const PLACES = new Set(
	'San Francisco London Paris Berlin Hamburg Munich Vienna Prague Madrid Rome Tokyo Germany France Italy Spain Europe America York Boston Zurich California Texas'.split(
		' ',
	),
);
const COMPANIES = new Set(
	'Nvidia Apple Google Microsoft Amazon Siemens Tesla Intel Meta DeepInfra BMW NASA UNESCO Bank Inc Corp Ltd GmbH University'.split(
		' ',
	),
);
const NO_NAMES = new Set(
	'My The A An I It He She We They You In On At Who What When Where Why How This That If But And Or Yes No Dear Hello Hi Is Are Was Our Your His Her Their There Please Thanks Thank Best Regards'.split(
		' ',
	),
);

/** Runs of capitalised words; offsets count characters of the text as it came. */
export function classifyTokens(call: Call): Outcome {
	const text = textOf(call.values.input) ?? '';
	const results = [...text.matchAll(/\p{Lu}[\p{L}\p{N}'-]*(?: \p{Lu}[\p{L}\p{N}'-]*)*/gu)].flatMap((match) => {
		const name = withoutOpening(match[0], match.index);
		if (!name) return [];
		return [
			{
				entity_group: groupOf(name.word),
				score: round(0.9 + (hashText(name.word) % 1000) / 10100),
				word: name.word,
				start: charactersIn(text.slice(0, name.start)),
				end: charactersIn(text.slice(0, name.start + name.word.length)),
			},
		];
	});
	return { body: { results }, usage: { inputTokens: countTokens(text) } };
}

/** As Python counts: an emoji is one. */
const charactersIn = (text: string): number => Array.from(text).length;

/** "My name" and "The Alps": a common word at the start is no part of a name. */
function withoutOpening(run: string, start: number): { word: string; start: number } | undefined {
	let rest = run;
	let at = start;
	for (;;) {
		const first = rest.split(' ', 1)[0] ?? '';
		if (!NO_NAMES.has(first)) return rest === '' ? undefined : { word: rest, start: at };
		rest = rest.slice(first.length + 1);
		at += first.length + 1;
	}
}

function groupOf(name: string): string {
	const words = name.split(' ');
	if (words.some((word) => COMPANIES.has(word))) return 'ORG';
	if (words.some((word) => PEOPLE.has(word))) return 'PER';
	if (words.some((word) => PLACES.has(word))) return 'LOC';
	return 'MISC';
}
