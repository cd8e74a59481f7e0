/** Works through a list, so many at a time, in its order of starting. */
export async function inParallel<T>(
	list: readonly T[],
	width: number,
	work: (entry: T) => Promise<void>,
): Promise<void> {
	const rest = list.values();
	const worker = async () => {
		for (const entry of rest) await work(entry);
	};
	await Promise.all(Array.from({ length: Math.min(width, list.length) }, worker));
}
