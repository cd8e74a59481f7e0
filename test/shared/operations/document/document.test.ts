/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDict } from '../../../../nodes/shared/core/answer';
import { makeJpeg, makeScan } from '../../../support/pdf';
import { withOptions } from '../../../support/parameters';
import { type World, openWorld } from '../../../support/world';

/** Documents through n8n's own engine; the emulator reads what a picture's comment says. */
let world: World;
beforeAll(async () => (world = await openWorld({ binaryMode: 'filesystem' })));
afterAll(async () => await world.close());
beforeEach(() => (world.emulator.requests.length = 0));

const MODEL = 'Qwen/Qwen3-VL-30B-A3B-Instruct';
const fixture = (name: string) => readFileSync(path.join(__dirname, '../../../fixtures/pdf', name));
const sent = () => world.emulator.requests.filter(({ path: asked }) => asked === '/v1/chat/completions');

async function itemsWith(...files: ReadonlyArray<[bytes: Buffer, name: string, mimeType?: string]>) {
	const items: INodeExecutionData[] = [];
	for (const [index, [bytes, name, mimeType = 'application/pdf']] of files.entries())
		items.push({ json: { row: index }, binary: { data: await world.engine.binary(bytes, name, mimeType) } });
	return items;
}

async function run(
	operation: string,
	items: INodeExecutionData[],
	options: INodeParameters = {},
	more: INodeParameters = {},
) {
	const parameters: INodeParameters = {
		resource: 'document',
		operation,
		model: { __rl: true, mode: 'id', value: MODEL },
		includeOtherFields: false,
		...more,
	};
	return await world.engine.run({
		parameters: withOptions(parameters, options),
		items,
		onError: 'continueErrorOutput',
	});
}

const pairOf = ({ pairedItem }: INodeExecutionData) =>
	typeof pairedItem === 'object' && !Array.isArray(pairedItem) ? pairedItem.item : pairedItem;
const costOf = ({ json: { usage } }: INodeExecutionData): number =>
	isDict(usage) && typeof usage.costUsd === 'number' ? usage.costUsd : NaN;

describe('document: extractText', () => {
	it('reads a scan page by page, in order, and a picture as it is', async () => {
		const items = await itemsWith(
			[fixture('object-streams.pdf'), 'invoice.pdf'],
			[makeJpeg('A photo of a receipt'), 'photo.jpg', 'image/jpeg'],
			// What a file is called does not matter.
			[fixture('reordered.pdf'), 'scan', 'application/octet-stream'],
		);
		const result = await run('extractText', items);
		expect(result.errorItems).toEqual([]);
		expect(result.items.map(({ json: { text, pages } }) => ({ text, pages }))).toEqual([
			{ text: 'Invoice 2041\nTotal: 12.50\n\nPage two\nThanks\n\nPage three\nTerms', pages: 3 },
			{ text: 'A photo of a receipt', pages: 1 },
			{ text: 'Page three\nTerms\n\nInvoice 2041\nTotal: 12.50\n\nPage two\nThanks', pages: 3 },
		]);
		expect(result.items.map(pairOf)).toEqual([0, 1, 2]);
		expect(sent()).toHaveLength(7);
		for (const item of result.items) expect(costOf(item)).toBeGreaterThan(0);
	});

	it('gives an item a page where that is wanted, and shares the cost', async () => {
		const jpegs = Array.from({ length: 12 }, (_, index) => makeJpeg(`Sheet ${index + 1}`));
		const items = await itemsWith([makeScan(jpegs), 'a.pdf'], [makeScan(jpegs.slice(4, 5)), 'b.pdf']);
		const result = await run('extractText', items, { splitPages: true });
		expect(result.items.map(({ json: { text, page, pages } }) => [text, page, pages])).toEqual([
			...jpegs.map((_, index) => [`Sheet ${index + 1}`, index + 1, 12]),
			['Sheet 5', 1, 1],
		]);
		expect(result.items.map(pairOf)).toEqual([...Array.from({ length: 12 }, () => 0), 1]);
		expect(sent()).toHaveLength(13);
	});

	it('refuses what it cannot read before anything is sent, with the page and what to do; the others go on', async () => {
		const items = await itemsWith(
			[fixture('text.pdf'), 'text.pdf'],
			[fixture('ccitt.pdf'), 'fax.pdf'],
			[fixture('encrypted.pdf'), 'secret.pdf'],
			[fixture('img2pdf.pdf').subarray(0, 700), 'half.pdf'],
			[makeScan([makeJpeg('Fine')]), 'fine.pdf'],
		);
		const result = await run('extractText', items);
		expect(result.items.map(({ json }) => json.text)).toEqual(['Fine']);
		const said = result.errorItems.map(({ json }) => String(json.error));
		expect(said).toEqual([
			expect.stringMatching(/Page 1 of the PDF holds text.*Extract from File/s),
			expect.stringMatching(/Page 2 of the PDF is a fax picture \(CCITT\).*pdftoppm/s),
			expect.stringMatching(/protected.*qpdf --decrypt/s),
			expect.stringMatching(/damaged/),
		]);
		expect(result.errorItems.map(pairOf)).toEqual([0, 1, 2, 3]);
		expect(sent()).toHaveLength(1);
	});

	it('reads a large scan, and sends no page twice', async () => {
		const jpegs = Array.from({ length: 60 }, (_, index) => makeJpeg(`Sheet ${index + 1}`, 500_000));
		const result = await run('extractText', await itemsWith([makeScan(jpegs), 'large.pdf']));
		expect(result.items.map(({ json }) => json)).toEqual([
			expect.objectContaining({ pages: 60, text: jpegs.map((_, index) => `Sheet ${index + 1}`).join('\n\n') }),
		]);
		expect(sent()).toHaveLength(60);
	});

	it('tells in a dry run what it would send, and sends nothing', async () => {
		const result = await run('extractText', await itemsWith([fixture('img2pdf.pdf'), 'scan.pdf']), { dryRun: true });
		expect(result.errorItems).toEqual([]);
		expect(result.items).toHaveLength(1);
		expect(sent()).toHaveLength(0);
	});
});

describe('document: extract', () => {
	const schema: INodeParameters = {
		schemaType: 'fromJson',
		jsonExample: '{ "Total": 1.5, "Invoice": "x", "Terms": "x" }',
	};

	it('takes the data from all pages in one question', async () => {
		const pages = [makeJpeg('Invoice: 2041'), makeJpeg('Total: 12.50')];
		const items = await itemsWith(
			[makeScan(pages), 'invoice.pdf'],
			[makeJpeg('Total: 3'), 'receipt.jpg', 'image/jpeg'],
		);
		const result = await run('extract', items, {}, schema);
		expect(result.errorItems).toEqual([]);
		expect(result.items.map(({ json: { data, pages: count } }) => ({ data, pages: count }))).toEqual([
			{ data: { Total: 12.5, Invoice: '2041', Terms: null }, pages: 2 },
			{ data: { Total: 3, Invoice: null, Terms: null }, pages: 1 },
		]);
		expect(sent()).toHaveLength(2);
	});

	it('refuses a PDF with text and one with more pages than a question holds, unsent', async () => {
		const many = makeScan(Array.from({ length: 31 }, () => makeJpeg('x')));
		const result = await run('extract', await itemsWith([fixture('text.pdf'), 'a.pdf'], [many, 'b.pdf']), {}, schema);
		expect(result.items).toEqual([]);
		expect(result.errorItems.map(({ json }) => String(json.error))).toEqual([
			expect.stringContaining('holds text'),
			expect.stringContaining('31 pages'),
		]);
		expect(sent()).toHaveLength(0);
	});
});
