/** One measurement, done by a fresh process. */
export type Job =
	/** A client of Node alone, with so many connections. */
	| { kind: 'bare'; items: number; concurrency: number }
	/**
	 * n8n's own request helper in a loop, in a throw-away node: the floor under every node that sends through n8n.
	 * With `reads`, each text comes from a parameter with an expression, as it does in the node.
	 */
	| { kind: 'helper'; items: number; concurrency: number; reads?: boolean }
	| { kind: 'classify'; items: number; concurrency?: number }
	/** Of so many distinct texts, with "Continue", whatever becomes of them. */
	| { kind: 'alone'; items: number; distinct: number; apiKey?: string }
	/** Items of so many fields, which their outputs keep or not. */
	| { kind: 'wide'; items: number; fields: number; keeps: boolean }
	| { kind: 'bareChat'; items: number; concurrency: number }
	/** n8n's own OpenAI node, pointed at the service: it asks for one item after the other. */
	| { kind: 'openAi'; items: number }
	/** Streamed chats, one after the other: the time until each has said something. */
	| { kind: 'barePiece'; items: number }
	| { kind: 'piece'; items: number }
	| { kind: 'embed'; items: number }
	| { kind: 'upload'; bytes: number }
	| { kind: 'download'; bytes: number }
	/** Speech of short texts. */
	| { kind: 'speak'; items: number }
	/** One search over all items. */
	| { kind: 'rerank'; items: number }
	/** All items handed over as batches, each with a picture where `pictured`: equal pictures, other texts. */
	| { kind: 'batch'; items: number; pictured: boolean }
	/** The same items with their pictures, of which only a parameter is read: what n8n itself needs for them. */
	| { kind: 'nothing'; items: number }
	/** A chat for each item. */
	| { kind: 'chat'; items: number; concurrency: number }
	/** The results of so many batches. */
	| { kind: 'results'; batches: number }
	/** A video job, waited for, and its clip stored. */
	| { kind: 'film'; bytes: number };

export interface Measure {
	milliseconds: number;
	/** Time on the processor, which a busy machine changes little. */
	cpuMilliseconds: number;
	/** Bytes of the picture of an item. */
	pictureBytes?: number;
	/** Items that came out well. */
	answered: number;
	/** Resident memory at the peak, beyond that before the work. */
	extraBytes: number;
	/** Memory in use at the peak, all in all. */
	peakBytes?: number;
}

/** How the service behaves from now on; its count of requests starts anew. */
export interface ServiceOrder {
	latencyMs: number;
	maxConcurrent?: number;
	/** Image requests are answered with a link to a file of this size. */
	linkBytes?: number;
	/** How long each piece of a streamed answer takes, milliseconds. */
	pieceMs?: number;
	/** Any batch has ended with so many results. */
	batchLines?: number;
	/** It is asked over TLS, at a distance. */
	isFar?: true;
	/** Inference fails for so many milliseconds from its first request on. */
	downMs?: number;
}

export interface ServiceCount {
	requests: number;
	refused: number;
	maxInFlight: number;
}

/** Requests that a process sends before it measures, so that all code is loaded. */
export const WARM_UP = 20;
