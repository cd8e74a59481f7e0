import type { IBinaryData } from 'n8n-workflow';
import type { FileKind, FileOut, Medium } from '../core/operation';
import { AnswerError, attempt, failed, SourceError, succeeded, withId, type Outcome } from '../core/problem';
import { callUntilAnswered, type CallContext } from '../engine/call';
import type { Door } from '../engine/gate';
import { throughDoor } from '../engine/lane';
import type { FileNames } from '../media/fileName';
import { isOfMedium, isText, kindFrom, kindOf } from '../media/kind';
import type { ServiceContext } from './context';
import { storageWords } from './http/cause';
import { connectionFailure, failure, limited, readWhole, type Source } from './http/source';
import { isStream } from './http/stream';
import type { Transport } from './http/transport';

/** Getting a file again costs nothing, so this does not follow the user's limit; all tries together follow Timeout. */
const DOWNLOAD_RETRIES = 4;

/** Bytes of one of the files that are put together. */
const LARGEST_PART = 256 * 1024 * 1024;

type UrlFile = Extract<FileOut, { readonly url: string }>;

/** Whose file it is, and how long getting it may take. */
interface Origin {
	readonly item: number;
	readonly names: FileNames;
	readonly seconds: number;
	/** Whether it stood in the API's own response, where a file may be a text as well. */
	readonly isRaw: boolean;
	readonly requestId: string | undefined;
	readonly medium?: Medium;
}

/** Puts the files of answers into n8n's storage. What goes wrong with one of them is told, never thrown. */
export class FileKeeper {
	constructor(
		private readonly context: ServiceContext,
		private readonly transport: Transport,
		private readonly run: CallContext,
		private readonly door: Door,
	) {}

	async store(file: FileOut, origin: Origin): Promise<Outcome<IBinaryData>> {
		const stored = await ('url' in file ? this.fetch(file, origin) : this.keep(file, origin));
		return stored.ok ? stored : failed(withId(stored.problem, origin.requestId));
	}

	/** @returns a problem when n8n's storage is at fault */
	async write(content: Source['content'], fileName: string, mimeType: string): Promise<Outcome<IBinaryData>> {
		try {
			return succeeded(await this.context.helpers.prepareBinaryData(content, fileName, mimeType));
		} catch (error) {
			return failed({
				kind: 'storage',
				message: error instanceof SourceError ? error.message : storageWords(error, 'write'),
			});
		}
	}

	private async keep(file: FileOut, { item, names, seconds, isRaw, medium }: Origin): Promise<Outcome<IBinaryData>> {
		const bytes = await this.hold(file, seconds);
		if (!bytes.ok) return bytes;
		const known = 'kind' in file ? file.kind : undefined;
		const kind = attempt(() => {
			const found = kindOfResult(bytes.value, known, isRaw);
			requireMedium(bytes.value, found, isRaw ? undefined : medium);
			return found;
		});
		if (!kind.ok) return kind;
		return await this.write(bytes.value, names.claim(item, kind.value.extension), kind.value.mimeType);
	}

	/** A file in memory. */
	private async hold(file: FileOut, seconds: number): Promise<Outcome<Buffer>> {
		if ('bytes' in file) return succeeded(file.bytes);
		if ('url' in file) {
			return await this.download(file, seconds, async (source) => succeeded(await readWhole(source, LARGEST_PART)));
		}
		const parts: Buffer[] = [];
		for (const each of file.parts) {
			const part = await this.hold(each, seconds);
			if (!part.ok) return part;
			parts.push(part.value);
		}
		return attempt(() => file.compose(parts));
	}

	/** Streams a file into the storage; its answer is paid for already, so it is tried again as often as it takes. */
	private async fetch(file: UrlFile, { item, names, seconds, isRaw, medium }: Origin): Promise<Outcome<IBinaryData>> {
		let name: string | undefined;
		return await this.download(file, seconds, async (source) => {
			const { kind, url, head } = source;
			const isRight = attempt(() => requireMedium(head, kind, isRaw ? undefined : medium));
			if (!isRight.ok) return isRight;
			const guarded = limited(source);
			name ??= names.claim(item, kind.extension);
			const stored = await this.write(guarded, name, kind.mimeType);
			// What n8n says of a stream that broke off is not about its storage.
			const broken = isStream(guarded) ? guarded.errored : undefined;
			if (!stored.ok && broken) throw connectionFailure(url, broken);
			return stored;
		});
	}

	private async download<T>(
		{ url, accept }: UrlFile,
		seconds: number,
		use: (source: Source) => Promise<Outcome<T>>,
	): Promise<Outcome<T>> {
		const { clock, signal } = this.run;
		let left = seconds;
		const get = async () => {
			const since = clock.now();
			const got = await this.transport.download(url, seconds, left, async (source) => {
				const { head, kind } = source;
				if (isText(head)) throw failure(source.url, `it gives a text: ${quote(head)}`, 'once');
				const accepted = attempt(() => accept?.(kind));
				return accepted.ok ? await use(source) : accepted;
			});
			left -= (clock.now() - since) / 1000;
			return got;
		};
		const passage = throughDoor<Outcome<T>>(this.door, signal);
		const rules = { maxRetries: DOWNLOAD_RETRIES, seconds, isWhole: true } as const;
		const { outcome } = await callUntilAnswered(get, rules, passage, this.run);
		return outcome.ok ? outcome.value : outcome;
	}
}

/** By its bytes; else by what is known of it. @throws AnswerError for what is no file */
function kindOfResult(bytes: Buffer, known: FileKind | undefined, isRaw: boolean): FileKind {
	if (bytes.length === 0) throw new AnswerError('DeepInfra answered with an empty file');
	if (!isRaw && isText(bytes))
		throw new AnswerError(`DeepInfra answered with a text instead of a file: ${quote(bytes)}`);
	return known ?? kindFrom(bytes, undefined);
}

/** @throws AnswerError for a file of another kind than the task makes */
function requireMedium(bytes: Uint8Array, kind: FileKind, medium: Medium | undefined): void {
	if (medium === undefined || isOfMedium(bytes, kind.mimeType, medium)) return;
	const wanted = { image: 'a picture', audio: 'a sound', video: 'a video' }[medium];
	const came = kindOf(bytes)?.mimeType ?? `something that is no ${kind.mimeType}`;
	throw new AnswerError(`DeepInfra answered with ${came} instead of ${wanted}`);
}

const quote = (bytes: Buffer): string => bytes.toString('utf8', 0, 200).replace(/\s+/g, ' ').trim().slice(0, 80);
