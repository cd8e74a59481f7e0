import { number, optionalText } from './answer';

/** Milliseconds since 1970, from seconds, milliseconds or an ISO date, which is UTC where it names no time zone. */
export function readMoment(value: unknown): number | undefined {
	const seconds = number(value);
	if (seconds !== undefined) {
		const at = seconds > 1e11 ? seconds : seconds * 1000;
		return at > 0 && at < 8.64e15 ? at : undefined;
	}
	const written = optionalText(value)?.trim() ?? '';
	// Date.parse takes nearly anything for a date, and a time without a zone for that of this machine.
	const [, date, time, zone] = ISO.exec(written) ?? [];
	if (date === undefined) return undefined;
	const at = Date.parse(time === undefined ? date : `${date}T${time}${zoneOf(zone)}`);
	return Number.isNaN(at) ? undefined : at;
}

/** As Date.parse wants it; databases write hours alone. */
const zoneOf = (zone: string | undefined): string =>
	zone === undefined || /^(z|utc)$/i.test(zone) ? 'Z' : zone.length === 3 ? `${zone}:00` : zone;

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** The same as ISO 8601. */
export function isoMoment(value: unknown): string | undefined {
	const at = readMoment(value);
	return at === undefined ? undefined : new Date(at).toISOString();
}
