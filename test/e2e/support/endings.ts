/* eslint-disable no-console */

/** What has to be ended or removed when a part of the run ends, in whatever way; the last comes first. */
export class Endings {
	private readonly list: Array<() => Promise<unknown>> = [];

	add(end: () => Promise<unknown>): void {
		this.list.push(end);
	}

	/** May be called again while it runs, and after more has been added. */
	async run(): Promise<void> {
		for (let end = this.list.pop(); end !== undefined; end = this.list.pop()) {
			await end().catch((error: unknown) => console.error(`While ending: ${String(error)}`));
		}
	}
}
