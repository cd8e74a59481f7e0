/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { freshModel, withOptions } from '../../support/parameters';
import { type Reply, type SentRequest, envelope, jsonReply, notFound } from '../../support/service';
import { type World, openWorld } from '../../support/world';
import { makePng } from '../../support/files';
import { subjectOf } from '../../support/operation/registry';

let bench: World;
beforeAll(async () => (bench = await openWorld({ asks: 'service' })));
afterAll(async () => await bench.close());

type OnError = 'stopWorkflow' | 'continueErrorOutput';

const stalls: Array<[string, Pick<Reply, 'stallAfter'>, OnError]> = [
	['before it begins', { stallAfter: 'nothing' }, 'stopWorkflow'],
	['in its middle', { stallAfter: 40 }, 'continueErrorOutput'],
];
const image = makePng(60, 60);
const isInference = ({ path }: SentRequest) => path.startsWith('/v1/inference/');

/** Runs until the stalled request has arrived, stops, and expects a quick end that closes every connection. */
async function expectStopped(given: INodeParameters, onError: OnError, items: INodeExecutionData[] = [{ json: {} }]) {
	bench.service.requests.length = 0;
	const parameters = { ...given, model: freshModel() };
	const { reply } = bench.service;
	let isStalled = false;
	bench.service.reply = (request) => {
		const answer = reply(request);
		isStalled ||= 'stallAfter' in answer;
		return answer;
	};
	const cancelOnce = () => isStalled;
	const result = await bench.engine.run({ parameters, items, onError, cancelAfterMs: 150, cancelOnce });
	expect(result).toMatchObject({ status: 'canceled', errorItems: [] });
	expect(result.stoppedInMs).toBeLessThan(1500);
	const last = bench.service.requests.length;
	await new Promise((resolve) => setTimeout(resolve, 200));
	expect(bench.service.requests).toHaveLength(last);
	expect(bench.service.requests.at(-1)?.isAborted).toBe(true);
}

describe.each(stalls)('Stop ends a run that waits for something which stalls %s:', (_when, stall, onError) => {
	it('the answer to JSON', async () => {
		bench.service.reply = () => ({ ...jsonReply({ results: [{ label: 'x', score: 1 }], ...envelope }), ...stall });
		await expectStopped(subjectOf('text: classify').parameters(), onError);
	});

	it('the answer to a form', async () => {
		bench.service.reply = () => ({ ...jsonReply({ results: [], ...envelope }), ...stall });
		const data = await bench.engine.binary(image, 'photo.png', 'image/png');
		await expectStopped(subjectOf('image: detectObjects').parameters(), onError, [{ json: {}, binary: { data } }]);
	});

	it('the download of a file that goes in', async () => {
		bench.service.reply = (request) =>
			isInference(request) ? notFound : { body: image, contentType: 'image/png', ...stall };
		const inputUrl = `${bench.service.url}/photo.png`;
		await expectStopped({ ...subjectOf('image: classify').parameters(), inputSource: 'url', inputUrl }, onError);
		expect(bench.service.requests.filter(isInference)).toEqual([]);
	});

	it.each(['same', 'other'])('the download of a file that came out, from the %s host', async (host) => {
		const url = host === 'same' ? '/made.png' : `${bench.service.url.replace('127.0.0.1', 'localhost')}/made.png`;
		bench.service.reply = (request) =>
			isInference(request)
				? jsonReply({ images: [url], ...envelope })
				: { body: image, contentType: 'image/png', ...stall };
		await expectStopped(subjectOf('image: generate').parameters(), onError);
	});

	it('the catalogue', async () => {
		bench.service.reply = (request) =>
			isInference(request) ? notFound : { ...jsonReply({ mask_token: '<mask>', filler: 'x'.repeat(99) }), ...stall };
		await expectStopped(subjectOf('text: fillMask').parameters(), onError);
	});
});

describe.each(stalls)('the time limit ends a request that stalls %s:', (_when, stall) => {
	async function expectTimeout(parameters: INodeParameters, items: INodeExecutionData[] = [{ json: {} }]) {
		bench.service.requests.length = 0;
		const result = await bench.engine.run({
			parameters: withOptions(parameters, { timeout: 1, maxRetries: 3 }),
			items,
		});
		expect(result.status).toBe('error');
		expect(result.durationMs).toBeGreaterThan(900);
		expect(result.error).toMatchObject({ itemIndex: 0 });
		return `${result.error?.message} ${result.error?.description}`;
	}

	it('an inference is not sent again, since it may have been billed', async () => {
		bench.service.reply = (request) =>
			isInference(request)
				? { ...jsonReply({ results: [{ label: 'x', score: 1 }], ...envelope }), ...stall }
				: notFound;
		const said = await expectTimeout(subjectOf('text: classify').parameters());
		expect(said).toMatch(/1 second/);
		expect(said).toMatch(/billed/);
		expect(bench.service.requests.filter(isInference)).toHaveLength(1);
	});

	it('a file that goes in', async () => {
		bench.service.reply = ({ path }) =>
			path === '/photo.png' ? { body: image, contentType: 'image/png', ...stall } : notFound;
		const inputUrl = `${bench.service.url}/photo.png`;
		await expectTimeout({ ...subjectOf('image: classify').parameters(), inputSource: 'url', inputUrl });
		expect(bench.service.requests.filter(({ body }) => body.includes(image))).toEqual([]);
	});
});
