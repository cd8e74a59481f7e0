/** How many bytes the answers of a run may hold in memory while they come, and as many its questions with files. */
export const ROOM = 512 * 1024 * 1024;

/** Shares memory among answers, or questions, that are there at the same time. The one that came first may always go on, so none waits forever. */
export class Room {
	private used = 0;
	private readonly held = new Map<object, number>();
	private waiting: Array<() => void> = [];

	constructor(private readonly total = ROOM) {}

	/** Waits until there is room for so many bytes more. @param owner must give back what it took */
	async take(owner: object, bytes: number): Promise<void> {
		while (!this.takeAtOnce(owner, bytes)) await new Promise<void>((resolve) => this.waiting.push(resolve));
	}

	/** @returns whether there was room for so many bytes more */
	takeAtOnce(owner: object, bytes: number): boolean {
		if (!this.held.has(owner)) this.held.set(owner, 0);
		if (this.used + bytes > this.total && !this.isFirst(owner)) return false;
		this.used += bytes;
		this.held.set(owner, (this.held.get(owner) ?? 0) + bytes);
		return true;
	}

	/** Holds so many bytes in all, instead of what it held before; waits where that is more. */
	async hold(owner: object, bytes: number): Promise<void> {
		const more = bytes - (this.held.get(owner) ?? 0);
		if (more > 0) return await this.take(owner, more);
		this.used += more;
		this.held.set(owner, bytes);
		this.wake();
	}

	giveBack(owner: object): void {
		this.used -= this.held.get(owner) ?? 0;
		this.held.delete(owner);
		this.wake();
	}

	private wake(): void {
		const woken = this.waiting;
		this.waiting = [];
		for (const wake of woken) wake();
	}

	private isFirst(owner: object): boolean {
		return this.held.keys().next().value === owner;
	}
}
