/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createServer, type IncomingHttpHeaders } from 'node:http';

/** A host that is not DeepInfra, and what it was told. */
export interface OtherHost {
	readonly url: string;
	readonly seen: IncomingHttpHeaders[];
	close(): Promise<void>;
}

export async function startOtherHost(): Promise<OtherHost> {
	const seen: IncomingHttpHeaders[] = [];
	const server = createServer(({ headers }, response) => {
		seen.push(headers);
		response.end('{}');
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	return {
		url: `http://127.0.0.1:${address.port}`,
		seen,
		close: async () => await new Promise((resolve) => server.close(() => resolve())),
	};
}
