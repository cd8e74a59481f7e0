/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

/** Milliseconds that each way takes. */
const ONE_WAY = 25;

const portOf = (address: AddressInfo | string | null): number =>
	typeof address === 'object' && address !== null ? address.port : 0;

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 1024, resolve));
	return portOf(server.address());
}

const endTogether = (one: Socket, other: Socket) => {
	for (const [from, to] of [
		[one, other],
		[other, one],
	] as const) {
		from.on('error', () => to.destroy());
		// What is still on its way arrives.
		from.on('close', () => void setTimeout(() => to.destroy(), 20 * ONE_WAY));
	}
};

/** Each piece arrives so much later; so does the end. */
function carry(from: Socket, to: Socket): void {
	from.on('data', (piece) => void setTimeout(() => to.write(piece), ONE_WAY));
	from.on('end', () => void setTimeout(() => to.end(), ONE_WAY));
}

/**
 * A service over TLS at a distance: to open a connection takes a round for TCP and one for TLS, as over a real one.
 * @param folder holds `key.pem` and `cert.pem`
 * @returns its address
 */
export async function openFarAway(url: string, folder: string): Promise<string> {
	const { port } = new URL(url);
	const read = (name: string) => readFileSync(path.join(folder, name));
	const tls = createTlsServer({ key: read('key.pem'), cert: read('cert.pem') }, (socket) => {
		const service = connect(Number(port), '127.0.0.1');
		socket.pipe(service).pipe(socket);
		endTogether(socket, service);
	});
	const near = await listen(tls);
	const far = createServer({ pauseOnConnect: true }, (socket) => {
		// The connection stands at once on one machine; over a distance the client would wait for a round.
		setTimeout(() => {
			const there = connect(near, '127.0.0.1');
			endTogether(socket, there);
			carry(socket, there);
			carry(there, socket);
			socket.resume();
		}, 2 * ONE_WAY);
	});
	return `https://127.0.0.1:${await listen(far)}`;
}
