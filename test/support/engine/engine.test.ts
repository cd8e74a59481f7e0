/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createEngine, type BinaryMode, type Engine } from './engine';
import type { IBinaryData } from 'n8n-workflow';
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { functionAuthentication, genericAuthentication, writeProbePackage } from './probePackage';
import { stopwatch } from '../yardstick';

const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251));

interface Seen {
	url: string;
	authorization?: string;
	body: Buffer;
}

const seen: Seen[] = [];
let closed = () => {};

const server = createServer((request, response) => {
	const chunks: Buffer[] = [];
	request.on('data', (chunk: Buffer) => chunks.push(chunk));
	request.on('end', () => {
		const url = request.url ?? '';
		const body = Buffer.concat(chunks);
		seen.push({ url, authorization: request.headers.authorization, body });
		if (url.startsWith('/slow')) {
			response.on('close', () => closed());
			return;
		}
		if (url.startsWith('/missing')) {
			response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":{"error":"no such thing"}}');
			return;
		}
		const type = url.startsWith('/bytes') ? 'application/octet-stream' : 'application/json';
		response.writeHead(200, { 'content-type': type }).end(body);
	});
});

const packages = [genericAuthentication, functionAuthentication].map(writeProbePackage);
const [probePackage, functionPackage] = packages;
let baseUrl = '';

async function withEngine<Result>(
	binaryMode: BinaryMode,
	use: (engine: Engine) => Promise<Result>,
	tested = probePackage,
): Promise<Result> {
	const engine = await createEngine({ binaryMode, baseUrl, apiKey: 'secret', package: tested });
	try {
		return await use(engine);
	} finally {
		await engine.close();
	}
}

beforeAll(async () => {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address() as AddressInfo;
	baseUrl = `http://127.0.0.1:${address.port}`;
});

beforeEach(() => {
	seen.length = 0;
});

afterAll(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
	for (const { directory } of packages) rmSync(directory, { recursive: true, force: true });
});

describe.each([
	{ mode: 'default', id: undefined },
	{ mode: 'filesystem', id: /^filesystem-v2:/ },
	{ mode: 'database', id: /^database:/ },
] as const)('binary mode $mode', ({ mode, id }) => {
	function expectStored(binary: IBinaryData) {
		if (id === undefined) {
			expect(binary.id).toBeUndefined();
			expect(binary.data.length).toBeGreaterThan(bytes.length);
		} else {
			expect(binary.id).toMatch(id);
			expect(binary.data.length).toBeLessThan(20);
		}
	}

	it('stores, sends and reads the same bytes', async () => {
		await withEngine(mode, async (engine) => {
			const data = await engine.binary(bytes, 'photo.jpg', 'image/jpeg');
			expectStored(data);
			const result = await engine.run({ parameters: { task: 'upload' }, items: [{ json: {}, binary: { data } }] });
			expect(result).toMatchObject({ status: 'success', error: undefined });
			expect(seen.map(({ body }) => body.equals(bytes))).toEqual([true]);
			const output = result.items[0]?.binary?.data;
			if (output === undefined) throw new Error('no output binary');
			expectStored(output);
			expect(output).toMatchObject({ fileName: 'copy.bin', mimeType: 'image/jpeg' });
			expect((await engine.read(output)).equals(bytes)).toBe(true);
		});
	});
});

describe.each(['filesystem', 'database'] as const)('combined binaries, %s', (mode) => {
	it('keeps binaries inside json on both sides', async () => {
		await withEngine(mode, async (engine) => {
			const data = await engine.binary(bytes, 'photo.jpg', 'image/jpeg');
			for (const field of ['_files.data', '={{ $json._files.data }}']) {
				const result = await engine.run({
					parameters: { task: 'upload', field },
					items: [{ json: {}, binary: { data } }],
					settings: { binaryMode: 'combined' },
				});
				expect(result.error).toBeUndefined();
				expect(result.items[0]?.binary).toBeUndefined();
				expect(result.items[0]?.json).toMatchObject({ _files: { data: { fileName: 'copy.bin' } } });
			}
			expect(seen.map(({ body }) => body.equals(bytes))).toEqual([true, true]);
		});
	});
});

