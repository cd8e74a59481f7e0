import { isBelow, resolveAddress } from '../../../../nodes/shared/n8n/http/address';
import { putInVirtualClock } from '../../../support/engine/virtualClock';
import { images } from '../../../support/files';
import { freshModel } from '../../../support/parameters';
import { jsonReply } from '../../../support/service';
import { openWorld, type World } from '../../../support/world';

describe('an address from an answer, behind a proxy that has the API below a path', () => {
	const base = 'https://gateway.example/deepinfra';

	it.each<[string, string, boolean]>([
		['/v1/videos/7/content?variant=video', `${base}/v1/videos/7/content?variant=video`, true],
		['/deepinfra/files/a.png', `${base}/files/a.png`, true],
		['files/a.png', `${base}/files/a.png`, true],
		[`${base}/files/a.png`, `${base}/files/a.png`, true],
		[`${base}/x/../files/a.png`, `${base}/files/a.png`, true],
		['https://GATEWAY.example:443/deepinfra/a.png', `${base}/a.png`, true],
		['https://gateway.example/other/x.png', 'https://gateway.example/other/x.png', false],
		[base, base, false],
		['https://gateway.example/deepinfra2/x.png', 'https://gateway.example/deepinfra2/x.png', false],
		['https://gateway.example/DeepInfra/x.png', 'https://gateway.example/DeepInfra/x.png', false],
		['/../other/x.png', 'https://gateway.example/other/x.png', false],
		['/%2e%2e/other/x.png', 'https://gateway.example/other/x.png', false],
		['/\\..\\..\\other/x.png', 'https://gateway.example/other/x.png', false],
		['/..%2fother/x.png', `${base}/..%2fother/x.png`, false],
		['/x%2F..%2f..%2fother.png', `${base}/x%2F..%2f..%2fother.png`, false],
		['/%5c..%5cother.png', `${base}/%5c..%5cother.png`, false],
		['/%252e%252e%252fother.png', `${base}/%252e%252e%252fother.png`, false],
		['/..;/other/x.png', `${base}/..;/other/x.png`, false],
		['//gateway.example/other/x.png', 'https://gateway.example/other/x.png', false],
		['//elsewhere.example/deepinfra/x.png', 'https://elsewhere.example/deepinfra/x.png', false],
		['http://gateway.example/deepinfra/x.png', 'http://gateway.example/deepinfra/x.png', false],
		['https://gateway.example:8443/deepinfra/x.png', 'https://gateway.example:8443/deepinfra/x.png', false],
	])('%s leads to %s; the key goes along: %p', (address, url, isOurs) => {
		const resolved = resolveAddress(address, base);
		expect(resolved.href).toBe(url);
		expect(isBelow(resolved, base)).toBe(isOurs);
	});

	it.each([
		['/files/a%2Fb.png', 'https://api.deepinfra.com/files/a%2Fb.png', true],
		['https://api.deepinfra.com/a.png', 'https://api.deepinfra.com/a.png', true],
		['//cdn.example/a.png', 'https://cdn.example/a.png', false],
	])('where it has the whole host, %s leads to %s', (address, url, isOurs) => {
		const resolved = resolveAddress(address, 'https://api.deepinfra.com');
		expect([resolved.href, isBelow(resolved, 'https://api.deepinfra.com')]).toEqual([url, isOurs]);
	});
});

describe('of a run', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld({ asks: 'service' })));
	afterAll(async () => await world.close());

	it('a neighbour on the same host does not see the key; the own routes of the API are found', async () => {
		const { service } = world;
		service.reply = ({ method, path }) => {
			if (path.endsWith('.png')) return { body: images.png.bytes, contentType: 'image/png' };
			return method === 'POST'
				? jsonReply({
						images: [`${service.url}/other/x.png`, '/files/y.png'],
						inference_status: { status: 'succeeded' },
					})
				: { status: 404, body: '{}' };
		};
		const { items, error } = await world.engine.run({
			parameters: { resource: 'image', operation: 'generate', model: freshModel(), prompt: 'a cat', options: {} },
			credentials: { baseUrl: `${service.url}/deepinfra` },
		});
		expect(error).toBeUndefined();
		expect(items).toHaveLength(2);
		const downloads = service.requests.filter(({ path }) => path.endsWith('.png'));
		const keys = downloads.map(
			({ path, headers }) => `${path} ${headers.authorization === undefined ? 'no key' : 'key'}`,
		);
		expect(keys.sort()).toEqual(['/deepinfra/files/y.png key', '/other/x.png no key']);
	});

	it.each<[string, number, RegExp | undefined, number]>([
		['that stalls in its middle is got anew within a minute', 1, undefined, 62],
		['that stalls again and again is given up with Timeout', 99, /nothing came|longer than 150 seconds/, 152],
	])('a file %s', async (_, stalls, words, seconds) => {
		const { service } = world;
		let asked = 0;
		service.reply = ({ method, path }) => {
			const file = { body: images.png.bytes, contentType: 'image/png' };
			if (path.endsWith('.png')) return asked++ < stalls ? { ...file, stallAfter: 40 } : file;
			return method === 'POST'
				? jsonReply({ images: ['/files/y.png'], inference_status: { status: 'succeeded' } })
				: { status: 404, body: '{}' };
		};
		const clock = putInVirtualClock(world.emulator);
		const model = freshModel();
		const { items, error } = await world.engine
			.run({
				parameters: { resource: 'image', operation: 'generate', model, prompt: 'a cat', options: { timeout: 150 } },
			})
			.finally(() => clock.remove());
		expect(clock.now() / 1000).toBeLessThan(seconds);
		expect(items).toHaveLength(words ? 0 : 1);
		if (words) expect(error?.message).toMatch(words);
	});
});
