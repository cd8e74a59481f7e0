import { inferencePath, modelPath } from '../../../nodes/shared/core/request';
import { InputError } from '../../../nodes/shared/core/problem';
import { thrownBy } from '../../support/work';

describe('the path of a model', () => {
	it.each([
		['bert-base-cased', '/v1/inference/bert-base-cased'],
		['openai/whisper-large-v3', '/v1/inference/openai/whisper-large-v3'],
		['a/b/c', '/v1/inference/a/b/c'],
		['deploy_id:abc123', '/v1/inference/deploy/abc123'],
		['owner/name:version', '/v1/inference/owner/name%3Aversion'],
		['owner/name@1&2=3', '/v1/inference/owner/name%401%262%3D3'],
		['owner/Qwen2.5-72B..x', '/v1/inference/owner/Qwen2.5-72B..x'],
		['公司/模型', '/v1/inference/%E5%85%AC%E5%8F%B8/%E6%A8%A1%E5%9E%8B'],
		['__proto__/constructor', '/v1/inference/__proto__/constructor'],
		['x'.repeat(200), `/v1/inference/${'x'.repeat(200)}`],
	])('of %s is %s', (model, path) => {
		expect(inferencePath(model)).toBe(path);
	});

	it('says that there is none', () => {
		expect(thrownBy(() => modelPath(''))).toMatchObject({
			message: "'Model' is empty",
			advice: expect.stringContaining('list'),
		});
	});

	it('shows no more than the start of a long name', () => {
		const error = thrownBy(() => modelPath('x'.repeat(100_000)));
		expect(error).toBeInstanceOf(InputError);
		expect(error.message.length).toBeLessThan(120);
	});
});
