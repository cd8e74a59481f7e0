/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { IDataObject } from 'n8n-workflow';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { places } from '../../../scripts/host/places';
import { exactValidator } from '../exactSchema';
import { expectNoMedia, itemsOf, onlyItem, stored } from '../results';
import { envelope, jsonReply, usageFor, type Reply } from '../service';
import type { World } from '../world';
import type { Subject } from './example';
import { askedOf, atService, script } from './scripted';

const NO_ANSWER = /undefined|TypeError|Cannot read|is not iterable|is not a function|\[object Object\]/;

/** What comes of an answer, good or odd. */
export function testAnswers(subject: Subject, of: () => World): void {
	const { operation, example, isNative, isJson, model } = subject;
	const { output } = example;
	const hasUsage = !operation.isFree && !operation.isRaw;
	const usage = isNative ? usageFor(model) : { model, attempts: 1, ...example.usage };

	async function run(reply?: Reply, simplify?: boolean) {
		const world = of();
		script(world, subject, reply && (() => reply));
		const parameters = { ...subject.parameters(), ...(simplify === undefined ? {} : { simplify }) };
		return await atService(world, { parameters, items: await subject.items(world.engine) });
	}

	it('gives the fields that its output schema tells, and no others', async () => {
		const file = path.join(
			places.project,
			'dist/nodes/DeepInfra/__schema__/v1.0.0',
			operation.resource,
			`${operation.value}.json`,
		);
		expect(operation.outputFields).toBeDefined();
		const schema: unknown = JSON.parse(readFileSync(file, 'utf8'));
		const validate = exactValidator(schema);
		const items = itemsOf(await run());
		expect(items.length).toBeGreaterThan(0);
		for (const { json } of items) {
			expectNoMedia(json);
			if (operation.isRaw) continue;
			validate(stored(json));
			expect(validate.errors ?? []).toEqual([]);
			expect(validate({ ...stored(json), surprise: 1 })).toBe(false);
		}
	});

	if (output !== undefined) {
		it('gives its output, with the usage where it costs', async () => {
			const { json, binary } = onlyItem(await run());
			const whole = operation.isRaw && isNative ? { ...envelope, ...output } : output;
			expect(stored(json)).toEqual(hasUsage ? { ...output, usage } : whole);
			if (isJson) expect(binary).toBeUndefined();
		});
	}

	if (hasUsage && isNative && isJson) {
		it('reports only what the answer knows of its use', async () => {
			const counts = ['input_tokens', 'num_input_tokens', 'num_tokens'];
			const known = Object.entries(example.answer).filter(([name]) => !counts.includes(name));
			const answer = { ...Object.fromEntries(known), request_id: null, inference_status: null };
			for (const { json } of itemsOf(await run(jsonReply(answer)))) {
				expect(stored(json).usage).toEqual({ model, attempts: 1, costUnknown: true });
			}
		});

		it('reads a cost that comes as text', async () => {
			const inference_status = { ...envelope.inference_status, cost: '0.000114' };
			const [item] = itemsOf(await run(jsonReply(subject.answerWith({ inference_status }))));
			expect(stored(item?.json).usage).toEqual(usage);
		});
	}

	if (subject.has('simplify') && output !== undefined) {
		it("gives the API's own answer when Simplify is off", async () => {
			const answer = subject.answerWith({ a_field_of_tomorrow: { kept: true } });
			const item = onlyItem(await run(jsonReply(answer), false));
			expect(item.json).toEqual(answer);
			expect(item).toMatchObject({ pairedItem: { item: 0 } });
		});
	}

	/** The words of a failure, which is one of item 0 and of no program. */
	async function failWith(reply: Reply): Promise<string> {
		const world = of();
		script(world, subject, () => reply);
		const items = await subject.items(world.engine);
		const result = await atService(world, { parameters: subject.parameters({ maxRetries: 0 }), items });
		expect(result).toMatchObject({ status: 'error', error: { itemIndex: 0 } });
		const text = `${result.error?.message} ${result.error?.description ?? ''}`;
		expect(text).not.toMatch(NO_ANSWER);
		return text;
	}

	if (isJson && !operation.isFree) {
		const told = (changes: IDataObject) => jsonReply(subject.answerWith(changes));
		const failed = {
			inference_status: { ...envelope.inference_status, status: 'failed' },
			detail: 'CUDA out of memory',
		};
		const failures: Array<[string, () => Reply, RegExp]> = [
			['an error in a good status', () => jsonReply({ error: 'input is too long' }), /input is too long/],
			['a list of errors', () => jsonReply({ errors: [{ message: 'input is too long' }] }), /input is too long/],
		];
		if (isNative) {
			failures.push(
				['inference_status failed', () => told(failed), /failed/i],
				['status error', () => told({ status: 'error', detail: 'CUDA out of memory' }), /CUDA out of memory/],
				['status cancelled', () => told({ status: 'cancelled' }), /cancel/i],
				['status request_moderated', () => told({ status: 'request_moderated' }), /moderat|safety/i],
			);
		}
		it.each(failures)('%s is an error that says so', async (_what, reply, words) => {
			expect(await failWith(reply())).toMatch(words);
		});
	}

	const whole = isJson ? JSON.stringify(subject.answer) : '';
	const odd: Array<[string, Reply]> = [
		['empty', { body: '' }],
		['HTML', { body: '<html><body>Bad gateway</body></html>', contentType: 'text/html' }],
		['a text', { body: '"fine"' }],
		['a number', { body: '42' }],
		['null', { body: 'null' }],
		['text that is not JSON', { body: 'OK' }],
	];
	if (isJson) {
		odd.push(
			['JSON that ends early', { body: whole.slice(0, -5) }],
			['cut off by a broken connection', { body: whole, cutAfter: Math.min(20, whole.length - 1) }],
			['an array', { body: '[]' }],
		);
	}
	// of an answer that nothing is read of, nothing can be missing
	if (!operation.isRaw && subject.answerFields.length > 0) odd.push(['an empty object', { body: '{}' }]);
	it.each(odd)('an answer that is %s is a clear error', async (_what, reply) => {
		expect(await failWith(reply)).toMatch(/DeepInfra|connection|answer/i);
	});

	if (isJson && !operation.isRaw && !operation.isFree) {
		const wrong = [null, 'text', 7, {}, [null], [7], ['text'], [{}], [[]], [{ label: 5, score: 'high', box: [] }]];
		const taken = (example.takes ?? []).map((value) => JSON.stringify(value));
		it.each(wrong.filter((value) => !taken.includes(JSON.stringify(value))))(
			'the wrong shape %j in every field is a clear error',
			async (value) => {
				const fields = [...subject.answerFields, 'results', 'images', 'output'];
				const body = { ...Object.fromEntries(fields.map((name) => [name, value])), ...envelope };
				expect(await failWith(jsonReply(body))).toMatch(/DeepInfra|answer|image/i);
			},
		);
	}

	const quotes = it.each([
		[{ detail: { error: 'the words of the API' } }],
		[{ error: 'the words of the API' }],
		[{ detail: 'the words of the API' }],
		[{ error: { message: 'the words of the API', type: 'x', param: null, code: null } }],
		[{ detail: [{ loc: ['body', 'input'], msg: 'the words of the API', type: 'value_error' }] }],
		[{ errors: [{ message: 'the words of the API' }] }],
	]);
	if (operation.isPersonal) {
		quotes('quotes nothing of %j, which may be personal', async (body) => {
			expect(await failWith(jsonReply(body, 400))).not.toContain('the words of the API');
		});
	} else {
		quotes('passes the words of %j on', async (body) => {
			expect(await failWith(jsonReply(body, 400))).toContain('the words of the API');
		});
	}

	it.each([401, 402, 403, 404, 405, 413, 422, 423, 429, 500, 503])(
		'status %d without a body is named, and not asked again',
		async (status) => {
			expect(await failWith({ status, body: '' })).toMatch(/[a-z]{4,}/i);
			const problem = { kind: 'status', status, body: '' } as const;
			const forms = operation.isFormRefused?.(problem) ? (operation.forms ?? 1) : 1;
			expect(askedOf(of(), subject)).toHaveLength(forms);
		},
	);
}
