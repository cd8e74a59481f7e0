import { itemsOf, jsonOf } from '../../../support/results';
import { makeWav } from '../../../support/files';
import { openWorld, type World } from '../../../support/world';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());

const voice = (operation: string, rest = {}) => ({ resource: 'voice', operation, ...rest });

describe('the voices of the account', () => {
	it('are made of recordings, listed and deleted', async () => {
		const data = await world.engine.binary(makeWav(1), 'take.wav', 'audio/wav');
		const parameters = voice('create', { name: 'Anna', description: 'calm' });
		const made = jsonOf(await world.engine.run({ parameters, items: [{ json: {}, binary: { data } }] }));
		expect(made).toEqual({
			voiceId: expect.any(String),
			name: 'Anna',
			description: 'calm',
			createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
		});
		const listed = itemsOf(await world.engine.run({ parameters: voice('getAll', { returnAll: true }) }));
		expect(listed.map(({ json }) => json)).toContainEqual(made);

		const byId = { voice: { __rl: true, mode: 'id', value: made.voiceId } };
		expect(jsonOf(await world.engine.run({ parameters: voice('delete', byId) }))).toEqual({
			voiceId: made.voiceId,
			deleted: true,
		});
		const left = itemsOf(await world.engine.run({ parameters: voice('getAll', { returnAll: true }) }));
		expect(left.map(({ json }) => json.voiceId)).not.toContain(made.voiceId);
	});

	it('one that is not there is told from a model that is not', async () => {
		const byId = { voice: { __rl: true, mode: 'id', value: 'nobody' } };
		const { error } = await world.engine.run({ parameters: voice('delete', byId) });
		expect(error?.message).toMatch(/voice/i);
		expect(error?.message).not.toMatch(/model/i);
	});

	it.each([
		['no recording', [{ json: {} }], /no file/],
		['a text as a recording', [{ json: {}, binary: { data: 'text' } }], /.+/],
	])('%s is refused before anything is sent', async (_, items, words) => {
		const text = await world.engine.binary(Buffer.from('<html>sign in</html>'), 'take.wav', 'audio/wav');
		const given = items.map((item) => ('binary' in item ? { json: {}, binary: { data: text } } : item));
		world.emulator.requests.length = 0;
		const { error } = await world.engine.run({ parameters: voice('create', { name: 'Anna' }), items: given });
		expect(error?.message).toMatch(words);
		expect(world.emulator.requests.filter(({ method }) => method === 'POST')).toEqual([]);
	});
});
