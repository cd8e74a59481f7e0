/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, no-console */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { version as n8nVersion } from 'n8n-core/package.json';
import { benchAgents } from './agents/main';
import { installN8n } from '../../scripts/host/install';
import { measure, startService, type Service } from './children';
import { benchChains } from './chains';
import { compareChats, timeFirstPiece } from './chats';
import { atMost, count, markdownTable, median, megabytes, plainTable, seconds, times, type Row } from './figures';
import { makeCertificate } from './fork';
import { benchHost } from './host';
import { findPace, keepRows, leaveAlone } from './unwatched';
import { WARM_UP, type Job, type Measure, type ServiceOrder } from './jobs';
import { machineWords } from './machine';

const LATENCY_MS = 300;
/** Megabytes. */
const SMALL_HEAP = 400;
/** What DeepInfra takes as one batch. */
const LINES_OF_A_BATCH = 50_000;

/** How much is measured. */
const sizes = {
	full: {
		repeats: 5,
		items: 1000,
		sequential: 50,
		pieces: 30,
		growth: [10, 100, 1000, 10_000],
		upload: 1e9,
		download: 300e6,
		speeches: 1000,
		documents: 10_000,
		video: 500e6,
		lines: 60_000,
		results: 200_000,
		chats: 10_000,
	},
	quick: {
		repeats: 1,
		items: 400,
		sequential: 10,
		pieces: 10,
		growth: [10, 100, 1000],
		upload: 200e6,
		download: 100e6,
		speeches: 200,
		documents: 10_000,
		video: 500e6,
		lines: 5000,
		results: 200_000,
		chats: 1000,
	},
};

const USAGE =
	'npm run bench -- [--quick] [--unwatched] [--markdown] [--repeats N], or npm run bench -- --agents, --chains or --host';

function readArguments(args: readonly string[]) {
	const known = ['--quick', '--unwatched', '--markdown', '--repeats'];
	const repeats = args.includes('--repeats') ? Number(args[args.indexOf('--repeats') + 1]) : undefined;
	const isWrong = args.some((arg, index) => !known.includes(arg) && args[index - 1] !== '--repeats');
	if (isWrong || (repeats !== undefined && !(Number.isInteger(repeats) && repeats > 0))) {
		console.error(USAGE);
		process.exit(2);
	}
	const size = args.includes('--quick') ? sizes.quick : sizes.full;
	return {
		...size,
		repeats: repeats ?? size.repeats,
		isMarkdown: args.includes('--markdown'),
		isUnwatched: args.includes('--unwatched'),
	};
}

type Sizes = ReturnType<typeof readArguments>;

const note = (words: string) => console.error(`  ${words}`);

async function measureAt(
	service: Service,
	job: Job,
	order: Partial<ServiceOrder> = {},
	nodeOptions: readonly string[] = [],
): Promise<Measure> {
	await service.order({ latencyMs: LATENCY_MS, ...order });
	const measured = await measure(job, (order.isFar ? service.far : undefined) ?? service.url, nodeOptions);
	note(
		`${JSON.stringify(job)}: ${seconds(measured.milliseconds)}, CPU ${seconds(measured.cpuMilliseconds)}, +${megabytes(measured.extraBytes)}`,
	);
	return measured;
}

