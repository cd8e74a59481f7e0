import { CallThoughts } from '../../../../nodes/shared/n8n/ai/callThoughts';
import { watchEvents } from '../../../../nodes/shared/n8n/ai/chatAnswer';
import { secretOf } from '../../../../nodes/shared/n8n/secret';
import { longestOwnTurn } from '../../../support/yardstick';

/** Milliseconds that are promised. */
const LONGEST_TURN = 250;

const written = 'emulator-key-0aB1cD2eF3gH4';

/** Looks like the key everywhere. */
const alike = 'em emu '.repeat(250_000);
const chunk = (content: string) => ({ choices: [{ index: 0, delta: { content }, finish_reason: 'stop' }] });

const watched = (body: string): Promise<string> => {
	const watcher = {
		secret: secretOf(written),
		seconds: 300,
		thoughts: new CallThoughts('test'),
		taken: new Set<string>(),
		onAnswer: () => undefined,
		onUntold: () => undefined,
	};
	return watchEvents(new Response(body), watcher, ({ kind }) => new Error(kind)).text();
};

describe('a long line of a stream that is no event is looked through for the key in turns with others', () => {
	const end = `data: ${JSON.stringify(chunk('Hello'))}\n\ndata: [DONE]\n\n`;
	it.each([
		['a comment', `: ${alike}\n\n${end}`],
		['half an event', `data: {"choices": "${alike}\n\n${end}`],
	])('%s', async (_kind, body) => {
		let shown = '';
		const longest = await longestOwnTurn(async () => void (shown = await watched(body)));
		// Of texts of megabytes no difference is shown.
		expect(shown.includes(alike)).toBe(true);
		expect(longest).toBeLessThan(LONGEST_TURN);
	});
});
