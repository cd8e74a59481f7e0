import fc from 'fast-check';
import { finish, readResults, type Finished, type PartResult } from '../../../nodes/shared/engine/assemble';
import type { Dict, Output } from '../../../nodes/shared/core/operation';
import { AnswerError } from '../../../nodes/shared/core/problem';
import type { Usage } from '../../../nodes/shared/engine/usage';
import { operationOf } from '../../support/operations';
import { thrownBy } from '../../support/work';
import { atOnce } from '../../../nodes/shared/core/steps';

const usage: Usage = { model: 'm', requestId: 'R', costUsd: 0.01, runtimeMs: 3, inputTokens: 10, attempts: 1 };
const giving = (...outputs: Output[]) => ({ items: () => outputs });
const task = (outputs: readonly Output[], costUsd?: number): PartResult => ({
	outputs,
	usage: { model: 'm', attempts: 1, costUsd },
	share: 1,
	kind: 'task',
});
const costOf = ({ usage: each }: Dict) =>
	typeof each === 'object' && each !== null && 'costUsd' in each ? Number(each.costUsd) : 0;

/** The outputs of an item that needs no other round. */
function outputsOf(finished: ReturnType<typeof finish>): Finished[] {
	if ('ask' in finished) throw new Error('It asks for more');
	return finished.outputs;
}

describe('pieces of an answer', () => {
	it('go to the inputs that they came from', () => {
		const outputs = [{ json: { n: 2 }, from: 1 }, { json: { n: 1 } }, { json: { n: 3 }, from: 1 }];
		const pieces = atOnce(readResults(giving(...outputs), {}, [{ a: 1 }, { a: 2 }], usage));
		expect(pieces.map((piece) => piece.outputs.map(({ json }) => json.n))).toEqual([[1], [2, 3]]);
		expect(pieces.map((piece) => [piece.usage, piece.share])).toEqual([
			[usage, 0.5],
			[usage, 0.5],
		]);
	});

	it('have the whole request when it held one input', () => {
		expect(atOnce(readResults(giving({ json: {} }), {}, [{}], usage))[0]).toMatchObject({ usage, share: 1 });
	});

	it('are the answer itself without Simplify', () => {
		const answer = { results: [], extra: { deep: null } };
		expect(atOnce(readResults(giving(), answer, [{ simplify: false }], usage))).toEqual([
			{ kind: 'raw', usage, share: 1, outputs: [{ json: answer }] },
		]);
	});

	it('of what costs nothing are none where one of them is none', () => {
		const free = { ...giving({ json: { n: 1 } }, { json: {}, problem: 'no' }), isFree: true as const };
		const finished = finish({}, {}, atOnce(readResults(free, {}, [{}], usage)));
		expect(finished).toEqual({
			outputs: [
				{ json: { n: 1 }, isRaw: false },
				{ json: {}, problem: 'no', isRaw: false },
			],
		});
	});

	it('are a receipt when the result goes to a webhook', () => {
		const answer = { request_id: 'R7', inference_status: { status: 'queued' } };
		const input = { simplify: false, options: { webhook: 'https://a.b' } };
		expect(atOnce(readResults(giving(), answer, [input], usage))).toEqual([
			{ kind: 'plain', usage, share: 1, outputs: [{ json: { status: 'queued', requestId: 'R7' } }] },
		]);
	});

	it('are none when the answer is not finished although nobody asked for a webhook', () => {
		const error = thrownBy(() =>
			atOnce(readResults(giving(), { inference_status: { status: 'running' } }, [{}], usage)),
		);
		expect(error).toBeInstanceOf(AnswerError);
		expect(error.message).toContain('running');
	});

	it('lose an output that names an input which is not there, and nothing else', () => {
		const pieces = atOnce(readResults(giving({ json: { n: 1 }, from: 7 }, { json: { n: 2 } }), {}, [{}], usage));
		expect(pieces[0]?.outputs).toEqual([{ json: { n: 2 } }]);
	});
});

describe('the outputs of an item', () => {
	it('carry the usage, and their file', () => {
		const file = { bytes: Buffer.from('x') };
		expect(outputsOf(finish({}, {}, [task([{ json: { index: 0 }, file, from: 0 }], 0.5)]))).toEqual([
			{ json: { index: 0, usage: { model: 'm', attempts: 1, costUsd: 0.5 } }, file, texts: undefined, isRaw: false },
		]);
	});

	it('are a receipt without usage', () => {
		const piece: PartResult = { kind: 'plain', usage, share: 1, outputs: [{ json: { status: 'queued' } }] };
		expect(outputsOf(finish({}, {}, [piece]))).toEqual([{ json: { status: 'queued' }, isRaw: false }]);
	});

	it('are the answer as it came', () => {
		const answer = { images: ['x'], seed: 1 };
		const piece: PartResult = { kind: 'raw', usage, share: 1, outputs: [{ json: answer }] };
		expect(outputsOf(finish({}, {}, [piece]))).toEqual([{ json: answer, isRaw: true }]);
	});

	it('are put together by the operation, in the order of the parts', () => {
		const { join } = operationOf('embedding', 'create');
		const pieces = [3, 1, 2].map((value) => task([{ json: { embedding: [value], dimensions: 1 } }], 0.1));
		expect(outputsOf(finish({ join }, { text: ['a', 'b', 'c'] }, pieces))).toEqual([
			{
				json: {
					embeddings: [[3], [1], [2]],
					dimensions: 1,
					usage: { model: 'm', attempts: 1, costUsd: expect.closeTo(0.3) },
				},
				file: undefined,
				texts: undefined,
				isRaw: false,
			},
		]);
	});

	it('are asked about once more where the operation says so, and all rounds are paid', () => {
		const join = (outputs: readonly Output[]) => (outputs.length > 1 ? { ask: [{ text: 'both' }] } : outputs);
		const first = [task([{ json: { n: 1 } }], 0.25), task([{ json: { n: 2 } }], 0.5)];
		expect(finish({ join }, {}, first)).toEqual({ ask: [{ text: 'both' }] });
		expect(outputsOf(finish({ join }, {}, [task([{ json: { n: 3 } }], 1)], first))).toMatchObject([
			{ json: { n: 3, usage: { costUsd: 1.75 } } },
		]);
	});

	it('cost together what was billed, however it is split and shared', () => {
		fc.assert(
			fc.property(
				fc.double({ min: 0, max: 100, noNaN: true }),
				fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }), {
					minLength: 1,
					maxLength: 20,
				}),
				(cost, answers) => {
					let sum = 0;
					for (const counts of answers) {
						// An answer for several inputs; `counts`: outputs of each of them. Each piece is shared by two items.
						const [first = 0, ...others] = counts.map((_, index) => index);
						const outputs = counts.flatMap((count, from) => Array.from({ length: count }, () => ({ json: {}, from })));
						const inputs: [Dict, ...Dict[]] = [{ first }, ...others.map((other) => ({ other }))];
						for (const piece of atOnce(readResults(giving(...outputs), {}, inputs, { ...usage, costUsd: cost }))) {
							const half = { ...piece, share: piece.share / 2 };
							for (const owned of [half, half])
								sum += outputsOf(finish({}, {}, [owned])).reduce((total, { json }) => total + costOf(json), 0);
						}
					}
					expect(sum).toBeCloseTo(cost * answers.length, 6);
				},
			),
		);
	});
});
