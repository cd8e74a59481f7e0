/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { copyFile, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PNG } from 'pngjs';
import { readMpeg } from '../../nodes/shared/media/sound';
import { places } from '../../scripts/host/places';
import { dictOf, listOf, textOf, type Dict } from '../../scripts/json';
import { exampleFile, Host } from './host';

/** The examples as a user runs them: imported into a real n8n that has the packed node. */

let host: Host;
beforeAll(async () => (host = await Host.start()), 15 * 60_000);
afterAll(async () => await host?.stop(), 60_000);

const withParameters = (name: string, parameters: Dict) => (node: Dict) =>
	node.name === name ? { ...node, parameters } : node;

const textsOf = (rows: readonly Dict[], key: string) => rows.map((row) => row[key]);

/** What the emulator may see in a white picture. */
const WHITE_THING = /^(polar bear|snow field|paper towel)$/;

function singleColour(red: number, green: number, blue: number): Buffer {
	const png = new PNG({ width: 40, height: 30 });
	for (let at = 0; at < png.data.length; at += 4) png.data.set([red, green, blue, 255], at);
	return PNG.sync.write(png);
}

const everySecond = { rule: { interval: [{ field: 'seconds', secondsInterval: 1 }] } };

it('news sentiment digest: fired by its own schedule, each headline under its mood', async () => {
	const id = await host.importExample('news-sentiment-digest', withParameters('Every morning', everySecond));
	await host.publish(id);
	const run = await host.waitForTriggered(id).finally(async () => await host.unpublish(id));
	expect([run.status, run.error]).toEqual(['success', '']);
	expect(run.mode).toBe('trigger');

	const headlines = textsOf(run.json('Headlines'), 'title').map(String);
	expect(headlines).toHaveLength(5);
	const moods = run.json('Mood');
	expect(textsOf(moods, 'label')).toEqual(['positive', 'negative', 'neutral', 'negative', 'positive']);
	expect(textsOf(moods, 'title')).toEqual(headlines);

	const [digest] = run.json('Digest');
	const parts = String(digest?.text).split('\n\n');
	expect(digest?.subject).toMatch(/^News of \d{4}-\d\d-\d\d: /);
	for (const part of ['2 positive', '2 negative', '1 neutral']) expect(digest?.subject).toContain(part);
	// The language model's sentences come first; it was given each mood with its headlines.
	expect(parts[0]).toContain(`positive: ${headlines[0]}`);
	expect(parts.slice(1).sort()).toEqual([
		`NEGATIVE\n- ${headlines[1]}\n- ${headlines[3]}`,
		`NEUTRAL\n- ${headlines[2]}`,
		`POSITIVE\n- ${headlines[0]}\n- ${headlines[4]}`,
	]);
});

it('support mail triage: each mail in its queue, with its own names', async () => {
	const run = await host.runByHand(await host.importExample('support-mail-triage'));
	expect([run.status, run.error]).toEqual(['success', '']);
	expect(run.json('Answer within the hour')).toEqual([
		{
			from: 'a.meyer@example.com',
			subject: 'Parcel',
			mood: 'negative',
			certainty: expect.any(Number),
			people: ['Anna Meyer'],
			companies: [],
			places: ['Hamburg'],
			queue: 'urgent',
		},
		expect.objectContaining({ from: 'tim@example.com', companies: ['Amazon'], queue: 'urgent' }),
	]);
	expect(run.json('Say thanks')).toEqual([
		expect.objectContaining({ subject: 'Thanks', mood: 'positive', people: ['Peter'], places: ['Vienna'] }),
	]);
	expect(run.json('Answer in turn')).toEqual([
		expect.objectContaining({
			subject: 'Invoice address',
			companies: ['Siemens'],
			places: ['Munich'],
			queue: 'normal',
		}),
	]);
	expect(run.items('Mood').map(({ pairedItem }) => pairedItem)).toEqual([0, 1, 2, 3].map((item) => ({ item })));
});

