import { abilityMarks, abilityWords } from './abilities';
import { isRetired, type Model } from './model';
import { writeDay } from './money';
import { chats, needsImage } from './tasks';

/** A row of n8n's list of models. */
export interface PickerRow {
	readonly name: string;
	readonly value: string;
	readonly url?: string;
	/** Shown beside the row while the mouse is on it. */
	readonly description: string;
}

/** n8n has no groups in such a list: the user's own models come first and say what they are. */
const OWN: Readonly<Record<Model['kind'], string>> = {
	public: '',
	private: 'private',
	lora: 'LoRA',
	deployment: 'deployment',
};

/** n8n's panel cuts a row after some 55 characters: what decides stands first and short, the rest in its description. */
export function pickerRow(model: Model, now = Date.now()): PickerRow {
	const { name, value, kind, price, contextLength, deprecation } = model;
	const marks = [
		OWN[kind],
		kind === 'deployment' && model.value !== name ? value.replace(/^deploy_id:/, '') : '',
		kind === 'deployment' && model.status && !/^(running|deployed)$/i.test(model.status) ? model.status : '',
		isRetired(model, now) ? 'deprecated' : deprecation ? `until ${writeDay(deprecation.at)}` : '',
		needsImage(model) ? 'needs an image' : '',
		price?.short,
		contextWords(contextLength),
		chats(model) ? abilityMarks(model) : '',
	];
	return {
		name: [name, ...marks].filter(Boolean).join(' · '),
		value,
		url: kind === 'deployment' ? 'https://deepinfra.com/dash/deployments' : `https://deepinfra.com/${encodeName(name)}`,
		description: describeModel(model, now),
	};
}

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
export function deprecationWords({ deprecation }: Pick<Model, 'deprecation'>, now = Date.now()): string {
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
