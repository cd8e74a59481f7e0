import { NODE_TYPE, readResults, shorten } from '../../scripts/demo/results';
import type { Dict } from '../../scripts/json';

const usage = { model: 'org/used', costUsd: 0.000002, attempts: 1 };

/** A workflow of one DeepInfra node after "Before", and the run data of that node. */
function read(operation: string, items: Dict[], extra: { error?: Dict; before?: Dict; outer?: Dict } = {}) {
	const [resource, name] = operation.split('.');
	const workflow = {
		nodes: [
			{ name: 'Before', type: 'n8n-nodes-base.noOp', parameters: {} },
			{ name: 'Task', type: NODE_TYPE, parameters: { resource, operation: name, model: { value: 'org/chosen' } } },
		],
		connections: { Before: { main: [[{ node: 'Task', type: 'main', index: 0 }]] } },
	};
	const run = { executionTime: 12, error: extra.error, data: { main: [items] } };
	const runData = {
		Before: [{ data: { main: [[{ json: extra.before ?? {} }]] } }],
		Task: items.length > 0 ? [run] : [],
	};
	const [result] = readResults(workflow, { runData, error: extra.outer });
	if (!result) throw new Error('no result');
	return result;
}

describe('what each task brought', () => {
	const labels = [
		{ label: 'positive', score: 0.9 },
		{ label: 'neutral', score: 0.08 },
	];
	const image = { mimeType: 'image/png', fileExtension: 'png', id: 'filesystem-v2:a/b', data: 'filesystem-v2' };
	const box = { xmin: 10.4, ymin: 20, xmax: 110.6, ymax: 220 };
	const good: Array<[operation: string, items: Dict[], text: string]> = [
		['text.generate', [{ json: { text: 'Hello\n there' } }], '"Hello there"'],
		['text.classify', [{ json: { label: 'positive', score: 0.9, labels } }], 'positive 90.0%, then neutral 8.0%'],
		['image.classify', [{ json: { label: 'cat', score: 1, labels: [] } }], 'cat 100.0%'],
		['image.classifyZeroShot', [{ json: { label: 'dog', score: 0.5, labels } }], 'dog 50.0%, then neutral 8.0%'],
		[
			'text.classifyTokens',
			[{ json: { text: 'x', entities: [{ word: 'John Doe', label: 'PER', score: 0.99 }] } }],
			'John Doe = PER (99.0%)',
		],
		['text.fillMask', [{ json: { sequence: 'I need rest', token: 'rest', score: 0.25 } }], 'rest 25.0%: "I need rest"'],
		[
			'embedding.create',
			[{ json: { embedding: [0.5, -0.25] } }, { json: { embedding: [1, 2] } }],
			'2 vectors of 2 numbers: [0.5000, -0.2500, …]',
		],
		['embedding.create', [{ json: { embeddings: [[1, 2, 3]] } }], '1 vector of 3 numbers: [1.0000, 2.0000, 3.0000, …]'],
		['image.generate', [{ json: {}, binary: { data: image } }], '1 image'],
		[
			'batch.create',
			[{ json: { batchId: 'batch_1', status: 'validating', counts: { total: 0 } } }],
			'validating: batch_1',
		],
		[
			'batch.get',
			[{ json: { batchId: 'batch_1', status: 'completed', counts: { total: 3, completed: 2 } } }],
			'completed, 2 of 3 lines done: batch_1',
		],
		[
			'batch.getResults',
			[{ json: { customId: 'a', text: 'One' } }, { json: { customId: 'b', text: 'Two' } }],
			'2 results: a "One", b "Two"',
		],
		[
			'batch.getResults',
			[{ json: { error: 'The batch batch_1 has not ended: it is validating. Wait. [item 0]' } }],
			'The batch batch_1 has not ended: it is validating. Wait. [item 0]',
		],
		[
			'image.detectObjects',
			[{ json: { count: 1, objects: [{ label: 'cat', score: 0.9, box }] } }],
			'1 object: cat 90.0% at 10,20–111,220',
		],
		['image.detectObjects', [{ json: { count: 0, objects: [] } }], 'no objects'],
		['audio.transcribe', [{ json: { text: 'Good day', language: 'en', duration: 3.25 } }], '"Good day" (en, 3.3 s)'],
		[
			'audio.synthesize',
			[{ json: { characters: 12 }, binary: { data: { ...image, mimeType: 'audio/mpeg' } } }],
			'12 characters spoken',
		],
		[
			'text.rerank',
			[{ json: { rank: 1, score: 0.9, text: 'an apple' } }, { json: { rank: 2, score: 0.5, text: 'a stone' } }],
			'2 texts, the best with 0.900: "an apple"',
		],
		['chat.complete', [{ json: { text: 'Light is scattered.', finishReason: 'stop' } }], '"Light is scattered."'],
		['text.extract', [{ json: { data: { total: 12.5, due: null } } }], 'total = 12.5, due = null'],
		['document.extractText', [{ json: { text: '# Invoice', pages: 1 } }], '1 page: "# Invoice"'],
		['document.extractText', [{ json: { text: 'a\nb', pages: 2 } }], '2 pages: "a b"'],
	];

	it.each(good)('%s is told in words', (operation, items, text) => {
		expect(read(operation, items)).toMatchObject({ ok: true, text });
	});

	it.each([
		['text.generate', { text: '  ' }],
		['text.classify', { label: 'positive' }],
		['text.classifyTokens', { entities: [] }],
		['text.fillMask', { sequence: 'x' }],
		['embedding.create', { embedding: [] }],
		['image.generate', { index: 0 }],
		['image.detectObjects', { objects: [] }],
		['audio.transcribe', { language: 'en' }],
		['audio.synthesize', { characters: 12 }],
		['text.rerank', { rank: 2, score: 0.9, text: 'an apple' }],
		['chat.complete', { finishReason: 'stop' }],
		['text.extract', { data: {} }],
		['document.extractText', { text: 'x' }],
		['no.suchOperation', { text: 'x' }],
	])('%s without its result has failed', (operation, json) => {
		const result = read(operation, [{ json }]);
		expect(result).toMatchObject({ ok: false, text: 'the node brought no result of the expected kind' });
	});

	it('vectors of different widths are no result', () => {
		const items = [{ json: { embedding: [1] } }, { json: { embedding: [1, 2] } }];
		expect(read('embedding.create', items).ok).toBe(false);
	});

	it('a file that is not an image is no image', () => {
		const binary = { data: { ...image, mimeType: 'text/html' } };
		expect(read('image.generate', [{ json: {}, binary }]).ok).toBe(false);
	});

	it('an error item is a failure in the words of the node', () => {
		const result = read('text.generate', [{ json: { text: 'Hi' } }, { json: { error: 'Your balance is empty' } }]);
		expect(result).toMatchObject({ ok: false, text: 'Your balance is empty' });
	});

	it('an error of the node says its description too', () => {
		const error = { message: 'Bad request', description: 'prompt is missing' };
		expect(read('text.generate', [{ json: { text: 'passed on' } }], { error })).toMatchObject({
			ok: false,
			text: 'Bad request (prompt is missing)',
		});
	});

	it('an error before the node is told instead of what follows from it', () => {
		const items = [{ json: { error: 'no binary field' } }];
		const result = read('image.classify', items, { before: { error: 'No file(s) found' } });
		expect(result).toMatchObject({ ok: false, text: 'Before: No file(s) found' });
	});

	it('a node that never ran tells why the workflow ended', () => {
		const result = read('text.generate', [], { outer: { message: 'Unrecognized node type' } });
		expect(result).toMatchObject({ ok: false, text: 'Unrecognized node type' });
	});

	it('costs are summed, and the model is the one that answered', () => {
		const items = [{ json: { embedding: [1], usage } }, { json: { embedding: [2], usage } }];
		const result = read('embedding.create', items);
		expect(result).toMatchObject({ model: 'org/used', milliseconds: 12 });
		expect(result.costUsd).toBeCloseTo(0.000004, 12);
		expect(read('embedding.create', [{ json: { embedding: [1] } }])).toMatchObject({
			model: 'org/chosen',
			costUsd: undefined,
		});
	});

	it('files keep their place in the storage', () => {
		expect(read('image.generate', [{ json: {}, binary: { data: image } }]).files).toEqual([
			{ fileName: undefined, mimeType: 'image/png', extension: 'png', id: 'filesystem-v2:a/b', data: 'filesystem-v2' },
		]);
	});
});