it('spoken memo: the form takes a recording, text and subtitle files come out', async () => {
	const id = await host.importExample('spoken-memo');
	await host.publish(id);
	const workflow = dictOf(JSON.parse(await readFile(exampleFile('spoken-memo'), 'utf8')));
	const form = listOf(workflow.nodes)
		.map(dictOf)
		.find(({ name }) => name === 'Recording');
	const speech = await readFile(path.join(places.fixtures, 'speech.wav'));
	const body = new FormData();
	body.set('field-0', new Blob([speech], { type: 'audio/wav' }), 'shift.wav');
	body.set('field-1', 'Night shift');
	const url = await host.waitForForm(textOf(form?.webhookId) ?? '');
	expect(await (await fetch(url)).text()).toContain('Upload a recording. You get its text and subtitles.');
	const answer = await fetch(url, { method: 'POST', body });
	expect([answer.status, await answer.json()]).toEqual([200, { status: 200 }]);
	const run = await host.waitForTriggered(id).finally(async () => await host.unpublish(id));
	expect([run.status, run.error]).toEqual(['success', '']);

	const [memo, ...others] = run.items('Write it down');
	expect(others).toEqual([]);
	const text = `A 4.9 second recording with the name shift.wav and ${speech.length} bytes.`;
	// The row of the form stays beside its result.
	expect(memo?.json).toMatchObject({ Title: 'Night shift', text, language: 'en', duration: 4.944 });
	const fileOf = async (name: string) => {
		const stored = dictOf(memo?.binary[name]);
		const bytes = await host.client.readBinary(textOf(stored.id) ?? '');
		return { type: stored.mimeType, extension: stored.fileExtension, text: bytes.toString('utf8') };
	};
	// The emulator makes two pieces of a recording of this length, each with half of the words.
	const [first, second] = ['A 4.9 second recording with', `the name shift.wav and ${speech.length} bytes.`];
	expect(await fileOf('txt')).toMatchObject({ type: 'text/plain', text: expect.stringContaining(first ?? '') });
	expect(await fileOf('srt')).toEqual({
		type: 'application/x-subrip',
		extension: 'srt',
		text: `1\n00:00:00,000 --> 00:00:02,470\n${first}\n\n2\n00:00:02,470 --> 00:00:04,940\n${second}\n`,
	});
	expect(await fileOf('vtt')).toEqual({
		type: 'text/vtt',
		extension: 'vtt',
		text: `WEBVTT\n\n00:00:00.000 --> 00:00:02.470\n${first}\n\n00:00:02.470 --> 00:00:04.940\n${second}\n`,
	});
});

it('product photo check: the photo on white goes to the shop, the dark and the broken one are taken again', async () => {
	await writeFile(path.join(host.mediaFolder, 'cup.png'), singleColour(250, 250, 250));
	await writeFile(path.join(host.mediaFolder, 'lamp.png'), singleColour(5, 5, 5));
	await writeFile(path.join(host.mediaFolder, 'broken.png'), 'no image at all');
	const run = await host.runByHand(await host.importExample('product-photo-check'));
	expect([run.status, run.error]).toEqual(['success', '']);
	expect(textsOf(run.json('Photos'), 'fileName').sort()).toEqual(['broken.png', 'cup.png', 'lamp.png']);
	expect(run.json('To the shop')).toEqual([
		{
			photo: 'cup.png',
			// Of the three things that the emulator sees in each picture, two have a score above 0.8.
			objects: [expect.stringMatching(WHITE_THING), expect.stringMatching(WHITE_THING)],
			kind: 'a product on a white background',
			certainty: expect.any(Number),
			problem: '',
			decision: 'use',
		},
	]);
	const again = run.json('Take it again').map(({ photo, decision, reason }) => ({ photo, decision, reason }));
	expect(again).toHaveLength(2);
	expect(again).toContainEqual({
		photo: 'lamp.png',
		decision: 'take again',
		reason: 'The photo shows: a black underexposed photo.',
	});
	expect(again).toContainEqual({
		photo: 'broken.png',
		decision: 'take again',
		reason: expect.stringContaining('cannot identify image file'),
	});
});

it('image campaign: two pictures for each row, saved under its name', async () => {
	const run = await host.runByHand(await host.importExample('image-campaign'));
	expect([run.status, run.error]).toEqual(['success', '']);
	const names = ['spring-tea', 'summer-lemonade', 'autumn-cocoa'].flatMap((name) => [`${name}-1.png`, `${name}-2.png`]);
	expect(run.json('Save').map(({ fileName }) => path.basename(String(fileName)))).toEqual(names);
	expect(textsOf(run.json('Save'), 'name')).toEqual(names.map((name) => name.slice(0, -6)));
	expect(run.items('Pictures').map(({ pairedItem }) => pairedItem)).toEqual(
		[0, 0, 1, 1, 2, 2].map((item) => ({ item })),
	);
	expect((await readdir(host.mediaFolder)).filter((name) => names.includes(name))).toHaveLength(6);
	for (const [index, colour] of [
		[0, 'green'],
		[2, 'yellow'],
		[4, 'red'],
	] as const) {
		const { width, height, data } = PNG.sync.read(await readFile(path.join(host.mediaFolder, names[index] ?? '')));
		expect([width, height]).toEqual([512, 512]);
		expect(mainColour(data)).toBe(colour);
	}
});

