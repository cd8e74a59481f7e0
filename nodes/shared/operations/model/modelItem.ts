import { isDict } from '../../core/answer';
import { isRetired, type Model } from '../../catalog/model';
import type { Dict } from '../../core/operation';

export const MODEL_FIELDS = {
	name: 'string',
	task: 'string',
	description: 'string',
	contextLength: 'integer | null',
	tags: ['string'],
	'pricing | null': {
		type: 'string',
		text: 'string',
		rates: [{ usd: 'number', per: 'string' }],
		discount: { percent: 'number', endsAt: 'string | null' },
	},
	isFeatured: 'boolean',
	isPartner: 'boolean',
	isPrivate: 'boolean',
	isDeprecated: 'boolean',
	deprecatedAt: 'string',
	replacedBy: 'string',
} as const;

/** A model of the catalogue as an item: prices as numbers, in USD for the unit that each names. */
export function modelItem(model: Model, now: number): Dict {
	const { name, tasks, description, contextLength, tags, price, deprecation, kind, isPartner } = model;
	return {
		name,
		task: tasks.includes('custom') ? 'custom' : tasks[0],
		description,
		contextLength: contextLength ?? null,
		tags,
		pricing: price
			? {
					type: price.type,
					text: price.words,
					rates: price.rates,
					discount: price.discount && {
						percent: Math.round(price.discount.share * 1000) / 10,
						endsAt: price.discount.endsAt === undefined ? null : new Date(price.discount.endsAt).toISOString(),
					},
				}
			: null,
		isFeatured: model.featured,
		isPartner,
		isPrivate: kind !== 'public',
		isDeprecated: isRetired(model, now),
		deprecatedAt: deprecation && new Date(deprecation.at).toISOString(),
		replacedBy: deprecation?.replacedBy,
	};
}

/** What an agent needs to choose one. */
export function briefModel({ name, task, contextLength, pricing }: Dict): Dict {
	const { text } = isDict(pricing) ? pricing : {};
	return { name, task, contextLength, price: text };
}
