/**
 * What a reference within a schema points to, such as `#/definitions/Voice` (RFC 6901); undefined for one that points
 * elsewhere, or to nothing.
 */
export function referredBy(reference: unknown, root: unknown): unknown {
	if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined;
	const steps = reference.slice(1).split('/');
	// An anchor is no path.
	if (steps[0] !== '') return undefined;
	return steps
		.slice(1)
		.map(decodeStep)
		.reduce<unknown>(
			(node, step) =>
				typeof node === 'object' && node !== null && Object.hasOwn(node, step)
					? Object.getOwnPropertyDescriptor(node, step)?.value
					: undefined,
			root,
		);
}

/** What the references of one schema point to, each looked up once: the same may stand in it thousands of times. */
export function pointer(root: unknown): (reference: unknown) => unknown {
	const known = new Map<unknown, unknown>();
	return (reference) => {
		if (!known.has(reference)) known.set(reference, referredBy(reference, root));
		return known.get(reference);
	};
}

function decodeStep(step: string): string {
	const plain = step.replace(/~1/g, '/').replace(/~0/g, '~');
	try {
		return decodeURIComponent(plain);
	} catch {
		return plain;
	}
}