/** The colours that the emulator paints for these rows' prompts. */
function mainColour(pixels: Buffer): string {
	const painted: Readonly<Record<string, readonly number[]>> = {
		green: [50, 150, 60],
		yellow: [235, 215, 60],
		red: [205, 40, 40],
	};
	const counts = Object.entries(painted).map(([name, colour]) => {
		let count = 0;
		for (let at = 0; at < pixels.length; at += 4) {
			if (colour.every((value, channel) => pixels[at + channel] === value)) count += 1;
		}
		return { name, share: count / (pixels.length / 4) };
	});
	return counts.find(({ share }) => share > 0.5)?.name ?? 'none';
}

it('semantic search: the documents that answer the question come first', async () => {
	const before = host.emulator.requests.length;
	const run = await host.runByHand(await host.importExample('semantic-search'));
	expect([run.status, run.error]).toEqual(['success', '']);
	expect(textsOf(run.json('Best three'), 'title').slice(0, 2)).toEqual(['Refund policy', 'Exchange']);
	const similarities = textsOf(run.json('Best three'), 'similarity').map(Number);
	expect(similarities).toHaveLength(3);
	expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
	similarities.forEach((similarity) => expect(Math.abs(similarity)).toBeLessThanOrEqual(1));
	expect(similarities[0]).toBeGreaterThan(0.3);
	// Five documents in one request, the question in another.
	const requests = host.emulator.requests.slice(before).filter(({ path: route }) => route.startsWith('/v1/inference/'));
	expect(requests).toHaveLength(2);
	expect(run.items('Vectors of the documents').map(({ pairedItem }) => pairedItem)).toEqual(
		[0, 1, 2, 3, 4].map((item) => ({ item })),
	);
});

it('spend watch: over the limit it alerts, with the dearest model first', async () => {
	const limit = {
		assignments: { assignments: [{ id: '1', name: 'limitUsd', value: 3, type: 'number' }] },
		options: {},
	};
	const id = await host.importExample('spend-watch', (node) =>
		withParameters('Limit', limit)(withParameters('Every morning', everySecond)(node)),
	);
	await host.publish(id);
	const run = await host.waitForTriggered(id).finally(async () => await host.unpublish(id));
	expect([run.status, run.error]).toEqual(['success', '']);
	expect(run.json('Alert')).toEqual([
		{
			subject: 'DeepInfra has cost $3.39 this month, over the limit of $3.00',
			text: '$2.70  openai/whisper-large-v3\n$0.69  meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo',
		},
	]);
	expect(run.json('All is well')).toEqual([]);
});

it('only new rows: a row is paid for once, however often the schedule fires', async () => {
	const before = host.emulator.requests.length;
	const asked = () =>
		host.emulator.requests.slice(before).filter(({ path: route }) => route.startsWith('/v1/inference/')).length;
	const id = await host.importExample('only-new-rows', withParameters('Every hour', everySecond));
	await host.publish(id);
	const run = await host.waitForTriggered(id);
	expect([run.status, run.error]).toEqual(['success', '']);
	expect(textsOf(run.json('Mood'), 'id')).toEqual([1, 2, 3]);
	await new Promise((resolve) => setTimeout(resolve, 5000));
	await host.unpublish(id);
	expect(asked()).toBe(3);
});

it('budget of a month: what the month has left is the budget of the run, which ends with it', async () => {
	// The emulator's account has paid $3.39 this month, so hardly anything is left.
	const change = (node: Dict) => withNumber('Limit', 3.390_000_1)(withParameters('Every morning', everySecond)(node));
	const id = await host.importExample('budget-of-a-month', change);
	await host.publish(id);
	const run = await host.waitForTriggered(id).finally(async () => await host.unpublish(id));
	expect([run.status, run.error]).toEqual(['success', '']);
	expect(run.json('What is left')).toEqual([{ leftUsd: expect.closeTo(0.000_000_1, 9) }]);
	expect(textsOf(run.json('Done'), 'id')).toEqual([1]);
	expect(run.json('Not this month')).toEqual(
		[2, 3].map((row) => expect.objectContaining({ id: row, error: expect.stringMatching(/^Budget reached/) })),
	);
});

