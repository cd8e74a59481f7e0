/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import Ajv, { type AnySchema } from 'ajv';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { operations } from '../../nodes/shared/operations';
import { operationCases } from '../support/cases';

const folder = path.join(__dirname, '..', '..', 'nodes', 'DeepInfra', '__schema__', 'v1.0.0');
const fileOf = (resource: string, value: string) => path.join(folder, resource, `${value}.json`);

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

const usage = { model: 'm', requestId: 'R', costUsd: 0.1, runtimeMs: 3, inputTokens: 1, outputTokens: 2, attempts: 1 };
const image = { index: 0, seed: 7, nsfwContentDetected: false, prompt: 'a hat' };

describe('output schemas', () => {
	it.each(operations.map(({ resource, value }) => [resource, value]))('there is one for %s: %s', (resource, value) => {
		expect(existsSync(fileOf(resource, value))).toBe(true);
	});

	it.each(operationCases.map((each) => [each.name, each.output ?? image]))(
		'%s: tells the fields that come out',
		(name, output) => {
			const [resource = '', value = ''] = name.split(': ');
			const schema: unknown = JSON.parse(readFileSync(fileOf(resource, value), 'utf8'));
			const validate = new Ajv({ strict: false }).compile(exact(schema));
			validate({ ...output, usage });
			expect(validate.errors ?? []).toEqual([]);
			expect(validate({ ...output, usage, surprise: 1 })).toBe(false);
		},
	);
});
