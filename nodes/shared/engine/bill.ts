import { trimZeros } from '../core/trim';

/** Shares are whole millionths of a millionth of a dollar: fine enough that equal shares stay equal. */
const UNIT = 1e12;

/** An amount that is too large for it stays as it is. */
const round = (usd: number): number => (Number.isFinite(usd * UNIT) ? Math.round(usd * UNIT) / UNIT : usd);

/** What one request cost, in equal shares; the last takes the remainder, so that their sum is what was billed. */
export function shareCost(usd: number, count: number): number[] {
	const shared = Math.floor((usd * UNIT) / count) / UNIT;
	const each = Number.isFinite(shared) ? shared : usd / count;
	const last = count > 1 ? Math.max(0, round(usd - each * (count - 1))) : usd;
	return Array.from({ length: count }, (_, index) => (index < count - 1 ? each : last));
}

/** Adds without the noise of fractions: 0.1 + 0.2 is 0.3. */
export const addCosts = (costs: readonly number[]): number => {
	const sum = costs.reduce((total, usd) => total + usd, 0);
	// What is below the unit stays as it is: a cost is never lost.
	return sum < 1000 / UNIT ? sum : round(sum);
};

/** An amount to the last digit that counts, without an exponent: what was billed, to be compared with an invoice. */
export function exactDollars(usd: number): string {
	if (usd > 0 && usd < 1 / UNIT) return 'less than $0.000000000001';
	return `$${trimZeros(usd.toFixed(12))}`;
}