describe('runs', () => {
	it('evaluates parameters per item, authenticates and pairs', async () => {
		await withEngine('default', async (engine) => {
			const result = await engine.run({
				parameters: { task: 'json', text: '={{ $json.name }}', options: { suffix: '!' } },
				items: [{ json: { name: 'Ann' } }, { json: { name: 'Bob' } }],
			});
			expect(result.items).toEqual([
				{ json: { text: 'Ann!' }, pairedItem: { item: 0 } },
				{ json: { text: 'Bob!' }, pairedItem: { item: 1 } },
			]);
			expect(result.hints).toMatchObject([{ message: 'probed 2' }]);
			expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer secret', 'Bearer secret']);
			expect(seen[0]?.url).toBe('/json?plain=text');
		});
	});

	it('runs the function form of authenticate, with credentials of the run', async () => {
		await withEngine(
			'default',
			async (engine) => {
				await engine.run({ parameters: { task: 'json', text: 'x' }, credentials: { apiKey: ' other\n' } });
				expect(seen).toMatchObject([{ url: '/json', authorization: 'Bearer other' }]);
			},
			functionPackage,
		);
	});

	const three = [{ json: { id: 'a' } }, { json: { id: 'b' } }, { json: { id: 'c' } }];

	it('stops at a failure with its item, code and text', async () => {
		await withEngine('default', async (engine) => {
			const result = await engine.run({ parameters: { task: 'fail' }, items: three });
			expect(result).toMatchObject({ status: 'error', items: [], errorItems: [] });
			expect(result.error).toMatchObject({ name: 'NodeApiError', httpCode: '404', itemIndex: 1 });
			expect(result.error?.message).toBeTruthy();
		});
	});

	it('moves failed items to the error output, joined with their input', async () => {
		await withEngine('default', async (engine) => {
			const onError = 'continueErrorOutput';
			const result = await engine.run({ parameters: { task: 'fail' }, items: three, onError });
			expect(result.status).toBe('success');
			expect(result.items.map(({ json }) => json)).toEqual([{ ok: 0 }, { ok: 2 }]);
			expect(result.errorItems).toMatchObject([
				{ json: { id: 'b', error: expect.any(String) }, pairedItem: { item: 1 } },
			]);
		});
	});

	it('keeps failed items in place when the node continues on its regular output', async () => {
		await withEngine('default', async (engine) => {
			const onError = 'continueRegularOutput';
			const result = await engine.run({ parameters: { task: 'fail' }, items: three, onError });
			expect(result.items.map(({ json }) => Object.keys(json))).toEqual([['ok'], ['error'], ['ok']]);
			expect(result.errorItems).toEqual([]);
		});
	});

	it('stops a run', async () => {
		await withEngine('default', async (engine) => {
			const connectionClosed = new Promise<void>((resolve) => (closed = resolve));
			const took = stopwatch();
			const result = await engine.run({ parameters: { task: 'slow' }, cancelAfterMs: 200 });
			expect(result.status).toBe('canceled');
			expect(took()).toBeLessThan(2000);
			await connectionClosed;
		});
	});

	it('reports what n8n refuses before the start', async () => {
		await withEngine('default', async (engine) => {
			const result = await engine.run({ parameters: { task: 'json', text: '' } });
			expect(result).toMatchObject({ status: 'error', error: { name: 'WorkflowHasIssuesError' } });
			expect(seen).toEqual([]);
		});
	});
});

describe('strictness', () => {
	it('throws on parameters and options that the node does not have', async () => {
		await withEngine('default', async (engine) => {
			await expect(engine.run({ parameters: { task: 'upload', text: 'x' } })).rejects.toThrow('"text"');
			await expect(engine.run({ parameters: { task: 'json', txet: 'x' } })).rejects.toThrow('"txet"');
			await expect(engine.run({ parameters: { task: 'json', text: 'x', options: { sufix: 'y' } } })).rejects.toThrow(
				'"sufix"',
			);
		});
	});

	it('throws on an unknown node, credential or method', async () => {
		await expect(
			withEngine('default', async (engine) => await engine.search('find', {}), { ...probePackage!, node: 'other' }),
		).rejects.toThrow('other');
		const noCredential = { ...probePackage!, credential: 'otherApi' };
		const result = await withEngine(
			'default',
			async (engine) => await engine.run({ parameters: { task: 'json', text: 'x' } }),
			noCredential,
		);
		expect(result.error?.message).toMatch(/probeApi/);
		await withEngine('default', async (engine) => {
			await expect(engine.search('nothing', { task: 'json' })).rejects.toThrow('nothing');
			await expect(engine.mapping('nothing', { task: 'json' })).rejects.toThrow('nothing');
		});
	});

	it('has one engine at a time', async () => {
		await withEngine('default', async () => {
			await expect(createEngine({ binaryMode: 'database', baseUrl, package: probePackage })).rejects.toThrow(
				'default is open',
			);
		});
	});

	it('asks for a build', async () => {
		const { directory } = writeProbePackage(genericAuthentication);
		rmSync(`${directory}/dist`, { recursive: true });
		await expect(
			createEngine({ binaryMode: 'default', baseUrl, package: { directory, node: 'probe', credential: 'probeApi' } }),
		).rejects.toThrow('npm run build');
		rmSync(directory, { recursive: true });
	});
});

describe('editor methods', () => {
	it('searches through the load options context', async () => {
		await withEngine('default', async (engine) => {
			const { results } = await engine.search('find', { task: 'slow' }, 'whis', 'page2');
			expect(results).toEqual([
				{ name: JSON.stringify({ filter: 'whis', paginationToken: 'page2', task: 'slow' }), value: 'slow' },
			]);
			expect(seen).toMatchObject([{ url: '/search?plain=text', authorization: 'Bearer secret' }]);
		});
	});

	it('maps fields', async () => {
		await withEngine('default', async (engine) => {
			expect(await engine.mapping('fields', { task: 'fail' })).toMatchObject({ fields: [{ id: 'fail' }] });
		});
	});
});
