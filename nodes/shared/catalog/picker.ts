import { abilityMarks, abilityWords } from './abilities';
import { isRetired, type Model } from './model';
import { writeDay } from './money';
import { chats, needsImage } from './tasks';

/** A row of n8n's list of models. */
export interface PickerRow {
	/** All of it is the title of the row's arrow, the one place that shows what is cut off (docs/n8n.md#lists). */
	readonly name: string;
	readonly value: string;
	readonly url?: string;
	/** For others than n8n's editor, which does not show it. */
	readonly description: string;
}

/** n8n has no groups in such a list: the user's own models come first and say what they are. */
const OWN: Readonly<Record<Model['kind'], string>> = {
	public: '',
	private: 'private',
	lora: 'LoRA',
	deployment: 'deployment',
};

/** What decides stands in this many characters, which is what n8n's panel shows of a row (docs/n8n.md#lists). */
const ROOM = 53;

/** Name, state, price and context length, all in view, then the rest, which may be cut off. */
export function pickerRow(model: Model, now = Date.now()): PickerRow {
	const { name, value, kind, price, contextLength, deprecation } = model;
	const states = [
		OWN[kind],
		kind === 'deployment' && model.status && !/^(running|deployed)$/i.test(model.status) ? model.status : '',
		isRetired(model, now) ? 'deprecated' : deprecation ? `until ${writeDay(deprecation.at)}` : '',
		needsImage(model) ? 'needs an image' : '',
	];
	const deciding = fitRow(name, states, price?.short, contextWords(contextLength));
	const rest = [
		kind === 'deployment' && value !== name ? value.replace(/^deploy_id:/, '') : '',
		chats(model) ? abilityMarks(model) : '',
		deprecation?.replacedBy ? `replaced by ${deprecation.replacedBy}` : '',
		deciding.startsWith(name) ? '' : name,
	];
	return {
		name: joinMarks([deciding, ...rest]),
		value,
		url: kind === 'deployment' ? 'https://deepinfra.com/dash/deployments' : `https://deepinfra.com/${encodeName(name)}`,
		description: describeModel(model, now),
	};
}

const joinMarks = (marks: ReadonlyArray<string | undefined>): string => marks.filter(Boolean).join(' · ');

/** The whole row where it fits; else without the unit of two prices; else with a shorter name, too. */
function fitRow(name: string, states: readonly string[], price = '', context = ''): string {
	const whole = joinMarks([name, ...states, price, context]);
	if (whole.length <= ROOM) return whole;
	// Two prices are for input and output, and always per 1M tokens.
	const marks = joinMarks([...states, price.replace(/^([^\s/]+\/\S+) per 1M$/, '$1'), context]);
	return joinMarks([shortenName(name, marks ? ROOM - marks.length - ' · '.length : Infinity), marks]);
}

/** Shortens a name: its owner first, since its end tells the models of a family apart. */
export function shortenName(name: string, room: number): string {
	if (name.length <= room) return name;
	const slash = name.indexOf('/');
	const letters = [...name.slice(slash + 1)];
	const spare = room - letters.length - '…/'.length;
	if (slash > 0 && spare >= LEAST_OWNER)
		return `${[...name.slice(0, slash)].slice(0, spare).join('')}…/${letters.join('')}`;
	const kept = Math.max(room, LEAST_NAME);
	if (letters.length <= kept) return letters.join('');
	const head = Math.ceil((kept - 1) / 2);
	return `${letters.slice(0, head).join('')}…${letters.slice(head + 1 - kept).join('')}`;
}

/** Of fewer letters nobody would know a name, or an owner. */
const LEAST_NAME = 18;
const LEAST_OWNER = 3;

function describeModel(model: Model, now: number): string {
	const deprecated = deprecationWords(model, now);
	const price = priceWords(model);
	return [
		deprecated && deprecated.charAt(0).toUpperCase() + deprecated.slice(1),
		price && `Price: ${price}`,
		model.contextLength === undefined ? '' : `Context: ${model.contextLength.toLocaleString('en-US')} tokens`,
		chats(model) ? abilityWords(model) : '',
		model.description.trim().replace(/\.$/, ''),
	]
		.filter(Boolean)
		.map((sentence) => `${sentence}.`)
		.join(' ');
}

const encodeName = (name: string): string => name.split('/').map(encodeURIComponent).join('/');

/** "deprecated since 2025-10-07, replaced by NAME", or what will be. Empty for a model that stays. */
function deprecationWords({ deprecation }: Pick<Model, 'deprecation'>, now = Date.now()): string {
	if (!deprecation) return '';
	const { at, replacedBy } = deprecation;
	const what = at <= now ? 'deprecated since' : 'will be deprecated on';
	return `${what} ${writeDay(at)}${replacedBy ? `, replaced by ${replacedBy}` : ''}`;
}

function priceWords({ price }: Model): string {
	if (!price?.words) return '';
	if (!price.discount) return price.words;
	const { share, endsAt } = price.discount;
	const percent = Math.round(share * 1000) / 10;
	return `${price.words} (${percent} % discount${endsAt === undefined ? '' : ` until ${writeDay(endsAt)}`})`;
}

/** "8k", by 1024 or by 1000, as the length is meant. */
function contextWords(length: number | undefined): string {
	if (length === undefined) return '';
	const step = length % 1000 !== 0 && length % 1024 === 0 ? 1024 : 1000;
	if (length < step) return `${length} tokens`;
	const thousands = length / step;
	return thousands < step ? `${Math.round(thousands)}k` : `${Number((thousands / step).toFixed(1))}M`;
}

/** A row that is no model: it says why a list is short. */
export const noticeRow = (name: string, description: string): PickerRow => ({ name, value: '', description });

/** The chosen model, where a list has none of this name. */
export const missingRow = (chosen: string, description: string): PickerRow => ({
	name: joinMarks([shortenName(chosen.slice(0, 200), ROOM - ' · not in this list'.length), 'not in this list']),
	value: chosen,
	description,
});
