import { dictOf, parseJson, textOf } from '../../../scripts/json';

export interface Piece {
	readonly at: number;
	readonly type: string;
	readonly content: string;
}

/** What a chat window gets, line by line, and when. */
export async function readPieces(answer: Response): Promise<Piece[]> {
	const pieces: Piece[] = [];
	let rest = '';
	const decoder = new TextDecoder();
	for await (const bytes of answer.body ?? []) {
		const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines.filter((each) => each.trim() !== '')) {
			const { type, content } = dictOf(parseJson(line));
			pieces.push({ at: Date.now(), type: textOf(type) ?? line, content: textOf(content) ?? '' });
		}
	}
	return pieces;
}
