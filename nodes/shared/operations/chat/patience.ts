/** Seconds; 'flex' may let a request wait up to 10 minutes before it is served or refused (docs/api.md#chat). */
const FLEX = 900;

/** How long one answer may take, where that is more than usual. */
export const patienceOf = ({ options }: { readonly options: { readonly serviceTier?: string } }): number | undefined =>
	options.serviceTier === 'flex' ? FLEX : undefined;
