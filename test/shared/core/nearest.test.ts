import { nearestNames } from '../../../nodes/shared/core/nearest';
import { within } from '../../support/work';

const NAMES = [
	'meta-llama/Meta-Llama-3-8B-Instruct',
	'meta-llama/Meta-Llama-3-70B-Instruct',
	'openai/whisper-large',
	'openai/whisper-large-v3',
	'BAAI/bge-large-en-v1.5',
	'bert-base-cased',
	'google/vit-base-patch16-224',
];

describe('the nearest names', () => {
	it.each([
		['openai/whisper-larg', 'openai/whisper-large'],
		['whisper-large-v3', 'openai/whisper-large-v3'],
		['openai/whisper_large_v3', 'openai/whisper-large-v3'],
		['OPENAI/WHISPER-LARGE-V3', 'openai/whisper-large-v3'],
		['meta-llama/Llama-3-8B-Instruct', 'meta-llama/Meta-Llama-3-8B-Instruct'],
		['Meta-Llama-3-70B-Instruct', 'meta-llama/Meta-Llama-3-70B-Instruct'],
		['bge-large-en', 'BAAI/bge-large-en-v1.5'],
		['bert-base-uncased', 'bert-base-cased'],
		['google/bert-base-cased', 'bert-base-cased'],
	])('of %s begin with %s', (wanted, first) => {
		expect(nearestNames(wanted, NAMES)[0]).toBe(first);
	});

	it.each(['', '/', '???', 'zzzz', '模型', '1', '🤖🤖'])('of %j are none', (wanted) => {
		expect(nearestNames(wanted, NAMES)).toEqual([]);
	});

	it('are no more than asked for, each once, whatever the catalogue holds', () => {
		expect(nearestNames('openai/whisper-large', NAMES, 1)).toEqual(['openai/whisper-large']);
		expect(nearestNames('x', [])).toEqual([]);
		expect(nearestNames('openai/whisper', ['', '/', '__proto__', ...NAMES]).length).toBeLessThanOrEqual(3);
	});

	it('are found in little time, also among many and for a long name', () => {
		const names = Array.from({ length: 5000 }, (_, index) => `owner${index % 50}/model-${index}-instruct`);
		expect(within(3000, () => nearestNames('owner7/model-57-instruc', names))).toHaveLength(3);
		expect(within(3000, () => nearestNames('x/'.repeat(500_000), NAMES))).toEqual([]);
	});
});
