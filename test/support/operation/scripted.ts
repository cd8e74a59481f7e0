import type { RunOptions, RunResult } from '../engine/engine';
import { jsonReply, notFound, type Reply, type SentRequest } from '../service';
import type { World } from '../world';
import type { Subject } from './example';

/** The service answers what the operation asks, and knows of each model its mask token alone. */
export function script({ service }: World, subject: Subject, reply?: (request: SentRequest) => Reply): void {
	service.requests.length = 0;
	service.reply = (request) => {
		const { method, path } = request;
		if (subject.asks(request)) return (reply ?? ((each) => subject.reply(each)))(request);
		if (method === 'GET' && path.startsWith('/models/') && path !== '/models/list') {
			return jsonReply({ model_name: path.slice('/models/'.length), type: 'fill-mask', mask_token: '[MASK]' });
		}
		return notFound;
	};
}

/** A run that asks the service instead of the emulator. */
export const atService = async ({ engine, service }: World, options: RunOptions): Promise<RunResult> =>
	await engine.run({ ...options, credentials: { baseUrl: service.url, ...options.credentials } });

/** What the service was asked by the operation itself. */
export const askedOf = ({ service }: World, subject: Subject): SentRequest[] =>
	service.requests.filter((request) => subject.asks(request));
