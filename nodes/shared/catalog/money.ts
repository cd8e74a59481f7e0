import { trimEnd } from '../core/trim';

/** Takes the noise out of products of fractions: 9e-06 × 10,000 is 0.09. */
export const roundUsd = (usd: number): number => Number(usd.toPrecision(10));

/** An amount as a price tag writes it: at least cents, at most four significant digits, never an exponent. */
export function writeUsd(usd: number): string {
	if (usd === 0) return '$0';
	const digits = Math.max(2, 3 - Math.floor(Math.log10(Math.abs(usd))));
	const [whole = '0', fraction = ''] = usd.toFixed(Math.min(digits, 20)).split('.');
	return `$${whole}.${trimEnd(fraction, /0/).padEnd(2, '0')}`;
}

/** A day as everybody reads it, whatever the country: 2026-11-24. Empty for what is no date. */
export function writeDay(at: number): string {
	const date = new Date(at);
	return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 10);
}
