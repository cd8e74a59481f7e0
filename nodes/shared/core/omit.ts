/** A copy without some entries. */
export function omit<T extends object, K extends keyof T & string>(value: T, ...names: readonly K[]): Omit<T, K>;
export function omit(value: object, ...names: readonly string[]): object {
	return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}
