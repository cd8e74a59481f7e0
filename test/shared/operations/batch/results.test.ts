/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { Readable } from 'node:stream';
import { secretOf } from '../../../../nodes/shared/n8n/secret';
import { explain } from '../../../../nodes/shared/engine/explain';
import { readLines } from '../../../../nodes/shared/n8n/http/lines';
import type { LineOutput } from '../../../../nodes/shared/core/operation';
import { readBatch, readBatches } from '../../../../nodes/shared/operations/batch/batches';
import { BatchReader } from '../../../../nodes/shared/operations/batch/results';

/** The files of a batch, as the service may write them. */
interface Files {
	readonly output?: string;
	readonly errors?: string;
	readonly input?: string;
	readonly total?: number;
	readonly completed?: number;
	readonly status?: string;
	readonly isOurs?: boolean;
	/** Bytes that come at once. */
	readonly piece?: number;
}

const answer = (text: string) => ({
	id: 'chatcmpl-1',
	choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text } }],
	usage: { prompt_tokens: 1, completion_tokens: 1, estimated_cost: 0.000001 },
});
const line = (custom_id: unknown, response: unknown, error: unknown = null) =>
	JSON.stringify({ id: 'batch_req_1', custom_id, response, error });
const good = (id: unknown, text = `text ${String(id)}`) => line(id, { status_code: 200, body: answer(text) });
const asked = (id: string) => JSON.stringify({ custom_id: id, method: 'POST', url: '/v1/chat/completions', body: {} });

/** What all lines come to, in order, and what would be deleted. */
async function read(files: Files) {
	const { output, errors, input, total, completed, status = 'completed', isOurs = true, piece = 1e6 } = files;
	const batch = readBatch({
		id: 'batch_1',
		status,
		endpoint: '/v1/chat/completions',
		request_counts: total === undefined ? undefined : { total, completed },
		input_file_id: 'file-in',
		output_file_id: output === undefined ? null : 'file-out',
		error_file_id: errors === undefined ? null : 'file-err',
		metadata: isOurs ? { n8n_deepinfra: '1' } : null,
	});
	const contents: Record<string, string | undefined> = { 'file-in': input, 'file-out': output, 'file-err': errors };
	const reader = new BatchReader(batch, true);
	const outputs: LineOutput[] = [];
	const opened: string[] = [];
	for (let file = reader.next(); file; file = reader.next()) {
		const [, id = ''] = /files\/([\w-]+)\/content/.exec(file.path) ?? [];
		opened.push(id);
		const text = contents[id];
		if (text === undefined) {
			outputs.push(...(file.otherwise ?? []));
			continue;
		}
		const bytes = Buffer.from(text);
		const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, at) =>
			bytes.subarray(at * piece, (at + 1) * piece),
		);
		await readLines(
			Readable.from(pieces),
			0,
			secretOf('').redactAnswer,
			async (each) => void outputs.push(...reader.read(each)),
		);
	}
	const said = outputs
		.sort((a, b) => a.at - b.at)
		.map(({ name, json, failure }) => {
			const words = failure && 'message' in failure ? failure.message : failure?.kind;
			return [name, words ?? json?.text];
		});
	const notes = [...new Set(outputs.flatMap(({ note }) => note ?? []))];
	return { said, opened, deletes: reader.after.length, notes };
}

