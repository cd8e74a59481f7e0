/** Errors arrive wrapped by n8n and its HTTP client; Node's own code and words lie at the bottom. */

export function codeOf(error: unknown): string | undefined {
	let found: string | undefined;
	for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
		if ('code' in each && typeof each.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(each.code)) found = each.code;
	}
	return found;
}

export function deepestMessage(error: unknown): string {
	let message = error instanceof Error ? error.message : String(error);
	for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
		if (each.message) message = each.message;
	}
	return message;
}

/** Whether an error says that the connection was never there, so that nothing can have been sent. */
export function isBeforeSending(error: unknown): boolean {
	for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
		if ('syscall' in each && each.syscall === 'connect') return true;
		if (/before secure TLS connection was established/i.test(each.message)) return true;
	}
	return false;
}
