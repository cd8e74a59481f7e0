import fc from 'fast-check';
import { subtitleFile } from '../../../nodes/shared/media/subtitles';
import { atOnce } from '../../../nodes/shared/core/steps';

const span = (start: number, end: number, text = 'Hello') => ({ start, end, text });

/** A reader written from the rules: "SubRip" (counter, times, lines, blank line) and W3C "WebVTT", section 4.1. */
function readCues(file: string, format: 'srt' | 'vtt'): Array<{ times: string; lines: string[] }> {
	const blocks = file.split(/(?:\r\n|\r|\n)(?:\r\n|\r|\n)+/);
	if (format === 'vtt') expect(blocks.shift()).toBe('WEBVTT');
	const odd: unknown[] = [];
	const time = format === 'srt' ? '\\d{2,}:[0-5]\\d:[0-5]\\d,\\d{3}' : '\\d{2,}:[0-5]\\d:[0-5]\\d\\.\\d{3}';
	const times = new RegExp(`^${time} --> ${time}$`);
	const cues = blocks
		.filter((block) => block !== '')
		.map((block, index) => {
			const lines = block.replace(/\n$/, '').split(/\r\n|\r|\n/);
			const counter = format === 'srt' ? lines.shift() : undefined;
			const [first = '', ...text] = lines;
			const isCounted = counter === (format === 'srt' ? String(index + 1) : undefined);
			if (!isCounted || !times.test(first) || text.some((line) => line.includes('-->'))) odd.push(block);
			return { times: first, lines: text };
		});
	expect(odd).toEqual([]);
	return cues;
}

describe('SRT', () => {
	it('is as the format wants it', () => {
		expect(atOnce(subtitleFile('srt', [span(0, 1.5, ' Hello '), span(61.25, 3599.9996, 'World')]))).toEqual({
			extension: 'srt',
			mimeType: 'application/x-subrip',
			text: '1\n00:00:00,000 --> 00:00:01,500\nHello\n\n2\n00:01:01,250 --> 01:00:00,000\nWorld\n',
		});
	});
});

describe('WebVTT', () => {
	it('is as the format wants it', () => {
		expect(atOnce(subtitleFile('vtt', [span(0, 1.5), span(1.5, 2, 'World')]))).toEqual({
			extension: 'vtt',
			mimeType: 'text/vtt',
			text: 'WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHello\n\n00:00:01.500 --> 00:00:02.000\nWorld\n',
		});
	});

	it('shows <, > and & as what they are', () => {
		const { text } = atOnce(subtitleFile('vtt', [span(0, 1, 'a < b && c > d <i>not italic</i>')]));
		const [cue] = readCues(text, 'vtt');
		expect(cue?.lines.join('\n').replace(/&(lt|gt|amp);/g, '')).not.toMatch(/[<&]/);
	});
});

/** Any there is. As fast-check's own unit 'binary', for which it builds a table of them all. */
const character = fc
	.oneof(fc.nat({ max: 0xff }), fc.nat({ max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
	.map((code) => String.fromCodePoint(code));

describe.each(['srt', 'vtt'] as const)('%s', (format) => {
	it.each([
		[0, '00:00:00'],
		[59.999, '00:00:59'],
		[59.9999, '00:01:00'],
		[3600, '01:00:00'],
		[359_999, '99:59:59'],
		[360_000, '100:00:00'],
		[3_600_000, '1000:00:00'],
		[-5, '00:00:00'],
		[-0.0001, '00:00:00'],
	])('writes %d seconds as %s', (seconds, clock) => {
		const [cue] = readCues(atOnce(subtitleFile(format, [span(seconds, seconds)])).text, format);
		expect(cue?.times.startsWith(clock)).toBe(true);
	});

	it('leaves out what has no times or no text, and counts on without a gap', () => {
		const spans = [
			span(0, 1, 'a'),
			{ start: undefined, end: 2, text: 'b' },
			{ start: 1, end: undefined, text: 'c' },
			span(1, 2, ' \n '),
			span(2, 3, 'd'),
		];
		expect(readCues(atOnce(subtitleFile(format, spans)).text, format).map(({ lines }) => lines)).toEqual([
			['a'],
			['d'],
		]);
	});

	it.each(['a\n\nb', 'a\r\n\r\nb', 'a\r\rb', 'a\n \n\tb', 'a\n\n\n\nb'])(
		'lets no blank line in %j end a cue',
		(text) => {
			expect(
				readCues(atOnce(subtitleFile(format, [span(0, 1, text), span(1, 2, 'c')])).text, format).map(
					({ lines }) => lines,
				),
			).toEqual([['a', 'b'], ['c']]);
		},
	);

	it.each(['00:00 --> 00:01', '-->', '--->', '----->', '-->-->'])('lets no arrow in %j pass for times', (text) => {
		expect(readCues(atOnce(subtitleFile(format, [span(0, 1, text)])).text, format)).toHaveLength(1);
	});

	it('keeps every cue, whatever its text', () => {
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.string({ unit: character })), {
					maxLength: 20,
				}),
				(all) => {
					const spans = all.map(([start, text]) => span(start, start + 1, text));
					const wanted = spans.filter(({ text }) => text.trim() !== '').length;
					expect(readCues(atOnce(subtitleFile(format, spans)).text, format)).toHaveLength(wanted);
				},
			),
			{ numRuns: 300 },
		);
	});

	it('is a file even without a cue', () => {
		expect(atOnce(subtitleFile(format, [])).text).toBe(format === 'srt' ? '' : 'WEBVTT\n\n');
	});
});
