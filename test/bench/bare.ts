/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { Agent, request } from 'node:http';

/** As fast as Node's own client gets: kept connections, the body in one piece, JSON at both ends. */
export async function classifyBare(baseUrl: string, texts: readonly string[], connections: number): Promise<unknown[]> {
	const agent = new Agent({ keepAlive: true, maxSockets: connections });
	const url = new URL('/v1/inference/ProsusAI/finbert', baseUrl);
	const send = async (text: string): Promise<unknown> =>
		await new Promise((resolve, reject) => {
			const body = JSON.stringify({ input: text });
			const headers = {
				authorization: 'Bearer emulator-key',
				'content-type': 'application/json',
				'content-length': Buffer.byteLength(body),
			};
			const sent = request(url, { method: 'POST', agent, headers }, (response) => {
				const chunks: Buffer[] = [];
				response.on('data', (chunk: Buffer) => chunks.push(chunk));
				response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
				response.on('error', reject);
			});
			sent.on('error', reject);
			sent.end(body);
		});
	const answers = await Promise.all(texts.map(send));
	agent.destroy();
	return answers;
}
