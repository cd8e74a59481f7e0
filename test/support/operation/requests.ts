import { expectNoMedia, hintsOf, itemsOf, onlyItem, stored, summary } from '../results';
import { jsonReply } from '../service';
import type { World } from '../world';
import { bodyOf, type Subject } from './example';
import { MINE } from './key';
import { askedOf, atService, script } from './scripted';

/** What is asked, once, and that each item gets its own answer. */
export function testRequests(subject: Subject, of: () => World): void {
	const { example, operation, path, nativePath, isNative } = subject;
	const { method = 'POST', body, options, query = {} } = example.request;

	it('asks once, as DeepInfra documents it', async () => {
		const world = of();
		script(world, subject);
		const items = await subject.items(world.engine);
		itemsOf(await atService(world, { parameters: subject.parameters(options), items }));
		const [request, ...others] = askedOf(world, subject);
		if (example.follows === undefined) expect(others).toEqual([]);
		expect(request).toMatchObject({ method, path, query });
		expect(request?.headers.authorization).toBe(`Bearer ${MINE}`);
		expect(bodyOf(request).body).toEqual(body);
	});

	if (!operation.isFree && !example.needsState) {
		it('sums up at the end: items, requests, cost, time', async () => {
			const world = of();
			const items = await subject.items(world.engine);
			const result = await world.engine.run({ parameters: subject.parameters(), items });
			itemsOf(result);
			const cost = isNative ? '\\d+[.]\\d{2,}' : undefined;
			const [said = ''] = hintsOf(result).slice(-1);
			if (cost) expect(said).toMatch(summary(1, 1, cost));
			else expect(said).toMatch(/^1 item in · \d+ requests?/);
		});
	}

	const versioned = operation.isFree ? path : nativePath;
	if (subject.hasOption('modelVersion') && example.model !== undefined) {
		it('accepts a model chosen from the list and a version of it', async () => {
			const world = of();
			script(world, subject);
			const items = await subject.items(world.engine);
			const model = { __rl: true, mode: 'list', value: subject.model };
			const parameters = { ...subject.parameters({ modelVersion: '0ObxGWB8' }), model };
			itemsOf(await atService(world, { parameters, items }));
			expect(askedOf(world, subject)).toMatchObject([{ path: versioned, query: { version: '0ObxGWB8' } }]);
		});
	}

	if (subject.hasOption('webhook')) {
		it('hands a webhook over and does not wait for a result', async () => {
			const world = of();
			const webhook = 'https://n8n.example.com/webhook/result?token=a%20b';
			script(world, subject, () => jsonReply({ request_id: 'Rqueued', inference_status: { status: 'queued' } }));
			const items = await subject.items(world.engine);
			const item = onlyItem(await atService(world, { parameters: subject.parameters({ webhook }), items }));
			expect(bodyOf(askedOf(world, subject)[0]).body?.webhook).toBe(webhook);
			expect(stored(item.json)).toEqual({ status: 'queued', requestId: 'Rqueued' });
			expect(item).toMatchObject({ pairedItem: { item: 0 } });
			expect(item.binary).toBeUndefined();
		});
	}

	if (!operation.merge) {
		it('pairs every item and keeps the order', async () => {
			const world = of();
			script(world, subject);
			const items = await subject.items(world.engine, 3);
			const output = itemsOf(await atService(world, { parameters: subject.parameters(), items }));
			const pairs = output.map(({ pairedItem }) => JSON.stringify(pairedItem));
			expect([...new Set(pairs)]).toEqual(['{"item":0}', '{"item":1}', '{"item":2}']);
			expect([...pairs].sort()).toEqual(pairs);
			output.forEach(({ json }) => expectNoMedia(json));
		});
	}

	if (isNative && example.model !== undefined) {
		it.each(['../../v1/me', 'owner/model?version=1', 'owner/two words', 'deploy_id:../me', 'https://example.com/x'])(
			'sends nothing for the model name %j',
			async (value) => {
				const world = of();
				script(world, subject);
				const parameters = { ...subject.parameters(), model: { __rl: true, mode: 'id', value: '={{ $json.model }}' } };
				const [item] = await subject.items(world.engine);
				const items = [{ ...item, json: { model: value } }];
				const { error } = await atService(world, { parameters, items });
				expect(error?.message).toMatch(/is not a model name \[item 0\]$/);
				expect(world.service.requests).toEqual([]);
			},
		);
	}

	if (example.model !== undefined && !operation.isFree && (example.tasks ?? operation.tasks).length > 0) {
		it('has a picker that lists the models of its task', async () => {
			const { MODELS } = await import('../../emulator');
			const tasks = example.tasks ?? operation.tasks;
			const { results } = await of().engine.search('searchModels', subject.parameters());
			const values = results.map(({ value }) => String(value));
			expect(values).toContain(subject.model);
			// a deployment of the user's own has no row of its own in the catalogue
			const listed = values.filter((value) => !value.startsWith('deploy_id:'));
			const typeOf = (value: string) => MODELS.find(({ name }) => name === value)?.type ?? '';
			expect(listed.filter((value) => !tasks.includes(typeOf(value)))).toEqual([]);
		});
	}
}
