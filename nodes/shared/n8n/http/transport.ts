import type { IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';
import { readId, refusal } from '../../core/answer';
import type { FileRef } from '../../core/fields';
import type { AnyOperation, ApiRequest, Dict } from '../../core/operation';
import { AnswerError, failed, succeeded, type Outcome } from '../../core/problem';
import type { Steps } from '../../core/steps';
import { interpret, interpretInSteps, type Received } from '../../engine/receive';
import { costOf } from '../../engine/usage';
import { isText, kindOf } from '../../media/kind';
import type { ScannedPage } from '../../media/pdf/scan';
import type { ServiceContext } from '../context';
import type { Account } from '../credential';
import { Veil } from '../veil';
import { checkAddress, isBelow, resolveAddress } from './address';
import { sendAuthorized } from './authorized';
import { breathe, clock, inSteps, LONG_WORK } from './clock';
import { PendingRequests, type PendingRequest } from './deadline';
import { holdsEvents, readEvents, type EventTaker } from './events';
import { lineLength, readLines } from './lines';
import { closeAtEnd, Outgoing } from './outgoing';
import { Room } from './room';
import { openSource, type Source } from './source';
import { bytesOf, decodeText, LARGEST_ANSWER, readAll, type Bytes } from './stream';
import { readUnpacked, unpacked } from './unpack';

/** Seconds that a document may take to be read or downloaded. */
const DOCUMENT_SECONDS = 600;

/** Seconds in which the answer to a look has to begin, and a file to go on: a dead connection must not take all of the time. */
export const LOOK_SECONDS = 60;

/** Seconds that taking something back may take. */
const TAKE_BACK_SECONDS = 30;

/** A file that is drawn into another one. */
const LARGEST_COPY = 32 * 1024 * 1024;

/** What kind of answer is waited for. */
interface Expected {
	readonly kind?: AnyOperation['answer'];
	/** Bytes that it may have. */
	readonly largest?: number;
	/** Where it may come in pieces. */
	readonly chunks?: EventTaker;
	/** Seconds in which it must begin. */
	readonly patience?: number;
}

/** Sends requests with n8n's own client, so that its proxy, domain and address rules hold. The only file that sends. */
export class Transport {
	private readonly flights: PendingRequests;
	private readonly outgoing: Outgoing;
	private readonly room = new Room();

	constructor(
		private readonly context: ServiceContext,
		readonly account: Account,
		run: AbortSignal,
	) {
		this.flights = new PendingRequests(run);
		this.outgoing = new Outgoing(context, this.flights, async (url, flight) => await this.anonymous(url, flight));
	}

	/**
	 * Sends a request once.
	 * @param seconds after which it is given up
	 */
	async send(
		request: ApiRequest,
		seconds: number,
		{ kind, largest = LARGEST_ANSWER, chunks, patience }: Expected = {},
	): Promise<Outcome<Dict>> {
		const flight = this.flights.start(seconds, patience);
		let hasBegun = false;
		try {
			const asked = chunks ? chunks.stream.request(request) : request;
			const options = await this.optionsOf(asked, flight);
			// A form says itself when it has been sent; what is only asked for may be asked for again.
			if (!request.form && request.method !== 'GET') flight.hasSent();
			const response = await this.authenticated(options, flight);
			hasBegun = true;
			flight.hears();
			const bytes = bytesOf(response.body);
			if (chunks && isEvents(response)) return await this.receiveEvents(unpacked(bytes), chunks, flight);
			const body = await readUnpacked(bytes, largest, (length) =>
				this.room.takeAtOnce(flight, length) ? undefined : this.room.take(flight, length),
			);
			if (!request.form) flight.hasArrived();
			if (kind === 'bytes' && isFile(response, body)) {
				return succeeded({ bytes: body, mimeType: String(response.headers['content-type'] ?? '') });
			}
			const isLong = body.length >= LONG_WORK;
			if (isLong) await breathe();
			const text = decodeText(body, response.headers['content-type']);
			if (isLong) await breathe();
			if (chunks && isWell(response) && holdsEvents(text)) return await this.receiveEvents([body], chunks, flight);
			const { redact } = this.account;
			const received: Received = { status: response.statusCode, headers: response.headers, text, redact };
			const outcome = await inSteps(interpretInSteps(received, clock.now(), kind));
			if (!outcome.ok) return failed(this.account.redactProblem(outcome.problem));
			if (isLong) await breathe();
			return succeeded(await inSteps(this.account.redactAnswer(outcome.value, text)));
		} catch (error) {
			return failed(flight.problem(error, hasBegun, this.account));
		} finally {
			this.room.giveBack(flight);
			this.outgoing.giveBack(flight);
			flight.land();
		}
	}

	/** An answer in events; a failure among them ends it, and what they say they cost is billed all the same. */
	private async receiveEvents(
		bytes: Bytes,
		{ stream, take }: EventTaker,
		flight: PendingRequest,
	): Promise<Outcome<Dict>> {
		const events: Dict[] = [];
		const veil = new Veil(this.account, stream);
		const use = (event: Dict) => {
			events.push(event);
			const refused = refusal(event);
			if (refused !== undefined) throw new AnswerError(refused);
			take(event);
		};
		try {
			const { redactAnswer } = this.account;
			function* hideIn(event: Dict, text: string): Steps<Dict> {
				return yield* veil.over(yield* redactAnswer(event, text));
			}
			await readEvents(bytes, hideIn, use).catch((error: unknown) => {
				// Nothing is missing but the word that it is done.
				if (error instanceof AnswerError || !stream.isComplete(events)) throw error;
			});
			veil.rest().forEach(use);
			const whole = stream.whole(events);
			// The name of a tool may come in pieces, too.
			return succeeded(await inSteps(this.account.redactAnswer(whole, JSON.stringify(whole))));
		} catch (error) {
			const problem = flight.problem(error, true, this.account);
			if (problem.kind !== 'answer' && problem.kind !== 'cut') return failed(problem);
			// Each event tells what all before it have cost.
			const costUsd = Math.max(0, ...events.slice(-100).map((event) => costOf(event) ?? 0)) || undefined;
			const requestId = problem.requestId ?? readId(events[0]?.id);
			return failed(this.account.redactProblem({ ...problem, requestId, costUsd }));
		}
	}

	/**
	 * Sends what takes back an earlier question, even at the end of a run that was stopped.
	 * @returns whether the service did it
	 */
	async takeBack(request: ApiRequest): Promise<boolean> {
		const flight = new PendingRequests(new AbortController().signal).start(TAKE_BACK_SECONDS);
		try {
			const { statusCode, body } = await this.authenticated(await this.optionsOf(request, flight), flight);
			await readAll(bytesOf(body), LARGEST_COPY);
			return statusCode >= 200 && statusCode < 300;
		} catch {
			return false;
		} finally {
			flight.land();
		}
	}

	/** How many bytes a line has, its files and its end included. Its files are looked at, not read. */
	async measureLine(line: Dict): Promise<Outcome<number>> {
		const flight = this.flights.start(DOCUMENT_SECONDS);
		try {
			return succeeded(await lineLength(line, async (ref) => await this.outgoing.open(ref, flight)));
		} catch (error) {
			return failed(flight.problem(error, false, this.account));
		} finally {
			flight.land();
		}
	}

	/**
	 * Gets a file of JSON lines from the API and hands each line to `use` as it comes.
	 * @param skip so many lines were used before the connection broke
	 * @returns `lines`, how many there were
	 */
	async readLines(
		path: string,
		seconds: number,
		skip: number,
		use: (line: Dict | string) => Promise<void>,
	): Promise<Outcome<Dict>> {
		const flight = this.flights.start(seconds, LOOK_SECONDS);
		let hasBegun = false;
		try {
			const response = await this.authenticated(await this.optionsOf({ method: 'GET', path }, flight), flight);
			flight.goesOn();
			const { statusCode: status, headers } = response;
			if (status < 200 || status >= 300) {
				const text = decodeText(await readUnpacked(bytesOf(response.body), LONG_WORK), headers['content-type']);
				const said = interpret({ status, headers, text, redact: this.account.redact }, clock.now());
				return said.ok ? said : failed(this.account.redactProblem(said.problem));
			}
			hasBegun = true;
			const { redactAnswer } = this.account;
			const pieces = unpacked(goingOn(bytesOf(response.body), flight));
			return succeeded({ lines: await readLines(pieces, skip, redactAnswer, use) });
		} catch (error) {
			return failed(flight.problem(error, hasBegun, this.account));
		} finally {
			flight.land();
		}
	}

	/** The pages of a file; undefined for one that is no PDF. */
	async pagesOf(file: FileRef, seconds: number): Promise<Outcome<readonly ScannedPage[] | undefined>> {
		const flight = this.flights.start(seconds);
		try {
			return succeeded(await this.outgoing.pages(file, flight));
		} catch (error) {
			return failed(flight.problem(error, false, this.account));
		} finally {
			flight.land();
		}
	}

	/**
	 * Gets a file that an answer points to and hands it to `use`.
	 * The key goes along only to what lies below the base URL, and never to where that redirects.
	 * @param left of the seconds, where others were spent on it before
	 * @param use must read it: it is closed afterwards
	 */
	async download<T>(
		address: string,
		seconds: number,
		left: number,
		use: (source: Source) => Promise<T>,
	): Promise<Outcome<T>> {
		const flight = this.flights.start(seconds, LOOK_SECONDS, left);
		try {
			const { baseUrl } = this.account;
			const first = resolveAddress(address, baseUrl);
			const ask = async (url: URL) =>
				url.href === first.href && isBelow(url, baseUrl)
					? await this.authenticated({ ...streamed(flight), method: 'GET', url: url.href }, flight)
					: await this.anonymous(url, flight);
			return succeeded(
				await flight.during(first, async () => {
					const source = await openSource(first, ask, (url) => checkAddress(url, baseUrl));
					closeAtEnd(source.content, flight);
					flight.goesOn();
					return await use({ ...source, goesOn: () => flight.goesOn() });
				}),
			);
		} catch (error) {
			return failed(flight.problem(error, true, this.account));
		} finally {
			flight.land();
		}
	}

	/** A file that went in, once more; undefined where it cannot be had or is too large to be held. */
	async read(ref: FileRef, seconds: number): Promise<Buffer | undefined> {
		const flight = this.flights.start(seconds);
		try {
			return await readAll((await this.outgoing.open(ref, flight)).content, LARGEST_COPY);
		} catch {
			return undefined;
		} finally {
			flight.land();
		}
	}

	private async anonymous(url: URL, flight: PendingRequest): Promise<IN8nHttpFullResponse> {
		return await this.context.helpers.httpRequest({
			...streamed(flight),
			method: 'GET',
			url: url.href,
			// A compressed file would come with the length of its compressed form.
			headers: { 'accept-encoding': 'identity' },
		});
	}

	private async authenticated(options: IHttpRequestOptions, flight: PendingRequest): Promise<IN8nHttpFullResponse> {
		return await sendAuthorized(this.context, this.account, options, flight.signal);
	}

	private async optionsOf(
		{ method = 'POST', path, query, json, form }: ApiRequest,
		flight: PendingRequest,
	): Promise<IHttpRequestOptions> {
		const body = form ? await this.outgoing.fill(form, flight) : json && (await this.outgoing.write(json, flight));
		const isWritten = typeof body === 'string' || Buffer.isBuffer(body);
		return {
			...streamed(flight),
			method,
			url: `${this.account.baseUrl}${path}`,
			qs: query,
			headers: { accept: 'application/json', ...(isWritten ? { 'content-type': 'application/json' } : {}) },
			body,
		};
	}
}

/** The whole answer is wanted, whatever its status, and as a stream: so its end and its size are ours to judge. */
const streamed = ({ signal, seconds }: PendingRequest) => ({
	encoding: 'stream' as const,
	returnFullResponse: true as const,
	ignoreHttpStatusErrors: true,
	// The key would go along to wherever a redirect points.
	disableFollowRedirect: true,
	abortSignal: signal,
	// Later than our own deadline, which also covers the answer's body and knows when this process was busy.
	timeout: seconds * 2000 + 60_000,
});

/** Each piece gives the next as much time. */
async function* goingOn(bytes: Bytes, flight: PendingRequest): AsyncGenerator<Uint8Array> {
	for await (const piece of bytes) {
		yield piece;
		flight.goesOn();
	}
}

const isWell = ({ statusCode }: IN8nHttpFullResponse): boolean => statusCode >= 200 && statusCode < 300;

const isEvents = (response: IN8nHttpFullResponse): boolean =>
	isWell(response) && /event-stream/i.test(String(response.headers['content-type']));

/** The bytes decide, whatever type they are declared to have: words are no file, and a sound is no JSON. */
const isFile = (response: IN8nHttpFullResponse, body: Buffer): boolean =>
	isWell(response) &&
	(kindOf(body) !== undefined || (!/json|text\//i.test(String(response.headers['content-type'])) && !isText(body)));