/** The number of a Set node's only field. */
const withNumber = (name: string, value: number) => (node: Dict) => {
	if (node.name !== name) return node;
	const [first] = listOf(dictOf(dictOf(node.parameters).assignments).assignments).map(dictOf);
	return { ...node, parameters: { ...dictOf(node.parameters), assignments: { assignments: [{ ...first, value }] } } };
};

/** What a field of a Set node says instead. */
const withText = (name: string, field: string, text: string) => (node: Dict) => {
	if (node.name !== name) return node;
	const { assignments } = dictOf(dictOf(node.parameters).assignments);
	const changed = listOf(assignments)
		.map(dictOf)
		.map((each) => (each.name === field ? { ...each, value: text } : each));
	return { ...node, parameters: { ...dictOf(node.parameters), assignments: { assignments: changed } } };
};

const chatsSince = (before: number) =>
	host.emulator.requests.slice(before).filter(({ path: route }) => route.endsWith('/chat/completions'));

it('support agent: it answers from the passages that were found and reranked', async () => {
	const before = host.emulator.requests.length;
	// The emulator's model takes the words that it searches for from a line of their own.
	const question = 'What does the knowledge base say?\ninput: How can I return a purchase and get a full refund?';
	const id = await host.importExample('support-agent', withText('Sample question', 'chatInput', question));
	const run = await host.runByHand(id);
	expect([run.status, run.error]).toEqual(['success', '']);
	expect(run.items('Fill the store')).toHaveLength(5);
	expect(String(run.json('Support agent')[0]?.output).length).toBeGreaterThan(10);
	const routes = host.emulator.requests.slice(before).map(({ path: route }) => route);
	expect(routes).toContain('/v1/inference/Qwen/Qwen3-Reranker-4B');
	const answered = JSON.stringify(chatsSince(before).at(-1)?.json);
	expect(answered).toContain('within thirty days');
	expect(answered).toContain('Refunds');
	expect(answered.indexOf('Refunds: ')).toBeLessThan(answered.indexOf('Exchange: '));
	for (const lower of ['A parcel takes', 'Frames have']) expect(answered).not.toContain(lower);
});