it('long texts are shortened to one line', () => {
	expect(shorten('a  b\nc', 10)).toBe('a b c');
	expect(shorten('abcdefgh', 5)).toBe('abcd…');
});

describe('an agent', () => {
	const to = (node: string, type: string) => ({ [type]: [[{ node, type, index: 0 }]] });
	const workflow = {
		nodes: [
			{ name: 'Agent', type: '@n8n/n8n-nodes-langchain.agent', parameters: {} },
			{ name: 'Model', type: 'n8n-nodes-deepinfra-ai.lmChatDeepInfra', parameters: { model: { value: 'a/b' } } },
		],
		connections: { Model: to('Agent', 'ai_languageModel'), Calculator: to('Agent', 'ai_tool') },
	};
	const turn = { data: { ai_languageModel: [[{ json: { tokenUsage: { cost: 0.25 } } }]] } };
	const runData = {
		Agent: [{ executionTime: 5, data: { main: [[{ json: { output: 'It is\n42.' } }]] } }],
		Model: [turn, turn],
		Calculator: [{}],
	};

	it('is told by its words, its turns, its tools and what they cost together', () => {
		expect(readResults(workflow, { runData })).toMatchObject([
			{ task: 'Agent', model: 'a/b', ok: true, text: '2 turns with Calculator: "It is 42."', costUsd: 0.5 },
		]);
	});

	it('that used no tool, or failed, did not succeed', () => {
		const idle = { ...runData, Calculator: undefined };
		expect(readResults(workflow, { runData: idle })).toMatchObject([{ ok: false }]);
		const failed = { Agent: [{ error: { message: 'no balance' } }] };
		expect(readResults(workflow, { runData: failed })).toMatchObject([{ ok: false, text: 'no balance' }]);
	});
});
