/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { Readable } from 'node:stream';
import { readAll } from '../../../../nodes/shared/n8n/http/stream';

const bytes = (...pieces: string[]) => Readable.from(pieces.map((piece) => Buffer.from(piece)));
/** Gives its pieces one by one, then does what `end` says. */
function stream(pieces: readonly string[], end: (self: Readable) => void): Readable {
	const left = [...pieces];
	return new Readable({
		read() {
			const piece = left.shift();
			if (piece === undefined) end(this);
			else this.push(Buffer.from(piece));
		},
	});
}
const turn = async () => await new Promise(setImmediate);

describe('a stream that is read as a whole', () => {
	it('gives all of its pieces, in order, also where it has none', async () => {
		expect((await readAll(bytes('{"a"', ':', '1}'))).toString()).toBe('{"a":1}');
		expect((await readAll(bytes())).length).toBe(0);
		expect((await readAll(bytes('', 'x', ''))).toString()).toBe('x');
	});

	it('is no answer where it breaks off, with the words of the connection', async () => {
		const reset = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
		await expect(readAll(stream(['{"a"'], (self) => self.destroy(reset)))).rejects.toBe(reset);
		await expect(readAll(stream(['{"a"'], (self) => self.destroy()))).rejects.toThrow('Premature close');
		await expect(readAll(stream([], (self) => self.destroy()))).rejects.toThrow('Premature close');
	});

	it('is no answer where it broke off before anybody read it', async () => {
		const broken = stream(['x'], (self) => self.push(null));
		const reset = new Error('socket hang up');
		broken.on('error', () => undefined).destroy(reset);
		await turn();
		await expect(readAll(broken)).rejects.toBe(reset);
		const left = stream(['x'], (self) => self.push(null));
		left.destroy();
		await turn();
		await expect(readAll(left)).rejects.toThrow('Premature close');
	});

	it('was read to its end already: then nothing is left', async () => {
		const read = bytes('x');
		for await (const piece of read) expect(piece.length).toBe(1);
		expect((await readAll(read)).length).toBe(0);
	});

	it('is left, and closed, once it is too large, whatever it says later', async () => {
		let given = 0;
		const endless = new Readable({
			read() {
				this.push(Buffer.alloc(1000, (given += 1000) % 7));
			},
			destroy(_error, done) {
				done(new Error('it closes with a fault of its own'));
			},
		});
		await expect(readAll(endless, 10_000)).rejects.toThrow(RangeError);
		await turn();
		expect(endless.destroyed).toBe(true);
		expect(given).toBeLessThan(100_000);
	});

	it('waits for room, and takes nothing meanwhile', async () => {
		const asked: number[] = [];
		let open: () => void = () => undefined;
		const source = stream(['one', 'two', 'three'], (self) => self.push(null));
		const reading = readAll(source, Infinity, (length) => {
			asked.push(length);
			return asked.length === 2 ? new Promise<void>((resolve) => (open = resolve)) : undefined;
		});
		for (let turns = 0; turns < 5; turns++) await turn();
		expect(asked).toEqual([3, 3]);
		open();
		expect((await reading).toString()).toBe('onetwothree');
		expect(asked).toEqual([3, 3, 5]);
	});

	it('waits for room for its last piece, too, and fails where there will be none', async () => {
		let close: (error: Error) => void = () => undefined;
		const never = new Promise<void>((_, reject) => (close = reject));
		const reading = readAll(bytes('all'), Infinity, async () => await never);
		let isOver = false;
		void reading.catch(() => (isOver = true));
		for (let turns = 0; turns < 5; turns++) await turn();
		expect(isOver).toBe(false);
		close(new Error('the run is over'));
		await expect(reading).rejects.toThrow('the run is over');
	});
});
