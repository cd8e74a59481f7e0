import { refuse, refuseField } from '../answer';
import { numberOf, textsOf } from '../json';
import { hashText, randomFrom } from '../random';
import { refuseLongInput, wordsOf } from './classify';
import { countTokens, type Call, type Outcome } from './task';

/** A text with this in it spoils its whole batch. */
export const BAD_TEXT = '<<bad text>>';

const MOST_INPUTS = 1024;
const known = new Map<string, Float64Array>();
const MOST_KNOWN = 4000;

export function embed(call: Call): Outcome {
	const inputs = textsOf(call.values.inputs);
	if (inputs.length > MOST_INPUTS) {
		throw refuseField('inputs', `ensure this value has at most ${MOST_INPUTS} items`, 'value_error.list.max_items');
	}
	if (inputs.some((input) => input.includes(BAD_TEXT))) throw refuse(422, 'One of the inputs could not be processed');
	for (const input of inputs) refuseLongInput(call, input);
	const image = call.files.get('image');
	const all = image ? [...inputs, `image ${image.sha256}`] : inputs;
	const width = numberOf(call.values.dimensions, call.model.dimensions);
	const scale = call.values.normalize === false;
	const asked = Math.min(width, call.model.dimensions);
	const embeddings = all.map((input) => fit(vectorOf(input, asked), width, scale ? 1 + wordsOf(input).length : 1));
	const inputTokens = inputs.reduce((sum, input) => sum + countTokens(input), 0);
	return { body: { embeddings, input_tokens: inputTokens }, usage: { inputTokens } };
}

/** Texts that share words point in similar directions; the text as a whole adds a little of its own. */
function vectorOf(text: string, width: number): Float64Array {
	const sum = directionOf(`text ${text}`, width);
	for (let index = 0; index < width; index++) sum[index] = (sum[index] ?? 0) * 0.35;
	for (const word of new Set(wordsOf(text))) {
		const weight = word.length > 3 ? 1 : 0.25;
		const direction = wordDirection(word, width);
		for (let index = 0; index < width; index++) sum[index] = (sum[index] ?? 0) + weight * (direction[index] ?? 0);
	}
	return sum;
}

function wordDirection(word: string, width: number): Float64Array {
	const key = `${width} ${word}`;
	const old = known.get(key);
	if (old) return old;
	const direction = directionOf(word, width);
	if (known.size < MOST_KNOWN) known.set(key, direction);
	return direction;
}

function directionOf(text: string, width: number): Float64Array {
	const random = randomFrom(hashText(text));
	const direction = new Float64Array(width);
	for (let index = 0; index < width; index++) direction[index] = random() * 2 - 1;
	return direction;
}

/** Cut or filled up with zeros to the width that was asked for, then of the wanted length. */
function fit(vector: Float64Array, width: number, length: number): number[] {
	const used = vector.subarray(0, width);
	let squares = 0;
	for (const value of used) squares += value * value;
	const factor = (length / Math.sqrt(squares || 1)) * 1e6;
	const fitted = new Array<number>(width).fill(0);
	for (let index = 0; index < used.length; index++) fitted[index] = Math.round((used[index] ?? 0) * factor) / 1e6;
	return fitted;
}
