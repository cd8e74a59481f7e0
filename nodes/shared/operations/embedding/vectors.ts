import { isDict, numbers } from '../../core/answer';
import { byIndex } from '../../core/byIndex';
import type { Dict } from '../../core/operation';

/** A vector, or why it is none. */
export type Vector = { readonly embedding: number[] } | { readonly problem: string };

/**
 * What an answer gives for each text, in their order: a list of vectors, or rows that name the text.
 * @param count of the texts @returns undefined for what cannot be told apart
 */
export function rowsOfVectors({ embeddings, data }: Dict, count: number): readonly unknown[] | undefined {
	if (Array.isArray(embeddings)) return embeddings.length === count ? embeddings : undefined;
	const rows: readonly unknown[] = Array.isArray(data) ? data : [];
	return rows.length > 0 && rows.every(isDict) ? byIndex(rows, count)?.map((row) => row?.embedding) : undefined;
}

/** A vector in base64, as its numbers of four bytes. Undefined for any other text. */
function floatsOf(text: string): number[] | undefined {
	const bytes = text.length % 4 === 0 && !/[^A-Za-z0-9+/=]/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
	if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
	return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index));
}

/** A vector as services write one: as numbers, alone in a list, or in base64. */
function plainRow(row: unknown): unknown {
	if (typeof row === 'string') return floatsOf(row);
	if (!Array.isArray(row)) return row;
	const entries: readonly unknown[] = row;
	const [first] = entries;
	if (entries.length === 1 && Array.isArray(first)) return first;
	return row;
}

/** So many zeros at the end are no accident: the service fills up a vector that is shorter than what was asked for. */
const PADDING = 8;
/** Where a length was asked for, fewer of them tell the same. */
const LEAST = 2;

/**
 * The vectors of one answer: each is judged on its own, and all must have the length of most of them.
 * @param wanted the length that was asked for
 */
export function readVectors(rows: readonly unknown[], wanted: number | undefined): Vector[] {
	const read = rows.map((row) => readVector(row, wanted));
	const usual = usualLength(read, wanted);
	return read.map((vector) => {
		if ('problem' in vector || vector.embedding.length === usual) return vector;
		return {
			problem: `DeepInfra answered with a vector of ${vector.embedding.length} numbers where all others have ${usual}: it cannot be compared with them`,
		};
	});
}

function readVector(row: unknown, wanted: number | undefined): Vector {
	try {
		const embedding = numbers(plainRow(row), 'an embedding');
		let { length } = embedding;
		while (length > 0 && embedding[length - 1] === 0) length--;
		if (length === 0) return { problem: 'DeepInfra answered with a vector of zeros only, which is no embedding' };
		const padding = embedding.length - length;
		if (padding < (wanted === undefined ? PADDING : LEAST) || isSparse(embedding, length)) return { embedding };
		return {
			problem:
				wanted === undefined
					? `The last ${padding} of the vector's ${embedding.length} numbers are zeros: the model has only ${length} dimensions`
					: `'Dimensions' is ${wanted}, but the model has only ${length}: the rest of its vector is zeros`,
		};
	} catch (error) {
		return { problem: error instanceof Error ? error.message : String(error) };
	}
}

/** Some models give a number for each word of a vocabulary, most of them zero. */
function isSparse(embedding: readonly number[], length: number): boolean {
	let zeros = 0;
	for (let index = 0; index < length; index++) if (embedding[index] === 0) zeros++;
	return zeros > length / 4;
}

/** That which was asked for, if there is one of it; else that of most. */
function usualLength(vectors: readonly Vector[], wanted: number | undefined): number | undefined {
	const counts = new Map<number, number>();
	for (const vector of vectors)
		if ('embedding' in vector) counts.set(vector.embedding.length, (counts.get(vector.embedding.length) ?? 0) + 1);
	if (wanted !== undefined && counts.has(wanted)) return wanted;
	return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** In words. */
export const lengthOf = (count: number): string => `a vector of ${count} numbers`;

/** The dimensions of models that are known by their name, so that too many are refused before they are paid. */
const KNOWN: ReadonlyArray<readonly [RegExp, number]> = [
	[/bge-(large|m3)/, 1024],
	[/bge-base/, 768],
	[/bge-small/, 384],
	[/qwen3-embedding-8b/, 4096],
	[/qwen3-embedding-4b/, 2560],
	[/qwen3-embedding-0\.6b/, 1024],
	[/e5-large/, 1024],
	[/e5-base/, 768],
	[/e5-small/, 384],
	[/gte-large/, 1024],
	[/gte-base/, 768],
	[/gte-small/, 384],
	[/all-minilm-l(6|12)/, 384],
	[/paraphrase-minilm/, 384],
	[/mpnet-base/, 768],
	[/clip-vit-b-32/, 512],
	[/embeddinggemma-300m/, 768],
];

export function knownDimensions(model: string): number | undefined {
	const name = (model.split('/').at(-1) ?? model).toLowerCase();
	return KNOWN.find(([pattern]) => pattern.test(name))?.[1];
}
