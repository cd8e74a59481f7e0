import { flag, isDict, seedOf } from '../../core/answer';
import type { Dict, Output } from '../../core/operation';
import { AnswerError } from '../../core/problem';
import { placesOf } from '../../media/find';

/**
 * The pictures of an answer, each with its place among all that were to come and the flag of that place. One that was
 * left out is told; the others come.
 * @param of what else an item says, by the seed that the answer names
 * @throws AnswerError where none came
 */
export function picturesOf(answer: Dict, of: (seed: ReturnType<typeof seedOf>) => Dict): Output[] {
	const places = placesOf(answer, 'image');
	const told = toldOf(answer, places.length);
	const isFlagged = (index: number) => flag(told('nsfw_content_detected', index) ?? told('has_nsfw_concepts', index));
	const missing = [...places.keys()].filter((index) => places[index] === undefined);
	const isFiltered = (places.length > 0 ? missing : [0]).some(isFlagged);
	if (missing.length === places.length) {
		const why = isFiltered ? ": the model's filter found that it shows what it must not" : '';
		throw new AnswerError(`DeepInfra answered without an image${why}`);
	}
	const why = isFiltered ? "; the model's filter flagged what is missing" : '';
	const note = `${missing.length} of ${places.length} images did not come (index ${missing.join(', ')})${why}.`;
	return places
		.flatMap((file, index) => (file ? [{ file, index }] : []))
		.map(({ file, index }, position) => ({
			json: { index, nsfwContentDetected: isFlagged(index), ...of(seedOf(told('seed', index))) },
			file,
			...(position === 0 && missing.length > 0 ? { note } : {}),
		}));
}

/** Reads what an answer says of each picture: in its own object, in a list, or once for all of them. */
function toldOf(answer: Dict, count: number): (name: string, index: number) => unknown {
	const entries = [answer.images, answer.data, answer.output].find(
		(list): list is unknown[] => Array.isArray(list) && list.length === count,
	);
	return (name, index) => {
		const entry = entries?.[index];
		const all = answer[name];
		return (isDict(entry) ? entry[name] : undefined) ?? (Array.isArray(all) ? (all[index] as unknown) : all);
	};
}