/** The ways to classify the items, side by side: each round runs all of them, so that a busy moment hits all. */
async function compareSpeed(service: Service, { repeats, items, sequential }: Sizes): Promise<Row[]> {
	const jobs = {
		bare: { kind: 'bare', items, concurrency: 200 },
		helper: { kind: 'helper', items, concurrency: 200 },
		reader: { kind: 'helper', items, concurrency: 200, reads: true },
		node: { kind: 'classify', items, concurrency: 200 },
		nodeAtDefault: { kind: 'classify', items },
		sequential: { kind: 'helper', items: sequential, concurrency: 1 },
	} as const satisfies Record<string, Job>;
	type Name = keyof typeof jobs;
	const fast: Name[] = ['bare', 'helper', 'reader', 'node'];
	// They take long, and waiting is nearly all they do, so two rounds tell enough.
	const slow: Name[] = ['nodeAtDefault', 'sequential'];
	type Round = Partial<Record<Name, number>>;
	const cpus: Round[] = [];
	const rounds: Round[] = [];
	for (let round = 0; round < repeats; round++) {
		const names = round < 2 ? [...fast, ...slow] : fast;
		const measured: Round = {};
		const cpu: Round = {};
		// turned round every time, so that no way always comes first
		for (const name of round % 2 ? names.reverse() : names) {
			const { milliseconds, cpuMilliseconds } = await measureAt(service, jobs[name]);
			cpu[name] = cpuMilliseconds;
			measured[name] = name === 'sequential' ? (milliseconds * items) / sequential : milliseconds;
		}
		rounds.push(measured);
		cpus.push(cpu);
	}
	const medianOf = (all: readonly Round[], figure: (round: Round) => number) =>
		median(all.map(figure).filter(Number.isFinite));
	const of = (name: Name) => seconds(medianOf(rounds, (round) => round[name] ?? NaN));
	const ratio = (a: Name, b: Name, all = rounds) => medianOf(all, (round) => (round[a] ?? NaN) / (round[b] ?? NaN));
	const cpuOf = (name: Name) => `CPU ${seconds(medianOf(cpus, (round) => round[name] ?? NaN))}`;
	const toHelper = ratio('node', 'helper');
	const toBare = ratio('node', 'bare');
	const toFixed = ratio('nodeAtDefault', 'node');
	const cpuToHelper = ratio('node', 'helper', cpus);
	const cpuToReader = ratio('node', 'reader', cpus);
	const many = `${count(items)} classifications`;
	return [
		{ what: `${many}, bare \`node:http\` client, 200 connections`, figure: of('bare'), compared: cpuOf('bare') },
		{
			what: `${many}, n8n's request helper in a bare loop, 200 at once`,
			figure: of('helper'),
			compared: cpuOf('helper'),
		},
		{
			what: `${many}, the same, each text from a parameter with an expression`,
			figure: of('reader'),
			compared: cpuOf('reader'),
		},
		{ what: `${many}, this node, Max Concurrency 200`, figure: of('node'), compared: cpuOf('node') },
		{ what: '', figure: times(cpuToHelper), compared: "CPU of the helper's loop", target: atMost(cpuToHelper, 1.4) },
		{
			what: '',
			figure: times(cpuToReader),
			compared: 'CPU of the loop that reads its parameter',
		},
		{ what: '', figure: times(toHelper), compared: "n8n's request helper", target: atMost(toHelper, 1.1) },
		{ what: '', figure: times(toBare), compared: 'bare client', target: atMost(toBare, 1.6) },
		{ what: '', figure: times(ratio('node', 'sequential')), compared: 'sequential loop' },
		{ what: `${many}, this node, default`, figure: of('nodeAtDefault'), compared: cpuOf('nodeAtDefault') },
		{ what: '', figure: times(toFixed), compared: 'the best fixed number', target: atMost(toFixed, 2) },
		{ what: '', figure: times(ratio('nodeAtDefault', 'sequential')), compared: 'sequential loop' },
		{
			what: `${many}, n8n's request helper, one after the other`,
			figure: of('sequential'),
			compared: `worked out from ${sequential} items`,
		},
	];
}

async function embed(service: Service, { items }: Sizes): Promise<Row[]> {
	const { milliseconds } = await measureAt(service, { kind: 'embed', items });
	const requests = (await service.count()).requests - WARM_UP;
	return [
		{
			what: `${count(items)} embeddings`,
			figure: seconds(milliseconds),
			compared: `${requests} request${requests === 1 ? '' : 's'}`,
			target: { words: '1 request', isMet: requests === 1 },
		},
	];
}

async function grow(service: Service, { growth }: Sizes): Promise<Row[]> {
	const rows: Row[] = [];
	for (const items of growth) {
		const { milliseconds, extraBytes } = await measureAt(service, { kind: 'classify', items, concurrency: 200 });
		rows.push({
			what: `${count(items)} classifications, Max Concurrency 200`,
			figure: seconds(milliseconds),
			compared: `${(milliseconds / items).toFixed(2)} ms an item, peak memory +${megabytes(extraBytes)}`,
		});
	}
	return rows;
}