describe('the results of a batch', () => {
	it.each([1, 3, 7, 1e6])('come in the order of create, in pieces of %d bytes', async (piece) => {
		const output = `\uFEFF${good('2', 'ü 日本 \u2028 👍')}\r\n\r\n${good('0')}\n   \n${good('1:a,3:b')}`;
		const { said, opened, deletes } = await read({ output, total: 3, piece });
		expect(said).toEqual([
			['0', 'text 0'],
			['a', 'text 1:a,3:b'],
			['2', 'ü 日本 \u2028 👍'],
			['b', 'text 1:a,3:b'],
		]);
		expect([opened, deletes]).toEqual([['file-out'], 2]);
	});

	it.each<[string, string]>([
		['has no choices', line('1', { status_code: 200, body: { ...answer('x'), choices: undefined, text: 'paid' } })],
		['is none of the JSON that was asked for', line('j1', { status_code: 200, body: answer('No {JSON') })],
		['is no JSON', `{"custom_id": "1", "response": {`],
	])('stays at DeepInfra where an answer that is paid for %s', async (_, odd) => {
		const { deletes, notes } = await read({ output: [good('0'), odd].join('\n'), total: 2 });
		expect(deletes).toBe(0);
		expect(notes).toEqual([expect.stringMatching(/files of the batch batch_1 stay at DeepInfra/)]);
	});

	it.each([[[asked('0'), asked('1'), asked('2')].join('\n')], [undefined]])(
		'stays where its file was cut off without a word, and what is paid is not sent again: input %#',
		async (input) => {
			const errors = line('2', { status_code: 429, body: { error: { message: 'busy' } } });
			const { said, deletes, notes } = await read({ output: good('0'), errors, input, total: 3, completed: 2 });
			expect(said.map(([, words]) => words)).toContainEqual(
				expect.stringMatching(/brought no result: the file of results has 1 of 2 answers/),
			);
			expect(deletes).toBe(0);
			expect(notes).toEqual([expect.stringMatching(/files of the batch batch_1 stay at DeepInfra/)]);
			expect((await read({ output: good('0'), errors, input, total: 3, completed: 1 })).deletes).toBe(3);
		},
	);

	it('is deleted where a line was refused, which left nothing', async () => {
		const errors = line('1', { status_code: 429, body: { error: { message: 'busy' } } });
		expect((await read({ output: good('0'), errors, total: 2 })).deletes).toBe(3);
	});

	it('has each line once, whatever comes twice', async () => {
		const output = [good('0', 'first'), good('0', 'second'), good('1')].join('\n');
		const errors = line('1', null, { message: 'too late' });
		expect((await read({ output, errors, total: 2 })).said).toEqual([
			['0', 'first'],
			['1', 'text 1'],
		]);
	});

	it('takes failures in every form, each for its own line', async () => {
		const errors = [
			line('0', { status_code: 429, body: { error: { message: 'busy' } } }),
			line('1', null, { code: 'server_error', message: 'no luck' }),
			line('2', null, { code: 'batch_expired' }),
			line('3', null, null),
			line('4', { status_code: 200, body: { error: { message: 'inner words' } } }),
			line('5', { status_code: 200, body: {} }),
			line('6', { status_code: 200, body: 'text' }),
			line('7', 'odd', 'plain words'),
			line('8', { status_code: '500', body: null }),
		].join('\n');
		const { said } = await read({ errors, total: 10, input: [asked('9'), asked('0')].join('\n') });
		expect(said.map(([name]) => name)).toEqual(Array.from({ length: 10 }, (_, at) => String(at)));
		const words = said.map(([, text]) => String(text));
		expect(words[0]).toBe('status');
		expect(words[1]).toContain('no luck');
		expect(words[2]).toContain('batch_expired');
		expect(words[4]).toContain('inner words');
		expect(words[5]).toContain('DeepInfra answered without');
		expect(words[6]).toContain('DeepInfra answered without');
		expect(words[7]).toContain('plain words');
		expect(words[8]).toBe('status');
		expect(words[9]).toContain('It brought no result');
	});

	it.each<[unknown, unknown]>([
		[
			{ status_code: 400, request_id: 'req-1', body: null },
			{ error: { message: 'max_tokens is too large', code: 400 } },
		],
		[
			{ status_code: 422, request_id: 'req-1' },
			{ code: 'invalid', message: 'max_tokens is too large' },
		],
		[{ status_code: 400, request_id: 'req-1', body: '' }, 'max_tokens is too large'],
		[{ status_code: 200, request_id: 'req-1', body: null }, { message: 'max_tokens is too large' }],
		[{}, { message: 'max_tokens is too large' }],
	])('tells why a line failed where that stands beside its answer: %j', (response, error) => {
		const reader = new BatchReader(readBatch({ id: 'batch_1', status: 'completed', error_file_id: 'file-err' }), false);
		reader.next();
		const [{ failure } = {}] = reader.read(JSON.parse(line('0', response, error)));
		if (!failure) throw new Error('It did not fail');
		const { message, advice } = explain(failure, { model: '', host: '', attempts: 1 });
		expect(message).toContain('max_tokens is too large');
		if (failure.kind === 'status') expect(advice).toContain('Request ID: req-1.');
	});

	it('takes no word beside an answer for a failure', async () => {
		const output = line('0', { status_code: 200, body: answer('fine') }, { message: 'odd' });
		expect((await read({ output, total: 1 })).said).toEqual([['0', 'fine']]);
	});

	it('loses none of the others where a line is damaged, and deletes nothing', async () => {
		const damaged = good('1:sku \\"7').slice(0, -9);
		const output = [good('0'), damaged, '{"custom', 'null', '[1]', good('3')].join('\n');
		const input = [asked('0'), asked('1:sku \\"7'), asked('2'), asked('3')].join('\n');
		const { said, deletes } = await read({ output, input, total: 4 });
		expect(said).toEqual([
			['0', 'text 0'],
			['sku \\"7', expect.stringContaining('is damaged')],
			['2', expect.stringMatching(/^It brought no result: 4 lines .* are damaged/)],
			['3', 'text 3'],
		]);
		expect(deletes).toBe(0);
	});

	it.each([
		['expired', 'the batch expired before'],
		['cancelled', 'the batch was cancelled before'],
		['failed', 'DeepInfra says nothing about it (the batch is failed)'],
	])('fails what a batch that is %s did not get to', async (status, words) => {
		const { said } = await read({ output: good('1'), input: [asked('0'), asked('1')].join('\n'), total: 2, status });
		expect(said).toEqual([
			['0', expect.stringContaining(words)],
			['1', 'text 1'],
		]);
		expect((await read({ output: good('1'), total: 2, status })).said).toEqual([
			['1', 'text 1'],
			['1 lines', expect.stringContaining(`1 of 2 lines of the batch batch_1 brought no result: ${words}`)],
		]);
	});

	it('asks the input how many lines there were where the service does not say', async () => {
		const input = [asked('0'), asked('1')].join('\n');
		expect((await read({ output: good('0'), input })).said).toEqual([
			['0', 'text 0'],
			['1', expect.stringContaining('brought no result')],
		]);
		expect((await read({ output: good('0') })).said).toEqual([['0', 'text 0']]);
		expect((await read({})).said).toEqual([['Lines', expect.stringContaining('brought no result')]]);
	});

	it('takes the lines of others as they come, those without a name, too', async () => {
		const output = [good('request-b'), good(undefined, 'x'), good(7), good(null, 'y'), good('request-a')].join('\n');
		expect((await read({ output, total: 5, isOurs: false })).said).toEqual([
			['request-b', 'text request-b'],
			['line 2', 'x'],
			['7', 'text 7'],
			['line 4', 'y'],
			['request-a', 'text request-a'],
		]);
	});

	it('reads a line of megabytes', async () => {
		const long = 'ü'.repeat(3e6);
		const { said } = await read({ output: `${good('0', long)}\n${good('1')}`, total: 2, piece: 65_536 });
		expect(said.map(([name, text]) => [name, String(text).length])).toEqual([
			['0', 3e6],
			['1', 6],
		]);
	});
});

describe('a list of batches', () => {
	const batch = { id: 'batch_1', status: 'completed' };
	it.each([[[batch, null]], [[{ id: 7 }, batch]], [[{ id: '', status: 'failed' }, batch, 'x', {}]]])(
		'%j leaves out what is none',
		(data) => expect(readBatches({ data }).map(({ id }) => id)).toEqual(['batch_1']),
	);

	it.each([[[{ id: 'batch_1' }]], [undefined], ['none']])('%j is none', (data) => {
		expect(() => readBatches({ data })).toThrow(/DeepInfra/);
	});

	it('may be empty', () => expect(readBatches({ data: [] })).toEqual([]));
});
