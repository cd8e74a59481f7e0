import { isDict, number } from '../core/answer';
import { parseJson } from '../core/values';

/** What a model's own example in the catalogue tells about it. */
export interface Example {
	/** How long it ran; the catalogue's examples often say 0, which tells nothing. */
	readonly seconds?: number;
	/** The labels that the example's answer has, in its order. */
	readonly labels?: readonly string[];
}

const LONGEST = 100_000;

/** Reads `out_example` of `GET /models/{name}`, an answer as text. Never throws. */
export function readExample(info: unknown): Example {
	const given = isDict(info) ? info.out_example : undefined;
	const answer = typeof given === 'string' && given.length < LONGEST ? parseJson(given) : given;
	if (!isDict(answer)) return {};
	const milliseconds = isDict(answer.inference_status) ? number(answer.inference_status.runtime_ms) : undefined;
	const rows = Array.isArray(answer.results) ? answer.results.slice(0, 200).filter(isDict) : [];
	const labels = [...new Set(rows.flatMap(({ label }) => (typeof label === 'string' ? [label] : [])))];
	return {
		...(milliseconds !== undefined && milliseconds > 0 ? { seconds: milliseconds / 1000 } : {}),
		...(labels.length > 0 ? { labels } : {}),
	};
}
