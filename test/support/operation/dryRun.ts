import { hintsOf, itemsOf, jsonOf, pairedTo, summary } from '../results';
import { isCatalogue, type World } from '../world';
import { namedFiles, type Subject } from './example';

/** A dry run says what a run would send and cost, and sends nothing; a run sends just that. */
export function testDryRun(subject: Subject, of: () => World): void {
	if (!subject.hasOption('dryRun')) return;
	const { method = 'POST', body, options, estimate } = subject.example.request;
	const { path } = subject;
	const asked = (world: World) => world.emulator.requests.filter((request) => subject.asks(request));

	describe('a dry run', () => {
		it('sends nothing and shows what it would send', async () => {
			const world = of();
			const items = await subject.items(world.engine, 2);
			const result = await world.engine.run({ parameters: subject.parameters({ ...options, dryRun: true }), items });
			expect(result.error).toBeUndefined();
			expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
			for (const { json, binary } of result.items) {
				expect(binary).toBeUndefined();
				expect(json.request).toEqual({ method, path, body });
				if (typeof estimate === 'number') {
					expect(Object.keys(json).sort()).toEqual(['estimatedCostUsd', 'request']);
					expect(json.estimatedCostUsd).toBe(estimate);
				} else {
					expect(Object.keys(json).sort()).toEqual(['estimateNote', 'estimatedCostUsd', 'request']);
					expect(json.estimatedCostUsd).toBeNull();
					expect(json.estimateNote).toMatch(estimate ?? /^$/);
				}
			}
			expect(world.emulator.requests.filter((request) => !isCatalogue(request))).toEqual([]);
			expect(hintsOf(result)).toEqual([
				expect.stringMatching(/^Dry run: (up to )?2 requests would be sent/),
				expect.stringMatching(summary(2, 0)),
			]);
		});

		it('is what the run then sends', async () => {
			const world = of();
			const items = await subject.items(world.engine);
			const given = { ...options, extraFields: '{ "my_field": [1, "two"] }' };
			const parameters = subject.parameters({ ...given, dryRun: true });
			const { request } = jsonOf(await world.engine.run({ parameters, items }));
			expect(asked(world)).toEqual([]);
			itemsOf(await world.engine.run({ parameters: subject.parameters(given), items }));
			const [sent, ...others] = asked(world);
			if (subject.example.follows === undefined) expect(others).toEqual([]);
			const parts = sent?.form?.map(({ name, filename, value }) => [name, filename ?? value]);
			const sentBody: unknown = parts ? Object.fromEntries(parts) : JSON.parse(namedFiles(JSON.stringify(sent?.json)));
			expect(request).toEqual({ method: sent?.method, path: sent?.path, body: sentBody });
		});

		it('is checked as the run is', async () => {
			const world = of();
			const items = await subject.items(world.engine);
			const parameters = subject.parameters({ dryRun: true, extraFields: '{' });
			const { error } = await world.engine.run({ parameters, items });
			expect(error?.message).toBe("'Extra Fields (JSON)' is not valid JSON [item 0]");
		});

		if (subject.isNative && subject.operation.tasks.length > 0) {
			it('every model of its picker can take what it sends, or is marked', async () => {
				const world = of();
				const { results } = await world.engine.search('searchModels', subject.parameters());
				const items = (await subject.items(world.engine, results.length)).map((item, index) => ({
					...item,
					json: { model: results[index]?.value ?? '' },
				}));
				const model = { __rl: true, mode: 'id', value: '={{ $json.model }}' };
				const parameters = { ...subject.parameters({ dryRun: true }), model };
				const result = await world.engine.run({ parameters, items, onError: 'continueErrorOutput' });
				// what the form itself offers may be asked for, such as a voice
				const refused = result.errorItems.filter(({ json }) => {
					const [, missing = ''] = /^'([^']+)' is missing, but this model needs it/.exec(String(json.error)) ?? [];
					return !subject.optionLabels.includes(missing);
				});
				const rows = refused.map((item) => results[pairedTo(item)]?.name);
				expect(rows.filter((row) => !row?.includes('needs an image'))).toEqual([]);
				expect(result.items.length).toBeGreaterThan(0);
			});
		}
	});
}
