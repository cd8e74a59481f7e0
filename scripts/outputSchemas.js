const { mkdir, writeFile } = require('node:fs/promises');
const path = require('node:path');

/** What each billed output says of its request; the rest of it only in some cases. */
const USAGE = {
	model: 'string',
	requestId: 'string',
	costUsd: 'number',
	estimatedCostUsd: 'number',
	costUnknown: 'boolean',
	runtimeMs: 'number',
	inputTokens: 'integer',
	outputTokens: 'integer',
	attempts: 'integer',
};

/** An `OutputShape` (nodes/shared/core/operation.ts) as JSON Schema. */
function schemaOf(shape) {
	if (typeof shape === 'string') {
		const types = shape.split(' | ');
		return { type: types.length === 1 ? shape : types };
	}
	if (Array.isArray(shape)) return { type: 'array', items: schemaOf(shape[0]) };
	const fields = Object.entries(shape);
	if (fields.length === 0) return { type: 'object' };
	return { type: 'object', properties: Object.fromEntries(fields.map(propertyOf)) };
}

/** n8n's editor shows the fields of an object whose `type` is that alone. */
function propertyOf([name, shape]) {
	const [own, other] = name.split(' | ');
	return [own, { ...schemaOf(shape), ...(other === 'null' ? { nullable: true } : {}) }];
}

/** Writes what n8n's editor reads of each operation before it was run, as RESOURCE/OPERATION.json below the folder. */
async function writeOutputSchemas(operations, folder) {
	for (const { resource, value, outputFields, isFree, isRaw, gather } of operations) {
		if (outputFields === undefined) continue;
		// What is done later has cost nothing yet.
		const hasUsage = !isFree && !isRaw && !gather;
		const fields = !hasUsage ? outputFields : { ...outputFields, usage: { ...USAGE, ...outputFields.usage } };
		await mkdir(path.join(folder, resource), { recursive: true });
		const schema = { ...schemaOf(fields), version: 1 };
		await writeFile(path.join(folder, resource, `${value}.json`), `${JSON.stringify(schema, null, '\t')}\n`);
	}
}

module.exports = { writeOutputSchemas };
