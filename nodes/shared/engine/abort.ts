const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `listener` when the signal aborts, at once if it has, unless the returned function was called before.
 * One real listener for each signal: Node warns of a leak when a run's signal has more than ten, as many as it has requests.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
	if (signal.aborted) {
		listener();
		return () => undefined;
	}
	const known = listeners.get(signal);
	const all = known ?? new Set();
	if (!known) {
		listeners.set(signal, all);
		signal.addEventListener('abort', () => [...all].forEach((each) => each()), { once: true });
	}
	all.add(listener);
	return () => all.delete(listener);
}
