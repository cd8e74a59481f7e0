import { assumedCost, costFacts } from '../catalog/estimate';
import { tokensWritten } from '../catalog/written';
import type { ApiRequest, Dict } from '../core/operation';
import { usageOf } from '../engine/usage';
import type { KnownModel } from './catalog';

/** USD that a request is thought to have cost whose answer does not say, by the catalogue's price. */
export function thoughtCost({ model, schema }: KnownModel, request: ApiRequest, answer: Dict = {}): number | undefined {
	const { inputTokens, outputTokens } = usageOf(answer, '', 1);
	// A place that does not count says 0.
	const used = { input: inputTokens || undefined, output: outputTokens || tokensWritten(answer) };
	return model && assumedCost(model.price, costFacts(request, schema), used);
}
