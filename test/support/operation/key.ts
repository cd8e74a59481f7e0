import { dump } from '../dump';

/** The API key of the runs of an operation's suite, as long as a real one. */
export const MINE = 'emulator-key-0aB1cD2eF3gH4';

/** The key is in none of these, however deep. */
export function expectHidden(...seen: unknown[]): void {
	for (const each of seen) expect(dump(each)).not.toContain(MINE);
}
