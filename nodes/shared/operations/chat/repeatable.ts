interface Sampled {
	readonly options: { readonly temperature?: number; readonly seed?: unknown };
}

/** Whether a chat model gives the same answer again, as far as it can: nothing is left to chance. */
export const isRepeatable = ({ options }: Sampled): boolean => options.temperature === 0 || options.seed !== undefined;

/** The same for an operation that is asked at temperature 0 unless the user says otherwise. */
export const isRepeatableUnlessWarm = ({ options }: Sampled): boolean =>
	(options.temperature ?? 0) === 0 || options.seed !== undefined;
