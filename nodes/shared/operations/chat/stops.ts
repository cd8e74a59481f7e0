import { InputError } from '../../core/problem';

/** The API takes no more (docs/api.md#chat). */
const MOST_STOPS = 16;

/** The stop sequences that are sent; undefined for none. @throws InputError for more than the API takes */
export function readStops(given: readonly unknown[] = []): string[] | undefined {
	const stops = [...new Set(given.filter((each) => typeof each === 'string' && each !== '').map(String))];
	if (stops.length <= MOST_STOPS) return stops.length > 0 ? stops : undefined;
	throw new InputError(
		`'Stop Sequences' has ${stops.length} entries, but DeepInfra takes at most ${MOST_STOPS}`,
		'Leave some out.',
	);
}
