import Ajv, { type AnySchema, type ValidateFunction } from 'ajv';

/** The schema as an exact one: a field that it does not name is a mistake, in the output or in the schema. */
function exact(schema: unknown): AnySchema {
	if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return true;
	const known: Record<string, unknown> = { ...schema };
	delete known.version;
	if (typeof known.properties === 'object' && known.properties !== null) {
		known.properties = Object.fromEntries(Object.entries(known.properties).map(([name, each]) => [name, exact(each)]));
		known.additionalProperties = false;
	}
	if (known.items !== undefined) known.items = exact(known.items);
	return known;
}

// Made once for all test files of a worker (test/support/jest): to make one takes longer than to check with it.
const ajv = new Ajv({ strict: false });

/** Says what of a value a schema does not tell, and what is missing. */
export const exactValidator = (schema: unknown): ValidateFunction => ajv.compile(exact(schema));
