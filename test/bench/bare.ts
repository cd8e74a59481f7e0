/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { Agent, request, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as requestOverTls } from 'node:https';

/** As fast as Node's own client gets: kept connections, the body in one piece. */
function post(
	url: URL,
	agent: Agent,
	body: string,
	take: (response: IncomingMessage) => void,
	fail: (e: Error) => void,
) {
	const headers = {
		authorization: 'Bearer emulator-key',
		'content-type': 'application/json',
		'content-length': Buffer.byteLength(body),
	};
	const ask = url.protocol === 'https:' ? requestOverTls : request;
	const sent = ask(url, { method: 'POST', agent, headers }, take);
	sent.on('error', fail);
	sent.end(body);
}

/** Asks all of it, so many at a time; JSON at both ends. */
export async function askBare(
	baseUrl: string,
	route: string,
	bodies: readonly object[],
	connections: number,
): Promise<unknown[]> {
	const url = new URL(route, baseUrl);
	const Kind = url.protocol === 'https:' ? TlsAgent : Agent;
	const agent = new Kind({ keepAlive: true, maxSockets: connections });
	const send = async (body: object): Promise<unknown> =>
		await new Promise((resolve, reject) => {
			const take = (response: IncomingMessage) => {
				const chunks: Buffer[] = [];
				response.on('data', (chunk: Buffer) => chunks.push(chunk));
				response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
				response.on('error', reject);
			};
			post(url, agent, JSON.stringify(body), take, reject);
		});
	const answers = await Promise.all(bodies.map(send));
	agent.destroy();
	return answers;
}

/** Milliseconds until a streamed chat has said something. */
export async function timeBarePiece(baseUrl: string, agent: Agent, body: object): Promise<number> {
	const began = performance.now();
	return await new Promise((resolve, reject) => {
		const take = (response: IncomingMessage) => {
			let text = '';
			let took: number | undefined;
			response.on('data', (chunk: Buffer) => {
				text += chunk.toString('utf8');
				if (took === undefined && /"content":"[^"]/.test(text)) took = performance.now() - began;
			});
			response.on('end', () => (took === undefined ? reject(new Error('Nothing was said')) : resolve(took)));
			response.on('error', reject);
		};
		post(new URL('/v1/chat/completions', baseUrl), agent, JSON.stringify(body), take, reject);
	});
}
