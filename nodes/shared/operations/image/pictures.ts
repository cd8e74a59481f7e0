import { seedOf } from '../../core/answer';
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
	const flags: unknown[] = Array.isArray(answer.nsfw_content_detected) ? answer.nsfw_content_detected : [];
	const places = placesOf(answer, 'image');
	const missing = [...places.keys()].filter((index) => places[index] === undefined);
	const isFiltered = (places.length > 0 ? missing : [0]).some((index) => flags[index] === true);
	if (missing.length === places.length) {
		const why = isFiltered ? ": the model's filter found that it shows what it must not" : '';
		throw new AnswerError(`DeepInfra answered without an image${why}`);
	}
	const why = isFiltered ? "; the model's filter flagged what is missing" : '';
	const note = `${missing.length} of ${places.length} images did not come (index ${missing.join(', ')})${why}.`;
	return places
		.flatMap((file, index) => (file ? [{ file, index, flag: flags[index] }] : []))
		.map(({ file, index, flag }, position) => ({
			json: { index, nsfwContentDetected: typeof flag === 'boolean' ? flag : undefined, ...of(seedOf(answer.seed)) },
			file,
			...(position === 0 && missing.length > 0 ? { note } : {}),
		}));
}
