import { atMost, count, megabytes, median, seconds, times, type Row } from './figures';
import type { Job, Measure, ServiceCount, ServiceOrder } from './jobs';

type MeasureAt = (job: Job, order?: Partial<ServiceOrder>) => Promise<Measure>;
type Count = () => Promise<ServiceCount>;

const ITEMS = 1000;

/** Runs that nobody watches: what becomes of them, and what is sent for it. */
export async function leaveAlone(measureAt: MeasureAt, countRequests: Count): Promise<Row[]> {
	const rows: Row[] = [];
	const run = async (
		what: string,
		job: Job,
		order: Partial<ServiceOrder>,
		most: number,
		works: boolean,
		within = Infinity,
	) => {
		const { milliseconds, answered } = await measureAt(job, order);
		const { requests } = await countRequests();
		const isMet = requests <= most && milliseconds <= within && answered === (works ? ITEMS : 0);
		const limit = within === Infinity ? '' : `, ${within / 1000} s`;
		rows.push({
			what,
			figure: `${count(requests)} requests`,
			compared: `${count(answered)} answered; ${seconds(milliseconds)}`,
			target: { words: `at most ${count(most)}${limit}`, isMet },
		});
	};
	const job = (more: object = {}): Job => ({ kind: 'alone', items: ITEMS, distinct: ITEMS, ...more });
	const many = `${count(ITEMS)} classifications`;
	await run(`${many} with a key that is refused`, job({ apiKey: 'no-such-key' }), {}, 17, false);
	await run(`${many}, the service down for good (503)`, job(), { latencyMs: 0, downMs: 1e9 }, 60, false, 60_000);
	await run(`${many}, the service down for 20 s`, job(), { downMs: 20_000 }, ITEMS + 60, true);
	const some = await measureAt({ kind: 'alone', items: 300, distinct: 10 });
	const { requests } = await countRequests();
	rows.push({
		what: '300 classifications of 10 distinct texts',
		figure: `${requests} requests`,
		compared: `${some.answered} answered; ${seconds(some.milliseconds)}`,
		target: { words: '10 requests', isMet: requests === 10 && some.answered === 300 },
	});
	return rows;
}

/** The row beside the result: what its fields cost in memory. */
export async function keepRows(measureAt: MeasureAt, repeats: number): Promise<Row[]> {
	const [items, fields] = [10_000, 50];
	const ratios: number[] = [];
	const peaks: number[] = [];
	for (let round = 0; round < repeats; round++) {
		const measured: { [keeps: string]: number } = {};
		for (const keeps of round % 2 ? [true, false] : [false, true]) {
			const { peakBytes = NaN } = await measureAt({ kind: 'wide', items, fields, keeps }, { latencyMs: 20 });
			measured[String(keeps)] = peakBytes;
		}
		ratios.push((measured.true ?? NaN) / (measured.false ?? NaN));
		peaks.push(measured.true ?? NaN);
	}
	const ratio = median(ratios);
	return [
		{
			what: `${count(items)} classifications whose items keep their ${fields} fields`,
			figure: times(ratio),
			compared: `memory without them; peak ${megabytes(median(peaks))}`,
			target: atMost(ratio, 1.2),
		},
	];
}

/** What the node finds out by itself: how many requests the service takes, near and far. */
export async function findPace(measureAt: MeasureAt, countRequests: Count, hasDistance: boolean): Promise<Row[]> {
	const places = 20;
	const limited = await measureAt({ kind: 'classify', items: ITEMS }, { maxConcurrent: places });
	const { refused } = await countRequests();
	const rows: Row[] = [
		{
			what: `${count(ITEMS)} classifications, default, service takes ${places} at once`,
			figure: `${refused} refused`,
			compared: `${count(limited.answered)} answered; ${seconds(limited.milliseconds)}`,
			target: { words: 'under 10 %', isMet: limited.answered === ITEMS && refused < ITEMS / 10 },
		},
	];
	if (!hasDistance) return rows;
	const far = { isFar: true } as const;
	const bare = await measureAt({ kind: 'bare', items: ITEMS, concurrency: 200 }, far);
	const fixed = await measureAt({ kind: 'classify', items: ITEMS, concurrency: 200 }, far);
	const found = await measureAt({ kind: 'classify', items: ITEMS }, far);
	const ratio = found.milliseconds / fixed.milliseconds;
	return [
		...rows,
		{
			what: `${count(ITEMS)} classifications over TLS, 50 ms away, Max Concurrency 200`,
			figure: seconds(fixed.milliseconds),
			compared: `${times(fixed.milliseconds / bare.milliseconds)} a client that keeps its connections`,
		},
		{
			what: `${count(ITEMS)} classifications over TLS, 50 ms away, default`,
			figure: times(ratio),
			compared: `the best fixed number; ${seconds(found.milliseconds)}`,
			target: atMost(ratio, 2),
		},
	];
}
