import type { NodeContext } from './context';
import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Finished } from '../engine/assemble';
import { callUntilAnswered, type CallContext } from '../engine/call';
import { AnswerError, attempt, failed, succeeded, type Outcome, type Problem } from '../core/problem';
import { filesOf } from '../media/find';
import type { FileKind, FileOut } from '../core/operation';
import { kindFrom, kindOf } from '../media/kind';
import type { Transport } from './http/transport';
import { toJson } from './json';
import { openDownload, type Download } from './http/download';
import { bytesOf, readAll } from './http/stream';

/** Getting a file again costs nothing, so this does not follow the user's limit. */
const DOWNLOAD_RETRIES = 4;

/** One of the files that are put together. */
const LARGEST_PART = 256 * 1024 * 1024;

type UrlFile = Extract<FileOut, { readonly url: string }>;

/** How long a link that an agent passes on can be opened. */
const LINK_LIFE = '1 day';

/** Where an output goes and how long getting its files may take. */
export interface Place {
	readonly item: number;
	/** Binary field for its file; more files get this name and a number. */
	readonly fieldName: string;
	/** Names of files, without an ending. */
	readonly fileName: string;
	readonly seconds: number;
	/** Whether the input item's own fields and files stay beside the result. */
	readonly keepsInput: boolean;
	/** The field that the result goes into; empty: beside the others. */
	readonly resultField: string;
}

/** Makes items of outputs, their files stored as n8n stores binary data. */
export class ItemMaker {
	constructor(
		private readonly context: NodeContext,
		private readonly transport: Transport,
		private readonly run: CallContext,
	) {}

	async make(output: Finished, place: Place): Promise<Outcome<INodeExecutionData>> {
		const taken = attempt(() => filesOf(output, place.fieldName));
		if (!taken.ok) return taken;
		const { json, files } = taken.value;
		const binary: Record<string, IBinaryData> = {};
		for (const [name, file] of Object.entries(files)) {
			const stored = await this.store(file, place);
			if (!stored.ok) return stored;
			binary[name] = stored.value;
		}
		for (const [name, { text, extension, mimeType }] of Object.entries(output.texts ?? {})) {
			const fileName = `${place.fileName}.${extension}`;
			const written = typeof text === 'string' ? text : text.write(await this.transport.read(text.over, place.seconds));
			binary[name] = await this.context.helpers.prepareBinaryData(Buffer.from(written), fileName, mimeType);
		}
		const made = Object.values(binary);
		const links = this.isTool && made.length > 0 ? { files: made.map((each) => this.link(each)) } : {};
		return succeeded(this.besideInput(toJson({ ...json, ...links }), binary, place));
	}

	/** The result as an item; what it keeps of its input is shared with it, not copied. */
	private besideInput(
		result: IDataObject,
		files: Record<string, IBinaryData>,
		{ item, keepsInput, resultField }: Place,
	): INodeExecutionData {
		const input = keepsInput && !this.isTool ? this.context.getInputData()[item] : undefined;
		const own = resultField === '' ? result : { [resultField]: result };
		const binary = { ...input?.binary, ...files };
		return {
			json: { ...input?.json, ...own },
			pairedItem: { item },
			...(Object.keys(binary).length > 0 ? { binary } : {}),
		};
	}

	private get isTool(): boolean {
		// Newer agents run their tools as nodes of a type that n8n makes of ours, older ones as a call.
		const isTyped = this.context.getNode().type.endsWith('Tool');
		return isTyped || ('isToolExecution' in this.context && this.context.isToolExecution());
	}

	/** n8n gives an agent the JSON alone (docs/n8n.md#tools), so it gets a link to the file, or a word that there is one. */
	private link(file: IBinaryData): { fileName?: string; mimeType: string; url?: string; note?: string } {
		const { fileName, mimeType } = file;
		try {
			return { fileName, mimeType, url: this.context.helpers.createBinarySignedUrl(file, LINK_LIFE) };
		} catch {
			// It cannot where n8n keeps files in memory.
			return {
				fileName,
				mimeType,
				note: 'The file was made, but this n8n keeps files in memory and has no link to them.',
			};
		}
	}

	private async store(file: FileOut, place: Place): Promise<Outcome<IBinaryData>> {
		if ('url' in file) return await this.fetch(file, place);
		const bytes = await this.hold(file, place);
		return bytes.ok ? succeeded(await this.keep(bytes.value, file.kind, place)) : bytes;
	}

	/** A file in memory. */
	private async hold(file: FileOut, place: Place): Promise<Outcome<Buffer>> {
		if ('bytes' in file) return succeeded(file.bytes);
		if ('url' in file) {
			return await this.download(file, place, async (content) => await readAll(bytesOf(content), LARGEST_PART));
		}
		const parts: Buffer[] = [];
		for (const each of file.parts) {
			const part = await this.hold(each, place);
			if (!part.ok) return part;
			parts.push(part.value);
		}
		return attempt(() => file.compose(parts));
	}

	private async keep(bytes: Buffer, known: FileKind | undefined, { fileName }: Place): Promise<IBinaryData> {
		const { mimeType, extension } = kindOf(bytes) ?? known ?? kindFrom(bytes, undefined);
		return await this.context.helpers.prepareBinaryData(bytes, `${fileName}.${extension}`, mimeType);
	}

	/** Streams a file into the storage; its answer is paid for already, so it is tried again as often as it takes. */
	private async fetch(file: UrlFile, place: Place): Promise<Outcome<IBinaryData>> {
		return await this.download(file, place, async (content, { mimeType, extension }) => {
			const name = `${place.fileName}.${extension}`;
			return await this.context.helpers.prepareBinaryData(content, name, mimeType);
		});
	}

	private async download<T>(
		{ url, accept }: UrlFile,
		{ seconds }: Place,
		use: (content: Download['content'], kind: FileKind) => Promise<T>,
	): Promise<Outcome<T>> {
		const get = async () =>
			await this.transport.download(url, seconds, async (response) => {
				const { content, kind, isPage } = await openDownload(response);
				if (isPage) throw new AnswerError(`its address gives ${kind.mimeType}`);
				const accepted = attempt(() => accept?.(kind));
				return accepted.ok ? succeeded(await use(content, kind)) : accepted;
			});
		const { outcome } = await callUntilAnswered(get, DOWNLOAD_RETRIES, this.run);
		if (outcome.ok) return outcome.value;
		if (outcome.problem.kind === 'stopped') return outcome;
		return failed({ kind: 'download', message: shortReason(outcome.problem) });
	}
}

function shortReason(problem: Problem): string {
	if (problem.kind === 'status') return `status ${problem.status}`;
	if (problem.kind === 'timeout') return `it took longer than ${problem.seconds} seconds`;
	return 'message' in problem ? problem.message : problem.kind;
}
