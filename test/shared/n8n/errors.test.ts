import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';
import type { Problem } from '../../../nodes/shared/core/problem';
import { toFailedItem, toNodeError } from '../../../nodes/shared/n8n/errors';
import type { Situation } from '../../../nodes/shared/engine/words';
import { TAKEN_WORDS } from '../../support/takenWords';

const node: INode = { id: '1', name: 'DeepInfra', type: 'x', typeVersion: 1, position: [0, 0], parameters: {} };
const context = { getNode: () => node };
const situation: Situation = { model: 'owner/name', host: 'h', attempts: 1 };

const problems = (words: string): Problem[] => [
	{ kind: 'status', status: 500, body: { detail: { error: words } } },
	{ kind: 'refusal', message: words },
	{ kind: 'answer', message: words },
	{ kind: 'network', code: words, message: words },
	{ kind: 'cut', message: words },
	{ kind: 'download', message: `connect ${words} 127.0.0.1:9` },
	{ kind: 'input', message: words, advice: 'Change it.' },
	{ kind: 'local', message: `open ${words} /tmp/x` },
];

describe.each(TAKEN_WORDS)('a text with %s', (words) => {
	it('comes through to a person as it was written', () => {
		for (const problem of problems(words)) {
			const error = toNodeError(context, problem, situation, 3);
			const { message } = toNodeError(
				context,
				problems('XYZ').find(({ kind }) => kind === problem.kind) ?? problem,
				situation,
				3,
			);
			expect(error.message).toMatch(/ \[item 3\]$/);
			if (problem.kind !== 'network') expect(error.message).toBe(message.replace('XYZ', words));
			expect(error.description?.length).toBeGreaterThan(5);
		}
	});

	it('comes through to the error branch, with what to do', () => {
		for (const problem of problems(words)) {
			const { json, error, pairedItem } = toFailedItem({ onError: 'continueErrorOutput' }, problem, situation, 3, {
				json: { id: 7 },
			});
			expect(json.error).toMatch(/ \[item 3\]\. [A-Z'].+\.$/);
			// n8n would drop the fields of the input item
			expect(error).toBeUndefined();
			expect(Object.keys(json)).toEqual(['error']);
			expect(pairedItem).toEqual({ item: 3 });
		}
	});
});

it.each(['deep/FreeAccess-7B', 'owner/DeePermind', 'x/eexistence'])('the model %s keeps its name', (model) => {
	const { message } = toNodeError(context, { kind: 'status', status: 404, body: '' }, { ...situation, model }, 0);
	expect(message).toBe(`DeepInfra has no model '${model}' [item 0]`);
});

it('says what happened and what to do in as many sentences, whatever the service ends its own with', () => {
	for (const end of ['', '.', '...', ' . ']) {
		const { json } = toFailedItem({}, { kind: 'status', status: 401, body: `no${end}` }, situation, 0);
		expect(json.error).toBe(
			'DeepInfra does not accept the API key: no [item 0]. Open the DeepInfra credential and paste a valid key from https://deepinfra.com/dash/api_keys.',
		);
	}
});

it('is an error of the API or of the node, with its status and item', () => {
	const refused = toNodeError(context, { kind: 'status', status: 429, body: '' }, situation, 2);
	expect(refused).toBeInstanceOf(NodeApiError);
	expect(refused).toMatchObject({ httpCode: '429', context: { itemIndex: 2 } });
	const wrong = toNodeError(context, { kind: 'input', message: "'Text' is empty" }, situation, 2);
	expect(wrong).toBeInstanceOf(NodeOperationError);
	expect(wrong).toMatchObject({ context: { itemIndex: 2 } });
});

it('is a canceled run by its message alone', () => {
	expect(toNodeError(context, { kind: 'stopped' }, situation, 0).message).toBe('The execution was canceled');
});
