import type { Dict } from '../core/operation';
import { isRetired, type Model } from './models';

const withoutGaps = (values: Dict): Dict =>
	Object.fromEntries(Object.entries(values).filter(([, each]) => each !== undefined));

const timeOf = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());

/** A model as an output item; prices are numbers in USD, each with the unit it is for. */
export function modelItem(model: Model, now = Date.now()): Dict {
	const { name, value, tasks, description, kind, price, contextLength, tags, deprecation } = model;
	return withoutGaps({
		model: value,
		name,
		task: tasks[0],
		reportedTask: tasks[1],
		description,
		kind,
		featured: model.featured,
		isPartner: model.isPartner,
		tags: [...tags],
		contextLength,
		quantization: model.quantization,
		status: model.status,
		createdAt: timeOf(model.createdAt),
		price:
			price &&
			withoutGaps({
				type: price.type,
				rates: price.rates.map((rate) => ({ ...rate })),
				summary: price.words,
				details: price.details,
				discountEndsAt: timeOf(price.discount?.endsAt),
			}),
		deprecated: isRetired(model, now),
		deprecatedAt: timeOf(deprecation?.at),
		replacedBy: deprecation?.replacedBy,
	});
}
