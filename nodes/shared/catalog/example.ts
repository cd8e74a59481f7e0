import { isDict, number } from '../core/answer';
import { own, parseJson } from '../core/values';

/** What a model's own example in the catalogue tells about it. */
export interface Example {
	/** How long it ran; the catalogue's examples often say 0, which tells nothing. */
	readonly seconds?: number;
	/** The labels that it answers with: as its schema lists them, else those of the example's answer. */
	readonly labels?: readonly string[];
}

const LONGEST = 100_000;

/** Reads `out_example` of `GET /models/{name}`, an answer as text. Never throws. */
export function readExample(info: unknown): Example {
	const given = isDict(info) ? info.out_example : undefined;
	const listed = isDict(info) ? listedLabels(info.out_schema) : [];
	const parsed = typeof given === 'string' && given.length < LONGEST ? parseJson(given) : given;
	const answer = isDict(parsed) ? parsed : {};
	const milliseconds = isDict(answer.inference_status) ? number(answer.inference_status.runtime_ms) : undefined;
	const rows = Array.isArray(answer.results) ? answer.results.slice(0, 200).filter(isDict) : [];
	const shown = [...new Set(rows.flatMap(({ label }) => (typeof label === 'string' ? [label] : [])))];
	const labels = listed.length > 0 ? listed : shown;
	return {
		...(milliseconds !== undefined && milliseconds > 0 ? { seconds: milliseconds / 1000 } : {}),
		...(labels.length > 0 ? { labels } : {}),
	};
}

/** Places of a schema that are looked at. */
const MOST_PLACES = 2000;

/** What the schema of an answer allows as a label, in its order; empty where it does not say. */
function listedLabels(schema: unknown): string[] {
	const open: unknown[] = [schema];
	for (let looked = 0; looked < open.length; looked++) {
		const place = open[looked];
		const inside = typeof place === 'object' && place !== null ? Object.values(place) : [];
		open.push(...inside.slice(0, Math.max(0, MOST_PLACES - open.length)));
		if (!isDict(place)) continue;
		const { properties } = place;
		const label = isDict(properties) ? resolve(properties.label, schema) : undefined;
		const allowed = isDict(label) && Array.isArray(label.enum) ? label.enum : [];
		const texts = allowed.filter((each) => typeof each === 'string');
		if (texts.length > 0) return [...new Set(texts)];
	}
	return [];
}

/** A definition that a schema names, such as `#/$defs/Label`. */
function resolve(named: unknown, schema: unknown): unknown {
	const [, group = '', name = ''] =
		/^#\/(\$defs|definitions)\/([^/]+)$/.exec(isDict(named) ? String(named.$ref) : '') ?? [];
	const defined = isDict(schema) ? own(schema, group) : undefined;
	return isDict(defined) ? own(defined, name) : named;
}
