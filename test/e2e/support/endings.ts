/* eslint-disable no-console */

/** What has to be ended or removed when a part of the run ends, in whatever way; the last comes first. */
export class Endings {
	private readonly list: Array<() => Promise<unknown>> = [];

	add(end: () => Promise<unknown>): void {
		this.list.push(end);
	}

	async run(): Promise<void> {
		for (const end of this.list.splice(0).reverse()) {
			await end().catch((error: unknown) => console.error(`While ending: ${String(error)}`));
		}
	}
}
