import { getVoices } from '../../../../nodes/shared/operations/voice/getAll';
import { testOperation } from '../../../support/operation/suite';
import { outputsFor } from '../../../support/operations';
import { thrownBy } from '../../../support/work';

testOperation(getVoices, {
	parameters: { returnAll: true },
	request: { method: 'GET', path: '/v1/voices' },
	answer: {
		voices: [{ user_id: 'gh:1', voice_id: 'v1', name: 'Ada', description: 'calm', created_at: 1_795_900_000 }],
	},
	output: { voiceId: 'v1', name: 'Ada', description: 'calm', createdAt: '2026-11-28T21:06:40.000Z' },
	needsState: true,
	names: { parameters: 'returnAll limit', options: '' },
});

describe('a voice that is none', () => {
	it.each([[null], ['v2'], [{}], [{ voice_id: 7 }]])('is left out: %j', (bad) => {
		const outputs = outputsFor(getVoices, { returnAll: true }, { voices: [bad, { voice_id: 'v1', name: 'Ada' }] });
		expect(outputs.map(({ json }) => json.voiceId)).toEqual(['v1']);
		expect(thrownBy(() => outputsFor(getVoices, {}, { voices: [bad] })).message).toMatch(/without voices/);
	});
});
