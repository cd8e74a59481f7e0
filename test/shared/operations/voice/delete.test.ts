import { deleteVoice } from '../../../../nodes/shared/operations/voice/delete';
import { testOperation } from '../../../support/operation/suite';
import { requestFor } from '../../../support/operations';
import { openWorld } from '../../../support/world';

testOperation(deleteVoice, {
	parameters: { voice: { __rl: true, mode: 'id', value: 'r7x9fdlia5glviscbai5' } },
	request: { method: 'DELETE', path: '/v1/voices/r7x9fdlia5glviscbai5' },
	answer: {},
	output: { voiceId: 'r7x9fdlia5glviscbai5', deleted: true },
	needsState: true,
	names: { parameters: 'voice', options: '' },
});

describe('a voice that is not there', () => {
	it('is told from a model that is not', async () => {
		const world = await openWorld();
		try {
			const voice = { __rl: true, mode: 'id', value: 'nobody' };
			const { error } = await world.engine.run({ parameters: { resource: 'voice', operation: 'delete', voice } });
			expect(error?.message).toMatch(/does not have this voice/);
			expect(`${error?.message} ${error?.description}`).not.toMatch(/model/i);
		} finally {
			await world.close();
		}
	});

	it.each(['', '../models', 'a/b', 'https://example.com', 'a b', '..', 'x'.repeat(300)])(
		'leads to no other route: %j',
		(voice) => expect(() => requestFor(deleteVoice, { voice })).toThrow(/'Voice' is/),
	);
});
