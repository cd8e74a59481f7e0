import { isRetired, type Model } from './model';
import { writeDay } from './money';
import { needsImage } from './tasks';

/** A row of n8n's list of models. */
export interface PickerRow {
	readonly name: string;
	readonly value: string;
	readonly url: string;
	readonly description: string;
}

/** n8n has no groups in such a list: the user's own models come first and say what they are. */
const OWN: Readonly<Record<Model['kind'], string>> = {
	public: '',
	private: 'your private model',
	lora: 'LoRA adapter',
	deployment: 'your deployment',
};

export function pickerRow(model: Model, now = Date.now()): PickerRow {
	const { name, value, kind, description } = model;
	const marks = [
		OWN[kind],
		kind === 'deployment' && model.value !== name ? value.replace(/^deploy_id:/, '') : '',
		kind === 'deployment' && model.status && !/^(running|deployed)$/i.test(model.status) ? model.status : '',
		isRetired(model, now) ? deprecationWords(model, now) : '',
		priceWords(model, now),
		contextWords(model.contextLength),
		needsImage(model) ? 'needs an image' : '',
		isRetired(model, now) ? '' : deprecationWords(model, now),
	];
	return {
		name: [name, ...marks].filter(Boolean).join(' · '),
		value,
		url: kind === 'deployment' ? 'https://deepinfra.com/dash/deployments' : `https://deepinfra.com/${encodeName(name)}`,
		description,
	};
}

const encodeName = (name: string): string => name.split('/').map(encodeURIComponent).join('/');

/** "deprecated since 2025-10-07, use NAME", or what will be. Empty for a model that stays. */
export function deprecationWords({ deprecation }: Pick<Model, 'deprecation'>, now = Date.now()): string {
	if (!deprecation) return '';
	const { at, replacedBy } = deprecation;
	const what = at <= now ? 'deprecated since' : 'will be deprecated on';
	return `${what} ${writeDay(at)}${replacedBy ? `, replaced by ${replacedBy}` : ''}`;
}

function priceWords({ price }: Model, now: number): string {
	if (!price?.words) return '';
	const { endsAt = Infinity } = price.discount ?? { endsAt: 0 };
	if (endsAt <= now) return price.words;
	return `${price.words} (discount${endsAt === Infinity ? '' : ` until ${writeDay(endsAt)}`})`;
}

/** "8k context", by 1024 or by 1000, as the length is meant. */
function contextWords(length: number | undefined): string {
	if (length === undefined) return '';
	const step = length % 1000 !== 0 && length % 1024 === 0 ? 1024 : 1000;
	if (length < step) return `${length} tokens context`;
	const thousands = length / step;
	const short = thousands < step ? `${Math.round(thousands)}k` : `${Number((thousands / step).toFixed(1))}M`;
	return `${short} context`;
}
