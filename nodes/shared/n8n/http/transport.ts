import { randomUUID } from 'crypto';
import type { NodeContext } from '../context';
import type { IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';
import type { FileRef } from '../../core/fields';
import { hasExact, writeJson } from '../../core/exact';
import { omit } from '../../core/values';
import type { AnyOperation, ApiRequest, Dict } from '../../core/operation';
import { failed, succeeded, type Outcome } from '../../core/problem';
import { interpret, type Received } from '../../engine/receive';
import { clock } from './clock';
import type { Account } from '../credential';
import { inlineFiles } from '../../core/request';
import { writeBody } from './body';
import { openFile, type OpenFile } from './files';
import { PendingRequests, type PendingRequest } from './deadline';
import { StreamingForm } from './form';
import { bytesOf, isStream, readAll } from './stream';

/** An answer in JSON that is larger than this is no answer to any task. */
const LARGEST_ANSWER = 256 * 1024 * 1024;

/** A file that is drawn into another one. */
const LARGEST_COPY = 32 * 1024 * 1024;

/** Sends requests with n8n's own client, so that its proxy, domain and address rules hold. The only file that sends. */
export class Transport {
	private readonly flights: PendingRequests;

	constructor(
		private readonly context: NodeContext,
		readonly account: Account,
		run: AbortSignal,
	) {
		this.flights = new PendingRequests(run);
	}

	/**
	 * Sends a request once.
	 * @param seconds after which it is given up
	 */
	async send(request: ApiRequest, seconds: number, kind?: AnyOperation['answer']): Promise<Outcome<Dict>> {
		const flight = this.flights.start(seconds);
		let hasBegun = false;
		try {
			const response = await this.authenticated(await this.optionsOf(request, flight), flight);
			hasBegun = true;
			const body = await readAll(bytesOf(response.body), LARGEST_ANSWER);
			if (kind === 'bytes' && isFile(response)) {
				return succeeded({ bytes: body, mimeType: String(response.headers['content-type'] ?? '') });
			}
			const text = body.toString('utf8');
			const { redact } = this.account;
			const received: Received = { status: response.statusCode, headers: response.headers, text, redact };
			const outcome = interpret(received, clock.now(), kind);
			return outcome.ok
				? succeeded(this.account.redactAnswer(outcome.value, text))
				: failed(this.account.redactProblem(outcome.problem));
		} catch (error) {
			return failed(flight.problem(error, hasBegun, this.account));
		} finally {
			flight.land();
		}
	}

	/**
	 * Gets a file that an answer points to and hands its stream to `use`.
	 * The key goes along only to the base URL's own origin, and never to where that redirects.
	 */
	async download<T>(
		address: string,
		seconds: number,
		use: (response: IN8nHttpFullResponse) => Promise<T>,
	): Promise<Outcome<T>> {
		const flight = this.flights.start(seconds);
		let hasBegun = false;
		try {
			const response = await this.get(address, flight);
			hasBegun = true;
			if (response.statusCode < 200 || response.statusCode >= 300) {
				return failed({ kind: 'status', status: response.statusCode, body: undefined });
			}
			return succeeded(await use(response));
		} catch (error) {
			const problem = flight.problem(error, hasBegun, this.account);
			// Getting a file costs nothing, so one that was cut off may be got again.
			return failed(problem.kind === 'cut' ? { ...problem, kind: 'network', code: 'ECONNRESET' } : problem);
		} finally {
			flight.land();
		}
	}

	/** A file that went in, once more; undefined where it cannot be had or is too large to be held. */
	async read(ref: FileRef, seconds: number): Promise<Buffer | undefined> {
		const flight = this.flights.start(seconds);
		try {
			return await readAll((await this.open(ref, flight)).content, LARGEST_COPY);
		} catch {
			return undefined;
		} finally {
			flight.land();
		}
	}

	private async get(address: string, flight: PendingRequest): Promise<IN8nHttpFullResponse> {
		const url = new URL(address, `${this.account.baseUrl}/`);
		if (url.origin !== new URL(this.account.baseUrl).origin) return await this.anonymous(url.href, flight);
		const response = await this.authenticated({ ...streamed(flight), method: 'GET', url: url.href }, flight);
		const { location } = response.headers;
		if (response.statusCode < 300 || response.statusCode >= 400 || typeof location !== 'string') return response;
		return await this.anonymous(new URL(location, url).href, flight);
	}

	private async anonymous(url: string, flight: PendingRequest): Promise<IN8nHttpFullResponse> {
		const options = omit(streamed(flight), 'disableFollowRedirect');
		// A compressed file would come with the length of its compressed form.
		return await this.context.helpers.httpRequest({
			...options,
			method: 'GET',
			url,
			headers: { 'accept-encoding': 'identity' },
		});
	}

	private async authenticated(options: IHttpRequestOptions, flight: PendingRequest): Promise<IN8nHttpFullResponse> {
		// n8n takes the signal from the context that it is called on, and that one knows no deadline.
		const caller: NodeContext = Object.create(this.context, {
			getExecutionCancelSignal: { value: () => flight.signal },
		});
		return await this.context.helpers.httpRequestWithAuthentication.call(caller, 'deepInfraApi', options);
	}

	private async optionsOf(
		{ method = 'POST', path, query, json, form }: ApiRequest,
		flight: PendingRequest,
	): Promise<IHttpRequestOptions> {
		const target = { ...streamed(flight), method, url: `${this.account.baseUrl}${path}`, qs: query };
		const headers = { accept: 'application/json' };
		if (form) return { ...target, headers, body: await this.fill(form, flight) };
		if (json === undefined) return { ...target, headers };
		const jsonHeaders = { ...headers, 'content-type': 'application/json' };
		if (inlineFiles(json).length > 0) {
			const body = await writeBody(json, async (ref) => await this.open(ref, flight));
			return { ...target, headers: jsonHeaders, body };
		}
		if (hasExact(json)) return { ...target, headers: jsonHeaders, body: writeJson(json, `${randomUUID()}:`) };
		// n8n drops an object without entries, but the API wants one.
		const isEmpty = Object.keys(json).length === 0;
		return isEmpty ? { ...target, headers: jsonHeaders, body: '{}' } : { ...target, headers, body: json };
	}

	private async fill(form: NonNullable<ApiRequest['form']>, flight: PendingRequest): Promise<StreamingForm> {
		const filled = new StreamingForm();
		for (const [name, value] of Object.entries(form)) {
			for (const part of typeof value === 'string' ? [value] : [value].flat()) {
				filled.append(name, typeof part === 'string' ? part : await this.open(part, flight));
			}
		}
		return filled;
	}

	private async open(ref: FileRef, flight: PendingRequest): Promise<OpenFile> {
		const file = await openFile(this.context, ref, async (url) => await this.anonymous(url, flight));
		const { content } = file;
		// A request that fails early leaves its file open otherwise.
		if (isStream(content)) flight.atEnd(() => content.destroy());
		return file;
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
	// A little later than our own deadline, which also covers the answer's body.
	timeout: seconds * 1000 + 2000,
});

const isFile = ({ statusCode, headers }: IN8nHttpFullResponse): boolean =>
	statusCode >= 200 && statusCode < 300 && !/json|text\//i.test(String(headers['content-type']));
