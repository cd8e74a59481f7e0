import type { AnyOperation, ApiRequest, Dict, Inputs, ModelFacts } from '../core/operation';
import { isNative } from '../core/request';
import { own } from '../core/values';
import { checkBilledNumbers } from '../schema/billedNumbers';
import { fitRequest, type Fitted } from '../schema/fitRequest';
import { labelsOf } from '../schema/read';
import { screenNames } from './input';
import { extraNames } from './settings';

/** Makes the requests of an operation as their models take them. Sends nothing, so making one is the check. */
export class RequestMaker {
	/** What the screen calls the API's names. */
	readonly names: Readonly<Record<string, string>>;

	constructor(private readonly operation: AnyOperation) {
		this.names = screenNames(operation.fields);
	}

	/** @throws InputError for what the operation or the model would refuse */
	make(inputs: Inputs<Dict>, facts: ModelFacts): Fitted {
		return this.fit(this.operation.request(inputs, facts), inputs[0], facts);
	}

	/** A request that was made before the catalogue was asked, as its model takes it; made anew where that can change it. */
	remake(fitted: Fitted, input: Dict, facts: ModelFacts): Fitted {
		if (this.operation.usesFacts) return this.make([input], facts);
		return this.fit(fitted.request, input, facts);
	}

	/** What the screen calls a parameter of the API. */
	nameOf(parameter: string): string {
		return own(this.names, parameter) ?? parameter;
	}

	private fit(request: ApiRequest, input: Dict, { name, schema }: ModelFacts): Fitted {
		// A form of the model's own fields calls them by the labels of its schema.
		const names = this.operation.isRaw ? labelsOf(schema) : this.names;
		const byHand = extraNames(input);
		const fitted = isNative(request) ? fitRequest(request, schema, names, byHand) : { request, dropped: [] };
		// The model's own limits go before all others, so nothing is said before the catalogue was asked.
		if (name !== undefined) checkBilledNumbers(fitted.request, schema, names, byHand);
		return fitted;
	}
}