async function meetLimit(service: Service, { items }: Sizes): Promise<Row[]> {
	const places = 20;
	const job: Job = { kind: 'classify', items, concurrency: 100 };
	const { milliseconds, answered } = await measureAt(service, job, { maxConcurrent: places });
	const { requests, refused } = await service.count();
	const ideal = (items / places) * LATENCY_MS;
	const sent = requests - WARM_UP;
	return [
		{
			what: `${count(items)} classifications, Max Concurrency 100, service takes ${places} at once`,
			figure: seconds(milliseconds),
			compared: `${times(milliseconds / ideal)} of what ${places} places can do`,
		},
		{
			what: '',
			figure: `${count(answered)} answered`,
			compared: `${count(sent)} requests, ${count(refused)} refused`,
			target: { words: 'all answered, under 10 % wasted', isMet: answered === items && refused < items / 10 },
		},
	];
}

async function makeMedia(service: Service, { speeches, documents, video }: Sizes): Promise<Row[]> {
	const spoken = await measureAt(service, { kind: 'speak', items: speeches });
	const ranked = await measureAt(service, { kind: 'rerank', items: documents });
	const requests = (await service.count()).requests - WARM_UP;
	const filmed = await measureAt(service, { kind: 'film', bytes: video }, { latencyMs: 0 });
	return [
		{
			what: `Speech of ${count(speeches)} short texts, into filesystem storage`,
			figure: seconds(spoken.milliseconds),
			compared: `${(spoken.milliseconds / speeches).toFixed(2)} ms an item, peak memory +${megabytes(spoken.extraBytes)}`,
			target: { words: 'under 150 MB', isMet: spoken.answered === speeches && spoken.extraBytes < 150e6 },
		},
		{
			what: `One search over ${count(documents)} documents`,
			figure: seconds(ranked.milliseconds),
			compared: `${requests} requests`,
			target: { words: `${documents / 1000} requests`, isMet: requests === documents / 1000 },
		},
		{
			what: `Video of ${megabytes(video)} as a job, into filesystem storage`,
			figure: `+${megabytes(filmed.extraBytes)}`,
			compared: `peak memory; ${seconds(filmed.milliseconds)}`,
			target: { words: 'under 60 MB', isMet: filmed.extraBytes < 60e6 },
		},
	];
}

async function handOver(service: Service, { lines, results, chats }: Sizes): Promise<Row[]> {
	const job = { kind: 'batch', items: lines, pictured: true } as const;
	// Node lets garbage lie as long as its heap has room; with little room it shows what is needed.
	const made = await measureAt(service, job, { latencyMs: 0 }, [`--max-old-space-size=${SMALL_HEAP}`]);
	const nothing = await measureAt(service, { kind: 'nothing', items: lines }, { latencyMs: 0 });
	const inBatches = { latencyMs: 0, batchLines: LINES_OF_A_BATCH };
	const read = await measureAt(service, { kind: 'results', batches: results / LINES_OF_A_BATCH }, inBatches);
	const pictures = lines * (made.pictureBytes ?? 0);
	const own = made.extraBytes - nothing.extraBytes;
	return [
		{
			what: `${count(lines)} items with a picture each, ${megabytes(pictures)} in all, handed over as batches`,
			figure: seconds(made.milliseconds),
			compared: `peak memory +${megabytes(made.extraBytes)} with a heap of at most ${SMALL_HEAP} MB`,
		},
		{
			what: '',
			figure: `+${megabytes(own)}`,
			compared: `beside a node that only reads a parameter of these items (+${megabytes(nothing.extraBytes)})`,
			target: { words: 'under 400 MB', isMet: own < 400e6 },
		},
		{
			what: `Results of ${count(results)} lines`,
			figure: seconds(read.milliseconds),
			compared: `peak memory +${megabytes(read.extraBytes)}`,
			target: { words: 'under 300 MB', isMet: read.extraBytes < 300e6 && read.answered === results },
		},
		...(await compareBatch(service, chats)),
	];
}

