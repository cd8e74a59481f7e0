import { abilityMarks, abilityWords, can, lackOf, seems } from '../../../nodes/shared/catalog/abilities';

const LLAMA = {
	name: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
	tags: ['openai', 'json', 'structured-output', 'tools'],
};

describe('what the catalogue says that a model can do', () => {
	it.each([
		['a tag says so', { name: 'a/b', tags: ['openai', 'multimodal'] }, 'images', true],
		['another tag says so', { name: 'a/b', tags: ['vlm'] }, 'images', true],
		['others are named, this is not', LLAMA, 'images', false],
		['it is said to think no thoughts', { name: 'a/b', tags: ['non-reasoning'] }, 'tools', false],
		['a row that says nothing', { name: 'google/gemma-2-9b-it', tags: ['openai'] }, 'images', undefined],
		['a model without a row', { name: 'my/model' }, 'tools', undefined],
		['nothing at all', {}, 'reasoning', undefined],
		['a name that says so where its row forgot', { name: 'Qwen/Qwen3-VL-8B', tags: ['tools'] }, 'images', undefined],
		['the same for GLM', { name: 'zai-org/GLM-4.5V', tags: ['tools'] }, 'images', undefined],
		['a name that only looks like it', { name: 'vlad/vlog-7b', tags: ['tools'] }, 'images', false],
		['an owner that is called so', { name: 'vision-lab/plain-7b', tags: ['tools'] }, 'images', false],
		['a thinking name', { name: 'moonshotai/Kimi-K2-Thinking', tags: ['tools'] }, 'reasoning', undefined],
		['a schema is JSON, too', { name: 'a/b', tags: ['structured-output'] }, 'json', true],
		['JSON is no schema', { name: 'a/b', tags: ['json'] }, 'schema', false],
	] as const)('%s', (_what, model, ability, expected) => {
		expect(can(model, ability)).toBe(expected);
	});

	it('a name is enough to be listed, silence is not', () => {
		expect(seems({ name: 'Qwen/Qwen3-VL-8B', tags: ['tools'] }, 'images')).toBe(true);
		expect(seems({ name: 'google/gemma-2-9b-it', tags: ['openai'] }, 'images')).toBe(false);
	});

	it('is marked in few letters, and told in words', () => {
		const all = { name: 'a/b', tags: ['multimodal', 'input-audio', 'reasoning', 'tools', 'json'] };
		expect(abilityMarks(all)).toBe('sees, reasons, tools');
		expect(abilityWords(all)).toBe(
			'Sees pictures, hears sound, reasons before it answers, uses tools, answers in JSON',
		);
		expect([abilityMarks({}), abilityWords({ name: 'Qwen3-VL' })]).toEqual(['', '']);
	});

	it('is refused with what to choose and a way round, and only where the catalogue says no', () => {
		expect(lackOf(LLAMA, 'the-field', 'images', 'Go round.')).toMatchObject({
			message: "The model 'the-field' cannot see pictures, as the catalogue has it",
			advice: "Choose one whose row in the list of 'Model' is marked 'sees'. Go round. Nothing was sent.",
		});
		expect(lackOf(LLAMA, 'x', 'tools', '')).toBeUndefined();
		expect(lackOf({ tags: ['openai'] }, 'x', 'tools', '')).toBeUndefined();
	});
});
