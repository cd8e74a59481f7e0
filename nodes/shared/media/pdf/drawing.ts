import type { Steps } from '../../core/steps';
import { Damaged } from './budget';
import { FEW, Lexer } from './lexer';
import type { Objects } from './objects';
import { Keyword, Shown, Stream, type PdfDict, type PdfValue } from './values';

/** a b c d e f of ISO 32000-1, 8.3.3. */
export type Matrix = readonly [number, number, number, number, number, number];

const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** A picture on a page; the matrix says where its unit square lies. */
export interface Drawn {
	/** Undefined for one that stands within the page's own operators. */
	readonly image: Stream | undefined;
	readonly matrix: Matrix;
	/** How much text was visible before it, and may be under it. */
	readonly textBefore: number;
	/** How many shapes were filled before it. */
	readonly fillsBefore: number;
}

/** What a page draws, as far as it matters whether it is a scan. */
export interface Drawing {
	readonly pictures: readonly Drawn[];
	/** Bytes of text that can be seen. */
	readonly text: number;
	/** Bytes of text that cannot: what a scanner's own reading has left there. */
	readonly hiddenText: number;
	/** Shapes that are filled, such as bars. */
	readonly fills: number;
}

/** Forms within forms. */
const DEEPEST = 12;

/** Values that are read in one step. */
const STEP = 20_000;

/** Saved states, and pictures of one page. */
const MOST = 10_000;

const multiply = (m: Matrix, n: Matrix): Matrix => [
	m[0] * n[0] + m[1] * n[2],
	m[0] * n[1] + m[1] * n[3],
	m[2] * n[0] + m[3] * n[2],
	m[2] * n[1] + m[3] * n[3],
	m[4] * n[0] + m[5] * n[2] + n[4],
	m[4] * n[1] + m[5] * n[3] + n[5],
];

function matrixOf(values: readonly PdfValue[]): Matrix | undefined {
	const [a, b, c, d, e, f] = values.map((value) => (typeof value === 'number' ? value : 0));
	return f === undefined || values.length !== 6 ? undefined : [a ?? 0, b ?? 0, c ?? 0, d ?? 0, e ?? 0, f];
}

interface State {
	readonly matrix: Matrix;
	/** 3 and 7 show nothing (9.3.6). */
	readonly textMode: number;
}

/** Follows a page's operators (annex A); all that is no picture and no text is passed over. */
class Painter {
	readonly pictures: Drawn[] = [];
	text = 0;
	hiddenText = 0;
	fills = 0;
	private state: State = { matrix: IDENTITY, textMode: 0 };
	private readonly saved: State[] = [];
	private read = 0;

	constructor(private readonly objects: Objects) {}

	*paint(content: Uint8Array, resources: PdfDict | undefined, depth: number): Steps<void> {
		const lexer = new Lexer(content, 0, this.objects.budget, FEW);
		let operands: PdfValue[] = [];
		for (let value = lexer.next(); value !== undefined; value = lexer.next()) {
			if (++this.read % STEP === 0) yield;
			if (!(value instanceof Keyword)) {
				if (operands.length < 64) operands.push(value);
				continue;
			}
			if (value.word === 'BI') this.passInline(lexer);
			else if (value.word === 'Do') yield* this.draw(operands[0], resources, depth);
			else this.operate(value.word, operands);
			operands = [];
		}
	}

	private operate(word: string, operands: readonly PdfValue[]): void {
		switch (word) {
			case 'q':
				if (this.saved.length < MOST) this.saved.push(this.state);
				return;
			case 'Q':
				this.state = this.saved.pop() ?? this.state;
				return;
			case 'cm': {
				const matrix = matrixOf(operands);
				if (matrix) this.state = { ...this.state, matrix: multiply(matrix, this.state.matrix) };
				return;
			}
			case 'Tr':
				this.state = { ...this.state, textMode: typeof operands[0] === 'number' ? operands[0] : 0 };
				return;
			case 'f':
			case 'F':
			case 'f*':
			case 'B':
			case 'B*':
			case 'b':
			case 'b*':
				this.fills++;
				return;
			case 'Tj':
			case 'TJ':
			case "'":
			case '"':
				return this.show(operands.flat());
		}
	}

	private show(operands: readonly PdfValue[]): void {
		const length = operands.reduce<number>((sum, each) => sum + (each instanceof Shown ? each.length : 0), 0);
		if ([3, 7].includes(this.state.textMode)) this.hiddenText += length;
		else this.text += length;
	}

	private *draw(name: PdfValue | undefined, resources: PdfDict | undefined, depth: number): Steps<void> {
		if (typeof name !== 'string') return;
		const object = this.objects.resolve(this.objects.dict(resources?.get('XObject'))?.get(name.slice(1)));
		if (!(object instanceof Stream)) return;
		if (this.objects.resolve(object.dict.get('Subtype')) === '/Form') yield* this.paintForm(object, resources, depth);
		else this.add(object);
	}

	private add(image: Stream | undefined): void {
		if (this.pictures.length >= MOST) return;
		this.pictures.push({ image, matrix: this.state.matrix, textBefore: this.text, fillsBefore: this.fills });
	}

	private *paintForm(form: Stream, resources: PdfDict | undefined, depth: number): Steps<void> {
		if (depth >= DEEPEST) throw new Damaged('a page in it is nested too deeply');
		this.objects.budget.spend(256);
		const before = this.state;
		const own = this.objects.resolve(form.dict.get('Matrix'));
		const matrix = Array.isArray(own) ? matrixOf(own.map(this.objects.resolve)) : undefined;
		if (matrix) this.state = { ...before, matrix: multiply(matrix, before.matrix) };
		const saved = this.saved.length;
		yield* this.paint(this.objects.unpack(form), this.objects.dict(form.dict.get('Resources')) ?? resources, depth + 1);
		this.saved.length = Math.min(saved, this.saved.length);
		this.state = before;
	}

	/** A picture within the operators, whose bytes are none: it ends with EI. */
	private passInline(lexer: Lexer): void {
		this.add(undefined);
		for (let value = lexer.next(); value !== undefined; value = lexer.next()) {
			if (value instanceof Keyword && value.word === 'ID') break;
		}
		const rest = Buffer.from(lexer.bytes.buffer, lexer.bytes.byteOffset, lexer.bytes.length);
		const start = lexer.at;
		do {
			const end = rest.indexOf('EI', lexer.at);
			lexer.at = end < 0 ? rest.length : end + 2;
		} while (lexer.at < rest.length && !(isEnd(rest[lexer.at - 3]) && isEnd(rest[lexer.at])));
		this.objects.budget.spend(lexer.at - start);
	}
}

const isEnd = (code: number | undefined) => code === undefined || [0, 9, 10, 12, 13, 32].includes(code);

/** @param page with what it inherits */
export function* drawingOf(page: PdfDict, objects: Objects): Steps<Drawing> {
	const painter = new Painter(objects);
	const resources = objects.dict(page.get('Resources'));
	const contents = objects.resolve(page.get('Contents'));
	for (const part of Array.isArray(contents) ? contents : [contents]) {
		objects.budget.spend(16);
		const stream = objects.resolve(part);
		if (stream instanceof Stream) yield* painter.paint(objects.unpack(stream), resources, 0);
	}
	return painter;
}
