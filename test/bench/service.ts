/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import { startEmulator } from '../emulator';
import { answer, readMessage } from './children';
import type { ServiceOrder } from './jobs';

/** The emulator in a process of its own, so that it takes no time from what is measured. */
async function serve() {
	const emulator = await startEmulator({ seed: 1 });
	let count = { requests: 0, refused: 0 };
	let settle: () => void = () => undefined;

	process.on('message', (message) => {
		const order = readMessage<ServiceOrder | 'count'>(message);
		settle();
		if (order === 'count') {
			answer({ ...count, maxInFlight: emulator.maxInFlight });
			return;
		}
		const { latencyMs, maxConcurrent, linkBytes } = order;
		emulator.requests.length = 0;
		emulator.maxInFlight = 0;
		count = { requests: 0, refused: 0 };
		Object.assign(emulator.options, { latencyMs, maxConcurrent });
		emulator.options.faults = ({ path }) =>
			linkBytes !== undefined && path.startsWith('/v1/inference/')
				? { kind: 'status', status: 200, body: { images: [`${emulator.url}/files/bytes/${linkBytes}.png`] } }
				: undefined;
		answer('done');
	});
	process.on('disconnect', () => process.exit(0));

	settle = () => {
		const requests = emulator.requests.filter(({ path }) => path.startsWith('/v1/inference/'));
		count = { requests: requests.length, refused: requests.filter(({ status }) => status === 429).length };
	};
	answer(emulator.url);
}

void serve();
