import { isDict } from '../../core/answer';
import type { Dict } from '../../core/operation';
import { parseJson } from '../../core/values';

const isEventStream = (headers: Headers): boolean => (headers.get('content-type') ?? '').includes('event-stream');

/** Gives the JSON of each event of a stream, or of a whole body, as its pieces come. */
class AnswerReader {
	private readonly decoder = new TextDecoder();
	private rest = '';

	constructor(
		private readonly isStream: boolean,
		private readonly onAnswer: (answer: Dict) => void,
	) {}

	read(piece: Uint8Array): void {
		this.rest += this.decoder.decode(piece, { stream: true });
		if (!this.isStream) return;
		const lines = this.rest.split('\n');
		this.rest = lines.pop() ?? '';
		for (const line of lines) this.take(line);
	}

	end(): void {
		this.take(this.rest);
	}

	private take(line: string): void {
		const answer = parseJson(this.isStream ? line.replace(/^data:/, '') : line);
		if (isDict(answer)) this.onAnswer(answer);
	}
}

/**
 * The answer unchanged, read on its way.
 * @param onCut gives the error that stands for a connection that broke within it
 */
export function watchAnswer(
	{ body, status, statusText, headers }: Response,
	onAnswer: (answer: Dict) => void,
	onCut: (error: unknown) => Error,
): Response {
	if (!body) return new Response(null, { status, statusText, headers });
	const pieces = body.getReader();
	const reader = new AnswerReader(isEventStream(headers), onAnswer);
	const watched = new ReadableStream<Uint8Array>({
		async pull(controller) {
			try {
				const { done, value } = await pieces.read();
				if (value) {
					reader.read(value);
					controller.enqueue(value);
				}
				if (!done) return;
				reader.end();
				controller.close();
			} catch (error) {
				controller.error(onCut(error));
			}
		},
		cancel: async (reason) => await pieces.cancel(reason),
	});
	return new Response(watched, { status, statusText, headers });
}

/** A whole answer as the one piece of a stream, for a client that asked for pieces of a model that gives none. */
export async function asEvents(whole: Response): Promise<Response> {
	const answer: unknown = await whole.json();
	if (!isDict(answer)) return Response.json(answer, { status: whole.status });
	const choices = Array.isArray(answer.choices) ? answer.choices.filter(isDict) : [];
	const chunk = {
		...answer,
		object: 'chat.completion.chunk',
		choices: choices.map(({ message, ...choice }) => ({ ...choice, delta: numberCalls(message) })),
	};
	return new Response(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`, {
		headers: { 'content-type': 'text/event-stream' },
	});
}

/** Pieces of tool calls are put together by their index. */
const numberCalls = (message: unknown): unknown =>
	isDict(message) && Array.isArray(message.tool_calls)
		? {
				...message,
				tool_calls: message.tool_calls.filter(isDict).map((call, index): Dict => ({ ...call, index })),
			}
		: message;