/** The same chats as a batch, and one by one: what n8n has to do, without the hours in which DeepInfra works on a batch. */
async function compareBatch(service: Service, chats: number): Promise<Row[]> {
	const made = await measureAt(service, { kind: 'batch', items: chats, pictured: false });
	const read = await measureAt(service, { kind: 'results', batches: 1 }, { batchLines: chats });
	const single = await measureAt(service, { kind: 'chat', items: chats, concurrency: 200 });
	const memory = Math.max(made.extraBytes, read.extraBytes);
	return [
		{
			what: `${count(chats)} chats as a batch: handed over, and read when it has ended`,
			figure: seconds(made.milliseconds + read.milliseconds),
			compared: `CPU ${seconds(made.cpuMilliseconds + read.cpuMilliseconds)}, peak memory +${megabytes(memory)}`,
		},
		{
			what: `${count(chats)} chats as single requests, Max Concurrency 200`,
			figure: seconds(single.milliseconds),
			compared: `CPU ${seconds(single.cpuMilliseconds)}, peak memory +${megabytes(single.extraBytes)}`,
		},
	];
}

async function moveFiles(service: Service, { upload, download }: Sizes): Promise<Row[]> {
	const up = await measureAt(service, { kind: 'upload', bytes: upload }, { latencyMs: 0 });
	const down = await measureAt(service, { kind: 'download', bytes: download }, { latencyMs: 0, linkBytes: download });
	const below = (bytes: number) => ({ words: 'under 100 MB', isMet: bytes < 100e6 });
	return [
		{
			what: `Audio file of ${megabytes(upload)} from filesystem storage, transcribed`,
			figure: `+${megabytes(up.extraBytes)}`,
			compared: `peak memory; ${seconds(up.milliseconds)}`,
			target: below(up.extraBytes),
		},
		{
			what: `Image file of ${megabytes(download)} into filesystem storage`,
			figure: `+${megabytes(down.extraBytes)}`,
			compared: `peak memory; ${seconds(down.milliseconds)}`,
			target: below(down.extraBytes),
		},
	];
}

async function main() {
	// In a real n8n, so alone.
	if (process.argv.slice(2).join() === '--agents') return await benchAgents();
	if (process.argv.slice(2).join() === '--chains') return await benchChains();
	if (process.argv.slice(2).join() === '--host') return await benchHost();
	const options = readArguments(process.argv.slice(2));
	// For the Node that comes with it: what is measured runs on that.
	await installN8n(new AbortController().signal);
	const certificate = mkdtempSync(path.join(tmpdir(), 'bench-'));
	prepareCertificate(certificate);
	const service = await startService();
	try {
		const measureHere = async (job: Job, order?: Partial<ServiceOrder>) => await measureAt(service, job, order);
		note(`Measuring; answers come after ${LATENCY_MS} ms.`);
		const countRequests = async () => await service.count();
		const unwatched = async () => [
			...(await findPace(measureHere, countRequests, service.far !== undefined)),
			...(await leaveAlone(measureHere, countRequests)),
			...(await keepRows(measureHere, Math.min(options.repeats, 3))),
		];
		const all = async () => [
			...(await compareSpeed(service, options)),
			...(await compareChats(measureHere, options)),
			...(await timeFirstPiece(measureHere, options)),
			...(await embed(service, options)),
			...(await meetLimit(service, options)),
			...(await grow(service, options)),
			...(await moveFiles(service, options)),
			...(await makeMedia(service, options)),
			...(await handOver(service, options)),
			...(await unwatched()),
		];
		const rows = await (options.isUnwatched ? unwatched : all)();
		const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ');
		const machine = machineWords(n8nVersion);
		const method = `Answers after ${LATENCY_MS} ms from the emulator on the same machine; each figure from a process of its own, ratios as medians of ${options.repeats} rounds side by side.`;
		console.log(options.isMarkdown ? markdownTable(rows) : plainTable(rows));
		console.log(`\n${machine}. ${method}\nTo reproduce: ${command}`);
	} finally {
		service.close();
		rmSync(certificate, { recursive: true, force: true });
	}
}

/** For the rows over TLS; where it cannot be made, there are none. */
function prepareCertificate(folder: string): void {
	try {
		makeCertificate(folder);
		// The children read them when they start.
		Object.assign(process.env, { BENCH_CERTIFICATE: folder, NODE_EXTRA_CA_CERTS: path.join(folder, 'cert.pem') });
	} catch {
		note('No openssl: nothing is measured over TLS.');
	}
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
