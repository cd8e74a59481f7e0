import { readAccount } from '../../../nodes/shared/n8n/credential';
import { InputError } from '../../../nodes/shared/core/problem';

const without = (words: string) => ({ getCredentials: async () => await Promise.reject(new Error(words)) });

describe('a credential that n8n does not give', () => {
	it.each([
		'Credential with ID "7" does not exist for type "deepInfraApi".',
		'Node does not have any credentials set',
		'Credentials not found',
		'Node does not have access to the credential',
	])('is told with what to do: %s', async (words) => {
		const error = await readAccount(without(words)).catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(InputError);
		expect(error).toMatchObject({
			message: `The DeepInfra credential cannot be used: ${words}`,
			advice: expect.stringMatching(/deleted.*choose another DeepInfra credential, or create a new one\.$/),
		});
	});

	it('is told from one that cannot be decrypted', async () => {
		const words = 'Credentials could not be decrypted. The likely reason is that a different "encryptionKey" was used';
		await expect(readAccount(without(words))).rejects.toMatchObject({
			advice: expect.stringContaining('encryption key'),
		});
	});

	it('is told in short, whatever n8n says', async () => {
		const error = await readAccount(without('x'.repeat(100_000))).catch((thrown: unknown) => thrown);
		expect(error instanceof Error && error.message.length).toBeLessThan(400);
	});
});

describe('a credential', () => {
	const read = async (apiKey: string, baseUrl = '') =>
		await readAccount({
			getCredentials: async <T extends object>() => await Promise.resolve(Object({ apiKey, baseUrl }) as T),
		});

	it('is the same account however its key was pasted', async () => {
		const ids = await Promise.all(
			['k-123', ' k-123\n', 'Bearer k-123', '"k-123"'].map(async (key) => (await read(key)).id),
		);
		expect(new Set(ids).size).toBe(1);
		expect((await read('k-124')).id).not.toBe(ids[0]);
	});

	it('knows its host for messages', async () => {
		expect(await read('k', 'https://proxy.example.com:8443/di/v1')).toMatchObject({
			baseUrl: 'https://proxy.example.com:8443/di',
			host: 'proxy.example.com:8443',
		});
	});
});
