import { CallThoughts } from '../../../../nodes/shared/n8n/ai/callThoughts';

const called = (id: string, thought?: string) => ({
	role: 'assistant',
	tool_calls: [{ id }],
	reasoning_content: thought,
});
const answer = (id: string, thought: string) => ({ choices: [{ message: called(id, thought) }] });

it('what was thought before a call goes back with it, in its own conversation alone', () => {
	new CallThoughts('run1 a 0').remember(answer('call_1', 'Look it up.'));
	expect(new CallThoughts('run1 a 0').addTo([called('call_1')])).toEqual([called('call_1', 'Look it up.')]);
	expect(new CallThoughts('run1 a 1').addTo([called('call_1')])).toEqual([called('call_1')]);
	expect(new CallThoughts('run1 a 0').addTo([called('call_1', 'Mine.')])).toEqual([called('call_1', 'Mine.')]);
});

it('calls of one answer that became messages of their own are told it once', () => {
	const thoughts = new CallThoughts('run2 a 0');
	thoughts.remember({
		choices: [{ message: { reasoning: 'Both.', tool_calls: [{ id: 'call_1' }, { id: 'call_2' }] } }],
	});
	expect(thoughts.addTo([called('call_1'), called('call_2')])).toEqual([called('call_1', 'Both.'), called('call_2')]);
});

it('the oldest are forgotten, however long they are and however many runs there were', () => {
	const thought = 'x'.repeat(3_000_000);
	for (const run of ['run3', 'run4', 'run5']) new CallThoughts(run).remember(answer('call_1', thought));
	const told = (run: string) => new CallThoughts(run).addTo([called('call_1')]);
	expect(told('run3')).toEqual([called('call_1')]);
	expect(told('run4')).toEqual([called('call_1', thought)]);
	expect(told('run5')).toEqual([called('call_1', thought)]);
	// One that is longer than all may be is not kept, and leaves room for others.
	new CallThoughts('run6').remember(answer('call_1', 'x'.repeat(9_000_000)));
	new CallThoughts('run7').remember(answer('call_1', 'short'));
	expect(told('run6')).toEqual([called('call_1')]);
	expect(told('run7')).toEqual([called('call_1', 'short')]);
});
