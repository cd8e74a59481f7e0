import type { IDataObject } from 'n8n-workflow';
import { hintsOf, itemsOf, stored, summary } from '../results';
import { jsonReply, type Reply, type SentRequest } from '../service';
import type { World } from '../world';
import { bodyOf, type Subject } from './example';
import { askedOf, atService } from './scripted';

/** What is sent is held to what the model's own schema says, where there is one. */
export function testModelSchema(subject: Subject, of: () => World): void {
	// a model's own fields are all that a raw operation has: its own tests
	if (!subject.isNative || subject.operation.isRaw || !subject.hasOption('extraFields')) return;
	const own = [...Object.keys(subject.example.request.body ?? {}), ...Object.keys(subject.example.parameters ?? {})];

	/** A schema that takes what the operation sends, and some more. */
	const schemaThatRequires = (required: string[]) => ({
		type: 'object',
		required,
		properties: {
			...Object.fromEntries(own.map((name) => [name, {}])),
			level: { type: 'integer', minimum: 1, maximum: 9 },
			share: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
			mode: { allOf: [{ $ref: '#/definitions/Mode' }] },
			is_loud: { type: 'boolean' },
			domain: { type: 'string', maxLength: 5 },
		},
		definitions: { Mode: { enum: ['fast', 'good'] } },
	});

	/** Every schema has a version of its own: what the catalog says is remembered. */
	const versions: string[] = [];
	function versionOf(schema: IDataObject | undefined): string {
		const text = JSON.stringify(schema) ?? '';
		if (!versions.includes(text)) versions.push(text);
		return `v${versions.indexOf(text)}`;
	}

	async function run(schema: IDataObject | undefined, extraFields: string) {
		const world = of();
		world.service.requests.length = 0;
		world.service.reply = (request: SentRequest): Reply => {
			if (subject.asks(request)) return subject.reply(request);
			if (schema === undefined) return { status: 404, body: '{}' };
			return request.path.includes('/schema/')
				? jsonReply({ schema_in: schema })
				: jsonReply({ model_name: subject.model });
		};
		const parameters = subject.parameters({ extraFields, modelVersion: versionOf(schema) });
		return await atService(world, { parameters, items: await subject.items(world.engine) });
	}

	describe('with a schema', () => {
		it.each([
			['out of range', '{ "level": 10 }', "'Level' is NUMBER, but this model takes 1 to 9", '10'],
			['on an open bound', '{ "share": 0 }', "'Share' is NUMBER, but this model takes more than 0 and at most 1", '0'],
			['no whole number', '{ "level": 1.5 }', "'Level' is NUMBER, but this model takes a whole number, 1 to 9", '1.5'],
			[
				'of the wrong type',
				'{ "level": "high" }',
				"'Level' is 'high', but this model takes a whole number, 1 to 9",
				'',
			],
			['no switch', '{ "is_loud": "very" }', "'Is Loud' is 'very', but this model takes true or false", ''],
			['an unknown choice', '{ "mode": "quick" }', "'Mode' is 'quick', but this model takes one of: fast, good", ''],
			['too long', '{ "domain": "medicine" }', "'Domain' has 8 characters, but this model takes at most 5", ''],
		])('a value that is %s is refused', async (_what, extraFields, words, number) => {
			const { error, items } = await run(schemaThatRequires([]), extraFields);
			expect(error).toMatchObject({ message: `${words.replace('NUMBER', number)} [item 0]`, itemIndex: 0 });
			expect(items).toEqual([]);
			expect(askedOf(of(), subject)).toEqual([]);
		});

		it('plain text is taken for what it says', async () => {
			itemsOf(await run(schemaThatRequires([]), '{ "level": "7", "is_loud": "true", "domain": 12 }'));
			const { isForm, body } = bodyOf(askedOf(of(), subject)[0]);
			expect([body?.level, body?.is_loud, body?.domain]).toEqual(isForm ? ['7', 'true', '12'] : [7, true, '12']);
		});

		it('that needs what the form does not offer says so, and how to give it', async () => {
			const refused = await run(schemaThatRequires(['domain']), '{}');
			expect(refused.error).toMatchObject({
				message: "'Domain' is missing, but this model needs it [item 0]",
				description: expect.stringContaining('"domain"'),
			});
			expect(refused.error?.description).toContain("'Extra Fields");
			expect(askedOf(of(), subject)).toEqual([]);
			itemsOf(await run(schemaThatRequires(['domain']), '{ "domain": "law" }'));
			expect(bodyOf(askedOf(of(), subject)[0]).body?.domain).toBe('law');
		});
	});

	it('without a schema nothing is checked, nothing left out', async () => {
		const result = await run(undefined, '{ "level": 99, "unheard_of": true }');
		for (const { json } of itemsOf(result)) expect(stored(json)).not.toHaveProperty('usage.droppedParameters');
		const { isForm, body } = bodyOf(askedOf(of(), subject)[0]);
		expect([body?.level, body?.unheard_of]).toEqual(isForm ? ['99', 'true'] : [99, true]);
		expect(hintsOf(result)).toEqual([expect.stringMatching(summary(1, 1, '[\\d.]+'))]);
	});
}