it('research agent: it draws a picture, looks at one and reports with links', async () => {
	const before = host.emulator.requests.length;
	const steps = [
		'Draw a picture.\nPrompt: a lighthouse lens',
		`Look at picture.\nURL: ${host.emulator.url}/files/sample.jpg\nPrompt: What is it?`,
	];
	const topic = steps.join('\nthen\n');
	const run = await host.runByHand(await host.importExample('research-agent', withText('Topic', 'topic', topic)));
	expect([run.status, run.error]).toEqual(['success', '']);
	expect(run.json('Report')).toEqual([{ title: topic, text: expect.stringMatching(/.{10}/) }]);
	const last = JSON.stringify(chatsSince(before).at(-1)?.json);
	expect(last).toMatch(/https?:[^"]+binary-data/);
	expect(last).toContain('What is it?');
	expect(last).not.toMatch(/[A-Za-z0-9+/]{900}/);
});

it('agent costs: each evening what the model has cost since the evening before', async () => {
	const id = await host.importExample('agent-costs', withParameters('Every evening', everySecond));
	await host.publish(id);
	const first = await host.waitForTriggered(id);
	const second = await host.waitForTriggered(id, 2).finally(async () => await host.unpublish(id));
	expect([first.status, first.error]).toEqual(['success', '']);
	const model = 'meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo';
	expect(first.json('Report')).toEqual([
		{
			subject: 'The agent has cost $0.6900 since the last report',
			text: expect.stringMatching(`^${model}: \\$0.6900 in \\d{4}-\\d\\d so far$`),
		},
	]);
	expect(second.json('Report')[0]?.subject).toBe('The agent has cost $0.0000 since the last report');
});

it('nightly product texts: the schedule hands over, the trigger brings each text back once, nothing is left', async () => {
	const everyMinute = { pollTimes: { item: [{ mode: 'everyMinute' }] } };
	const soon = withParameters('Every night', everySecond);
	const id = await host.importExample('nightly-product-texts', (node) =>
		node.name === 'A batch has ended' ? { ...node, parameters: everyMinute } : soon(node),
	);
	await host.publish(id);
	const handed = await host.waitForNode(id, 'Hand over');
	expect(handed.items('Hand over')).toHaveLength(1);
	const run = await host.waitForNode(id, 'Results').finally(async () => await host.unpublish(id));
	expect([run.status, run.error]).toEqual(['success', '']);
	const ended = textsOf(run.json('A batch has ended'), 'batchId');
	expect(new Set(ended).size).toBe(ended.length);
	const texts = run.json('Texts');
	expect(texts).toHaveLength(3 * ended.length);
	expect(textsOf(texts, 'sku').slice(0, 3)).toEqual(['MUG-1', 'LAMP-7', 'BAG-3']);
	for (const text of texts) expect(String(text.text).length).toBeGreaterThan(0);
	expect(run.json('To look at')).toEqual([]);
	expect(dictOf(run.items('Sheet')[0]?.binary.data)).toMatchObject({ fileName: 'product-texts.xlsx' });
}, 240_000);

it('mails of a year: what both ways cost, and each mail sorted', async () => {
	const wait = withParameters('Wait', { amount: 2, unit: 'seconds' });
	const run = await host.runByHand(await host.importExample('mails-of-a-year', wait));
	expect([run.status, run.error]).toEqual(['success', '']);
	const [comparison] = run.json('Comparison');
	expect(comparison?.mails).toBe(4);
	expect(Number(comparison?.batchUsd) / Number(comparison?.oneByOneUsd)).toBeCloseTo(0.8, 3);
	expect(textsOf(run.json('Sorted'), 'id')).toEqual(['m1', 'm2', 'm3', 'm4']);
}, 120_000);

it('long video: DeepInfra calls the trigger, the film comes with the reference of its order', async () => {
	const workflow = dictOf(JSON.parse(await readFile(exampleFile('long-video'), 'utf8')));
	const trigger = listOf(workflow.nodes)
		.map(dictOf)
		.find(({ name }) => name === 'The film is ready');
	const address = `${host.server.url}/webhook/${textOf(trigger?.webhookId)}/deepinfra`;
	const id = await host.importExample('long-video', (node) =>
		JSON.parse(JSON.stringify(node).replace('PRODUCTION_URL', address)),
	);
	await host.publish(id);
	try {
		for (let tries = 0; (await fetch(address, { method: 'POST', body: '{}' })).status !== 400; tries++) {
			if (tries > 100) throw new Error('the trigger has no address');
			await new Promise((resolve) => setTimeout(resolve, 200));
		}
		expect((await fetch(`${host.server.url}/webhook/deepinfra`, { method: 'POST', body: '{}' })).status).toBe(404);
		await host.runByHand(id);
		const run = await host.waitForNode(id, 'Film');
		const [film] = run.items('Film');
		expect(film?.json).toMatchObject({ order: 'order-17' });
		expect(dictOf(film?.binary.film)).toMatchObject({ mimeType: 'video/mp4' });
	} finally {
		await host.unpublish(id);
	}
}, 240_000);

it('daily briefing: short, spoken, one file', async () => {
	const run = await host.runByHand(await host.importExample('daily-briefing'));
	expect([run.status, run.error]).toEqual(['success', '']);
	const [{ summary } = {}] = run.json('In short');
	expect(String(summary).length).toBeGreaterThan(10);
	const [{ characters } = {}] = run.json('Spoken');
	expect(characters).toBe(`Good morning. ${String(summary)} Have a good day.`.length);
	const bytes = await readFile(path.join(host.mediaFolder, 'briefing.mp3'));
	// The emulator takes a twentieth of a second for each letter.
	expect(readMpeg(bytes)?.seconds).toBeCloseTo(Number(characters) / 20, 0);
});

it('product clip: started from the photo, waited for, fetched', async () => {
	await copyFile(path.join(places.fixtures, 'photo.jpg'), path.join(host.mediaFolder, 'photo.jpg'));
	const soon = withParameters('A minute', { amount: 2, unit: 'seconds' });
	const run = await host.runByHand(await host.importExample('product-clip', soon));
	expect([run.status, run.error]).toEqual(['success', '']);
	const [{ videoId, status } = {}] = run.json('Start the clip');
	expect([videoId, status]).toEqual([expect.stringMatching(/^videos_/), 'queued']);
	expect(run.json('Fetch the clip')).toMatchObject([{ videoId, status: 'succeeded' }]);
	const asked = host.emulator.requests.find(({ path: route }) => route === '/v1/videos')?.json;
	expect(dictOf(asked)).toMatchObject({ seconds: 5, image_url: expect.stringMatching(/^data:image\/jpeg;base64,/) });
	const clip = await readFile(path.join(host.mediaFolder, 'product-clip.mp4'));
	expect(clip.toString('latin1', 4, 8)).toBe('ftyp');
});

it('search that reranks: the best hits first, in one request', async () => {
	const before = host.emulator.requests.length;
	const run = await host.runByHand(await host.importExample('search-that-reranks'));
	expect([run.status, run.error]).toEqual(['success', '']);
	const found = run.json('Found');
	expect(textsOf(found, 'rank')).toEqual([1, 2, 3]);
	expect(found[0]?.title).toBe('Storm boot');
	const scores = textsOf(found, 'score').map(Number);
	expect(scores).toEqual([...scores].sort((a, b) => b - a));
	const requests = host.emulator.requests.slice(before).filter(({ path: route }) => route.startsWith('/v1/inference/'));
	expect(requests).toHaveLength(1);
});

it('help desk answer: word by word from the article that answers', async () => {
	const run = await host.runByHand(await host.importExample('help-desk-answer'));
	expect([run.status, run.error]).toEqual(['success', '']);
	const [answer, ...others] = run.json('Answer');
	expect(others).toEqual([]);
	expect(answer).toMatchObject({
		question: 'Who repairs the coffee machine?',
		answer: 'Marta Lindqvist',
		quote: 'Marta Lindqvist',
		source: 'Kitchen',
		certainty: expect.any(Number),
	});
});

it('invoice inbox: complete scans become rows, the others wait with the reason and their scan', async () => {
	for (const name of ['invoice-2041.pdf', 'invoice-2042.pdf'])
		await copyFile(path.join(places.fixtures, name), path.join(host.mediaFolder, name));
	await copyFile(path.join(places.fixtures, 'pdf/text.pdf'), path.join(host.mediaFolder, 'invoice-9.pdf'));
	const run = await host.runByHand(await host.importExample('invoice-inbox'));
	expect([run.status, run.error]).toEqual(['success', '']);
	const table = await readFile(path.join(host.mediaFolder, 'invoices.csv'), 'utf8');
	expect(
		table
			.replace(/^\ufeff/, '')
			.trim()
			.split(/\r?\n/),
	).toEqual([
		'file,number,vendor,date,total,currency',
		'invoice-2041.pdf,2041,Nordlicht Paper Ltd.,2026-11-03,1234.56,EUR',
	]);
	const reviewed = [0, 1].flatMap((which) => run.items('To review', 0, which));
	expect(reviewed.map(({ json }) => json)).toEqual(
		expect.arrayContaining([
			expect.objectContaining({ file: 'invoice-2042.pdf', reason: 'Missing: total' }),
			expect.objectContaining({ file: 'invoice-9.pdf', reason: expect.stringContaining('holds text') }),
		]),
	);
	expect(reviewed).toHaveLength(2);
	for (const { binary } of reviewed) expect(dictOf(binary.data)).toMatchObject({ mimeType: 'application/pdf' });
});

it('ticket triage: each ticket under a label of its own, with scores, the unsure one to a person', async () => {
	const run = await host.runByHand(await host.importExample('ticket-triage'));
	expect([run.status, run.error]).toEqual(['success', '']);
	const queues = ['Accounting', 'Shipping', 'First level', 'Somebody decides'];
	expect(queues.map((name) => textsOf(run.json(name), 'id'))).toEqual([['T-101'], ['T-102'], ['T-103'], ['T-104']]);
	expect(queues.flatMap((name) => textsOf(run.json(name), 'topic'))).toEqual([
		'billing',
		'delivery',
		'account',
		'unsure',
	]);
	expect(run.json('Accounting')[0]?.signs).toEqual(expect.arrayContaining(['cancel', 'repeated']));
	expect(run.json('Somebody decides')[0]?.signs).toEqual([]);
	const scores = Object.values(dictOf(run.json('Somebody decides')[0]?.scores)).map(Number);
	expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1);
});

it('meeting minutes: a summary in points, and a task for each promise', async () => {
	await copyFile(path.join(places.fixtures, 'speech.wav'), path.join(host.mediaFolder, 'speech.wav'));
	// The emulator writes down what a recording is introduced as.
	const said = 'notes\ntasks: task=Send the offer | owner=Anna | due=01.12.2026\ntasks: task=Book a room';
	const id = await host.importExample('meeting-minutes', (node) =>
		node.name === 'Written down'
			? { ...node, parameters: { ...dictOf(node.parameters), options: { initialPrompt: said } } }
			: node,
	);
	const run = await host.runByHand(id);
	expect([run.status, run.error]).toEqual(['success', '']);
	expect(run.json('Minutes')).toEqual([
		{ recording: 'speech.wav', summary: expect.stringMatching(/^- A 4/), minutes: 1 },
	]);
	expect(run.json('Tasks')).toEqual([
		{ task: 'Send the offer', owner: 'Anna', due: '2026-12-01' },
		{ task: 'Book a room', owner: 'nobody yet', due: null },
	]);
});

it('product texts: five languages for each product, placeholders and tags where they were', async () => {
	const run = await host.runByHand(await host.importExample('product-texts'));
	expect([run.status, run.error]).toEqual(['success', '']);
	const texts = run.json('Texts');
	const languages = ['French', 'German', 'Italian', 'Polish', 'Spanish'];
	expect(texts.map(({ sku, language }) => `${String(sku)} ${String(language)}`)).toEqual(
		['MUG-1', 'BAG-3'].flatMap((sku) => languages.map((language) => `${sku} ${language}`)),
	);
	expect(texts[1]?.text).toBe('<b>gut</b> morning mug\n\nhallo %s, danke for looking at die **Morgenrot** mug.');
	for (const { sku, text } of texts) {
		for (const kept of sku === 'MUG-1' ? ['<b>', '</b>', '%s', '**Morgenrot**'] : ['{litres}', '\n\n- '])
			expect(text).toContain(kept);
	}
});

it('long recording: the Wait node holds the run until DeepInfra calls with the text', async () => {
	host.emulator.options.callbacks = { delayMs: 4000 };
	await copyFile(path.join(places.fixtures, 'speech.wav'), path.join(host.mediaFolder, 'speech.wav'));
	const run = await host
		.runByHand(await host.importExample('long-recording'))
		.finally(() => (host.emulator.options.callbacks = undefined));
	expect([run.status, run.error]).toEqual(['success', '']);
	expect(run.json('Transcript')).toEqual([
		{ file: 'speech.wav', text: expect.stringMatching(/.{20}/), costUsd: expect.any(Number) },
	]);
}, 240_000);

it('films one by one: the run sleeps until DeepInfra calls, and goes on with the next', async () => {
	host.emulator.options.callbacks = { delayMs: 4000 };
	const run = await host
		.runByHand(await host.importExample('films-one-by-one'))
		.finally(() => (host.emulator.options.callbacks = undefined));
	expect([run.status, run.error]).toEqual(['success', '']);
	const films = run.items('All films');
	expect(films.map(({ json }) => dictOf(json))).toMatchObject([
		{ requestId: expect.any(String), status: 'succeeded' },
		{ requestId: expect.any(String), status: 'succeeded' },
	]);
	expect(new Set(films.map(({ json }) => dictOf(json).requestId)).size).toBe(2);
	for (const { binary } of films) expect(dictOf(binary.film)).toMatchObject({ mimeType: 'video/mp4' });
}, 240_000);

const listExamples = async () => (await readdir(places.examples)).filter((name) => name.endsWith('.json'));

it('every example finds the credential of its name when it is imported', async () => {
	for (const file of await listExamples()) {
		const nodes = await host.importUntouched(path.basename(file, '.json'));
		const credentials = nodes.map(({ credentials: own }) => own).filter((own) => own !== undefined);
		expect(credentials.length).toBeGreaterThan(0);
		for (const own of credentials) expect(own).toEqual({ deepInfraApi: host.credential });
	}
});

it('has no example without a test', async () => {
	const files = await listExamples();
	const source = await readFile(__filename, 'utf8');
	for (const file of files) expect(source).toContain(`importExample('${path.basename(file, '.json')}'`);
});
