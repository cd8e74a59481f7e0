import type { IExecuteFunctions } from 'n8n-workflow';
import type { Dict, StreamOf } from '../core/operation';
import type { EventTaker } from './http/events';

/** Where an answer goes that comes piece by piece. */
export interface Chunks extends EventTaker {
	/** @param answer the whole one: some models write it at once, although they were asked for pieces */
	end(answer: Dict): void;
	/** For an error: what had come; undefined when that is nothing. */
	sent(): string | undefined;
}

/** An error shows as much of an answer that broke off. */
const SHOWN = 4000;

/** Undefined where the workflow hands no pieces on: then a whole answer is asked for. */
export function chunksFor(context: IExecuteFunctions, item: number, stream: StreamOf): Chunks | undefined {
	// Older n8n has no streams.
	if (!('isStreaming' in context) || !context.isStreaming()) return undefined;
	let text = '';
	const read = stream.pieces();
	const isStopped = () => context.getExecutionCancelSignal()?.aborted === true;
	// Who reads along may have left: the whole answer is in the item all the same.
	const send = (type: 'begin' | 'item' | 'end', content?: string) =>
		void Promise.resolve()
			.then(() => (isStopped() ? undefined : context.sendChunk(type, item, content)))
			.catch(() => undefined);
	const hand = (piece: string) => {
		if (piece === '') return;
		if (text === '') send('begin');
		text += piece;
		send('item', piece);
	};
	return {
		stream,
		take: (event) => hand(read(event)),
		end(answer) {
			if (text === '') hand(stream.text(answer));
			if (text !== '') send('end');
		},
		sent: () => (text === '' ? undefined : `What had come by then: "${text.slice(0, SHOWN)}".`),
	};
}
