import type { ApiRequest } from '../../core/operation';
import { InputError } from '../../core/problem';
import { trimEnd } from '../../core/trim';
import { failure } from './source';

/**
 * Where an address from an answer leads. What begins with a slash is a route of the API, which a proxy may have below a
 * path of its own.
 */
export function resolveAddress(address: string, baseUrl: string): URL {
	const path = pathOf(baseUrl);
	const isRoute =
		address.startsWith('/') && !address.startsWith('//') && !(path !== '' && address.startsWith(`${path}/`));
	return new URL(isRoute ? `${baseUrl}${address}` : address, `${baseUrl}/`);
}

/** What a proxy may take for a way up, though a URL's own rules do not: encoded slashes and dots, dots with more behind them. */
const WAY_UP = /%(2f|5c|2e|25)|\/\.\.|;/i;

/** Whether an address lies below the base URL, so that the key is meant for it: a neighbour on the same host is another service. */
export function isBelow({ origin, pathname }: URL, baseUrl: string): boolean {
	const path = pathOf(baseUrl);
	if (origin !== new URL(baseUrl).origin) return false;
	return path === '' || (pathname.startsWith(`${path}/`) && !WAY_UP.test(pathname.slice(path.length)));
}

/** Without a slash at its end. */
const pathOf = (baseUrl: string): string => trimEnd(new URL(baseUrl).pathname, /\//);

/**
 * Refuses an address from an answer that no service has a reason to give. n8n's own filter looks at addresses, too,
 * where its owner has switched it on.
 * @param baseUrl whom the credential trusts: a service at home may point to its neighbours
 * @throws SourceError
 */
export function checkAddress(url: URL, baseUrl: string): void {
	// They would be sent in place of the key, or to whoever asks for them.
	if (url.username || url.password) throw failure(url, 'its address holds a user name or a password', 'never');
	if (isPrivate(url.hostname) && !isPrivate(new URL(baseUrl).hostname)) {
		throw failure(url, "it is a private address, to which DeepInfra's answers may not lead n8n", 'never');
	}
}

/**
 * Refuses a webhook that DeepInfra cannot call: what it would be told there is paid for, and lost.
 * @throws InputError
 */
export function checkWebhook({ json, form }: ApiRequest, baseUrl: string): void {
	const address = json?.webhook ?? form?.webhook;
	if (typeof address !== 'string' || !URL.canParse(address)) return;
	const { hostname } = new URL(address);
	if (!isPrivate(hostname) || isPrivate(new URL(baseUrl).hostname)) return;
	throw new InputError(
		`The webhook leads to ${hostname}, an address that only n8n's own network knows: DeepInfra cannot call it`,
		"Set n8n's environment variable WEBHOOK_URL to the address that it has on the internet, or use a tunnel. Nothing was sent.",
	);
}

/** Whether only machines of the same network have this name. A URL holds an IPv4 address in its plain form. */
export function isPrivate(hostname: string): boolean {
	const host = hostname.toLowerCase().replace(/\.$/, '');
	if (host.startsWith('[')) return isPrivateV6(host.slice(1, -1));
	const numbers = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host)?.slice(1).map(Number);
	if (numbers) return isPrivateV4(numbers);
	return !host.includes('.') || /\.(local|localhost|internal|lan|home|intranet|corp)$/.test(host);
}

function isPrivateV4([first = 0, second = 0]: readonly number[]): boolean {
	return (
		[0, 10, 127].includes(first) ||
		first >= 224 ||
		(first === 100 && second >= 64 && second < 128) ||
		(first === 169 && second === 254) ||
		(first === 172 && second >= 16 && second < 32) ||
		(first === 192 && second === 168) ||
		(first === 198 && (second === 18 || second === 19))
	);
}

/** The unspecified and the loopback address, unique local and link-local ones, and IPv4 within IPv6. */
function isPrivateV6(address: string): boolean {
	const mapped = /^::(?:ffff:)?([\da-f]{1,4}):([\da-f]{1,4})$/.exec(address);
	if (mapped) {
		const high = parseInt(mapped[1] ?? '0', 16);
		return isPrivateV4([high >> 8, high & 255]);
	}
	return /^(::1?|f[cd][\da-f]{2}:.*|fe[89ab][\da-f]:.*|ff[\da-f]{2}:.*|64:ff9b:.*)$/.test(address);
}
