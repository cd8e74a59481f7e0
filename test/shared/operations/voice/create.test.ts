import { createVoice } from '../../../../nodes/shared/operations/voice/create';
import { makeWav } from '../../../support/files';
import { testOperation } from '../../../support/operation/suite';
import { itemsOf, jsonOf } from '../../../support/results';
import { openWorld, type World } from '../../../support/world';

testOperation(createVoice, {
	media: 'audio',
	parameters: { name: 'Ada', description: 'calm' },
	required: 'name',
	request: { path: '/v1/voices/add', body: { name: 'Ada', description: 'calm', files: 'take.wav' } },
	answer: { user_id: 'gh:1', voice_id: 'v1', name: 'Ada', description: 'calm', created_at: 1_795_900_000 },
	output: { voiceId: 'v1', name: 'Ada', description: 'calm', createdAt: '2026-11-28T21:06:40.000Z' },
	unique: ['voiceId', 'createdAt'],
	names: { parameters: 'name description inputSource inputDataFieldName inputUrl', options: '' },
	values: { inputSource: { of: ['binary', 'url'], preset: 'binary' } },
});

describe('the voices of the account', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld()));
	afterAll(async () => await world.close());

	const voice = (operation: string, rest = {}) => ({ resource: 'voice', operation, ...rest });
	const listed = async (rest = {}) =>
		itemsOf(await world.engine.run({ parameters: voice('getAll', { returnAll: true, ...rest }) })).map(
			({ json }) => json,
		);
	const byId = (value: unknown) => ({ voice: { __rl: true, mode: 'id', value: String(value) } });

	async function create(name: string, files: readonly string[], description = '') {
		const binary: Record<string, Awaited<ReturnType<World['engine']['binary']>>> = {};
		for (const [index, field] of files.entries())
			binary[field] = await world.engine.binary(makeWav(0.5 + index), `${field}.wav`, 'audio/wav');
		const parameters = voice('create', { name, description, inputDataFieldName: files.join(', ') });
		return jsonOf(await world.engine.run({ parameters, items: [{ json: {}, binary }] }));
	}

	it('are made of one recording or several, listed, limited and deleted', async () => {
		const anna = await create('Anna', ['data'], 'calm');
		expect(anna).toEqual({
			voiceId: expect.any(String),
			name: 'Anna',
			description: 'calm',
			createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
		});
		world.emulator.requests.length = 0;
		const ben = await create('Ben', ['first', 'second']);
		const [{ form = [] } = {}] = world.emulator.requests.filter(({ path }) => path === '/v1/voices/add');
		expect(form.map(({ name, filename }) => [name, filename])).toEqual([
			['name', undefined],
			['description', undefined],
			['files', 'first.wav'],
			['files', 'second.wav'],
		]);
		expect(await listed()).toEqual([anna, ben]);
		expect(await listed({ returnAll: false, limit: 1 })).toEqual([anna]);
		const gone = await world.engine.run({ parameters: voice('delete', byId(anna.voiceId)) });
		expect(jsonOf(gone)).toEqual({ voiceId: anna.voiceId, deleted: true });
		expect(await listed()).toEqual([ben]);
	});

	it.each([
		['an empty recording', Buffer.alloc(0), /empty/i],
		['a web page called a recording', Buffer.from('<html>sign in</html>'), /holds a web page, whatever its name says/],
	])('%s is refused before anything is sent', async (_, bytes, words) => {
		world.emulator.requests.length = 0;
		const data = await world.engine.binary(bytes, 'take.wav', 'audio/wav');
		const items = [{ json: {}, binary: { data } }];
		const { error } = await world.engine.run({ parameters: voice('create', { name: 'Anna' }), items });
		expect(error?.message).toMatch(words);
		expect(world.emulator.requests.filter(({ method }) => method === 'POST')).toEqual([]);
	});

	it('are searched by name, and by ID', async () => {
		const cleo = await create('Cleo of the Nile', ['data']);
		const search = async (filter?: string) =>
			(await world.engine.search('searchOwnVoices', voice('delete'), filter)).results.map(({ value }) => value);
		expect(await search()).toContain(cleo.voiceId);
		expect(await search(' NILE ')).toEqual([cleo.voiceId]);
		expect(await search(String(cleo.voiceId))).toEqual([cleo.voiceId]);
		expect(await search('nobody')).toEqual([]);
	});
});
