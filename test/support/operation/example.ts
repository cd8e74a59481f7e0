import type { IBinaryData, IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { attempt } from '../../../nodes/shared/core/problem';
import { isNative as isNativeRequest } from '../../../nodes/shared/core/request';
import type { AnyOperation } from '../../../nodes/shared/core/operation';
import { fieldsOf } from '../../../nodes/shared/operations/fields';
import type { RecordedRequest } from '../../emulator';
import type { Engine } from '../engine/engine';
import { makePng, makeWav, sha256 } from '../files';
import { sentForm } from '../multipart';
import { inputFor } from '../operations';
import { modelId } from '../parameters';
import { envelope, type Reply, type SentRequest } from '../service';

/** An answer that is a file. */
export interface FileAnswer {
	readonly bytes: Buffer;
	readonly mimeType: string;
}

/** What an operation's own test file says about it, once; testOperation derives the rest. */
export interface Example {
	/** A model of the emulator that does the task and is not about to be replaced. None: the operation has no model. */
	readonly model?: string;
	/** Whether the model need not be told, since the service knows it. */
	readonly isModelOptional?: true;
	/** The least that the operation needs besides, as n8n stores it. */
	readonly parameters?: INodeParameters;
	/** The text parameter that must not be empty, where there is one. */
	readonly required?: string;
	/** Where that text stands, when it is no parameter by itself. */
	readonly placeText?: (text: string) => INodeParameters;
	/** Texts that the operation takes, all of them different; default English with a [MASK] in it. Each holds `case INDEX.` */
	readonly textOf?: (index: number) => string;
	/** The kind of the file that goes in. */
	readonly media?: 'image' | 'audio';
	/** Files that the operation takes, all of them different; default noise. */
	readonly mediaOf?: (index: number) => Buffer;
	/** What is asked as DeepInfra documents it, and what that is estimated to cost. */
	readonly request: ExampleRequest;
	/** The answer; on a native route the part that is the task's own. */
	readonly answer: IDataObject | readonly IDataObject[] | FileAnswer;
	/** Where the answer follows from the request (items that share one, a job's state). */
	readonly replyTo?: (request: SentRequest) => Reply;
	/** The paths of questions that follow the first, where there are any. */
	readonly follows?: RegExp;
	/** The json that comes of it, without its usage. Left out where files come out: the operation's own tests look at them. */
	readonly output?: IDataObject;
	/** The fields that come out beside files, for the output schema. */
	readonly fields?: IDataObject;
	/** What the usage says on a route that is not native. */
	readonly usage?: IDataObject;
	/** Output fields that are new with each request, such as a job's ID. */
	readonly unique?: readonly string[];
	/** Whether the emulator must know something first, such as the ID of a job: the operation's own tests run it there. */
	readonly needsState?: true;
	/** Odd values that are right answers in every field. */
	readonly takes?: readonly unknown[];
	/** Options that make answers repeatable, and keep apart items that would share a request. */
	readonly apart?: INodeParameters;
	/** DeepInfra's tasks whose models the picker lists. */
	readonly tasks?: readonly string[];
	/** Its own names, on which users' stored workflows depend, each a word. */
	readonly names: { readonly parameters: string; readonly options: string };
	/** The values that its dropdowns offer, by name, and which of them is set at first. */
	readonly values?: Readonly<Record<string, { readonly of: readonly string[]; readonly preset: unknown }>>;
}

export interface ExampleRequest {
	/** Default POST. */
	readonly method?: string;
	/** Default the native route of the model. */
	readonly path?: string;
	readonly query?: Readonly<Record<string, string>>;
	/** With these options. */
	readonly options?: INodeParameters;
	/** JSON, or the parts of a form; a file stands as its name. */
	readonly body?: IDataObject;
	/** USD, or the words why nobody can tell; left out where there is no dry run. */
	readonly estimate?: number | RegExp;
}

export const FILES = {
	image: { bytes: makePng(40, 20, 3), fileName: 'photo.png', mimeType: 'image/png' },
	audio: { bytes: makeWav(0.2), fileName: 'take.wav', mimeType: 'audio/wav' },
};

const TEXT = (index: number) => `case ${index}. I need [MASK] and a great win in Paris ${index * 7919}`;

/** An operation with its example, and what follows from both. */
export class Subject {
	readonly name: string;
	readonly model: string;
	readonly path: string;
	readonly isNative: boolean;
	/** Where it is asked with what only the native route can: itself, or one of its other forms. */
	readonly nativePath: string;
	/** Whether the first request of a run goes alone, to find out which form the model takes. */
	readonly goesAhead: boolean;
	/** Whether its answer is a JSON object, with something in it that is read. */
	readonly isJson: boolean;
	/** Whether files go in or come out. */
	readonly hasFiles: boolean;
	/** Whether two items ask for something else, so that they can be told apart. */
	readonly isDistinct: boolean;
	/** Whether each item has its own request, which is known by what it asks for. */
	readonly isSingle: boolean;
	private readonly hashes = new Map<string, number>();
	/** The file that goes in, where each engine keeps it. */
	private readonly stored = new WeakMap<Engine, IBinaryData>();

	constructor(
		readonly operation: AnyOperation,
		readonly example: Example,
	) {
		const { model, media, required, request } = example;
		this.name = `${operation.resource}: ${operation.value}`;
		this.model = model ?? '';
		this.path = request.path ?? `/v1/inference/${this.model}`;
		this.isNative = isNativeRequest({ path: this.path });
		this.nativePath = `/v1/inference/${this.model}`;
		this.goesAhead = (operation.forms ?? 1) > 1;
		this.isJson = operation.answer !== 'rows' && !Buffer.isBuffer(Object(example.answer).bytes);
		this.hasFiles = media !== undefined || example.output === undefined;
		this.isDistinct = media !== undefined || required !== undefined;
		this.isSingle = this.isDistinct && !operation.merge && example.follows === undefined;
	}

	/** Whether one of its forms is asked on its native route. */
	get hasNativeForm(): boolean {
		const input = inputFor(this.operation, this.parameters());
		const forms = Array.from({ length: this.operation.forms ?? 1 }, (_, form) =>
			attempt(() => this.operation.request([input], { form })),
		);
		return this.isNative || forms.some((each) => each.ok && isNativeRequest(each.value));
	}

	/** Whether the operation has a parameter. */
	has(name: string): boolean {
		return fieldsOf(this.operation).some((field) => field.name === name);
	}

	/** Whether the operation has an option. */
	hasOption(name: string): boolean {
		return this.options.some((option) => option.name === name);
	}

	/** What the screen calls its options. */
	get optionLabels(): string[] {
		return this.options.map(({ displayName }) => displayName);
	}

	private get options() {
		const options = this.operation.fields.find((field) => field.name === 'options')?.options ?? [];
		return options.flatMap((option) => ('displayName' in option ? [option] : []));
	}

	parameters(options: INodeParameters = {}): INodeParameters {
		const { resource, value } = this.operation;
		const model = this.example.model === undefined ? {} : { model: modelId(this.example.model) };
		// the input's own fields are in the way of looking at the result
		const others = this.has('includeOtherFields') ? { includeOtherFields: false } : {};
		return { resource, operation: value, ...model, ...others, ...this.example.parameters, options };
	}

	async items(engine: Engine, count = 1): Promise<INodeExecutionData[]> {
		const { media } = this.example;
		if (media === undefined) return Array.from({ length: count }, () => ({ json: {} }));
		const { bytes, fileName, mimeType } = FILES[media];
		const data = this.stored.get(engine) ?? (await engine.binary(bytes, fileName, mimeType));
		this.stored.set(engine, data);
		return Array.from({ length: count }, () => ({ json: {}, binary: { data: { ...data } } }));
	}

	/** An output without what is new with each request. */
	lasting(json: IDataObject): IDataObject {
		const { unique = [] } = this.example;
		return Object.fromEntries(Object.entries(json).filter(([name]) => !unique.includes(name)));
	}

	/** The parameters that put a text, or an expression, where the operation takes it. */
	withText(text: string): INodeParameters {
		const { required, placeText } = this.example;
		if (placeText) return placeText(text);
		return required === undefined ? {} : { [required]: text };
	}

	/** Whether n8n itself refuses to run without the text. */
	get isTextRequired(): boolean {
		return this.operation.fields.some(({ name, required }) => name === this.example.required && required === true);
	}

	/** With these, each of the distinct items is asked for on its own. */
	apart(options: INodeParameters = {}): INodeParameters {
		const { required, media, apart } = this.example;
		const byItem = required === undefined || media !== undefined ? {} : this.withText(`={{ $json.${required} }}`);
		return { ...this.parameters({ ...apart, ...options }), ...byItem };
	}

	/** An item unlike those of other indexes. */
	async distinctItem(engine: Engine, index: number): Promise<INodeExecutionData> {
		const { required, media, textOf = TEXT, mediaOf } = this.example;
		if (media === undefined) return { json: required === undefined ? {} : { [required]: textOf(index) } };
		const isImage = media === 'image';
		const noise = () =>
			isImage ? makePng(8 + (index % 20), 8 + Math.floor(index / 20), index + 1) : makeWav(0.1 + index / 1000);
		const bytes = mediaOf ? mediaOf(index) : noise();
		this.hashes.set(sha256(bytes), index);
		const data = isImage
			? await engine.binary(bytes, `photo-${index}.png`, 'image/png')
			: await engine.binary(bytes, `take-${index}.wav`, 'audio/wav');
		return { json: {}, binary: { data } };
	}

	async distinctItems(engine: Engine, count: number): Promise<INodeExecutionData[]> {
		const items: INodeExecutionData[] = [];
		for (let index = 0; index < count; index++) items.push(await this.distinctItem(engine, index));
		return items;
	}

	/** The distinct item that a request is for. */
	itemOf({ json, form, index }: RecordedRequest): number {
		const text = JSON.stringify(json) ?? '';
		const [, inline] = /base64,([A-Za-z0-9+/=]+)/.exec(text) ?? [];
		const hash =
			form?.find(({ filename }) => filename !== undefined)?.sha256 ?? (inline && sha256(Buffer.from(inline, 'base64')));
		const found = hash === undefined ? /case (\d+)\./.exec(text)?.[1] : this.hashes.get(hash);
		if (found === undefined) throw new Error(`Request ${index} is for no item`);
		return Number(found);
	}

	/** Whether a request is one that the operation makes, and none for the catalogue. */
	asks({ method, path }: { method: string; path: string }): boolean {
		const { request, follows } = this.example;
		const isOwn = path === this.path || (this.hasOption('modelVersion') && path === this.nativePath);
		return (method === (request.method ?? 'POST') && isOwn) || follows?.test(path) === true;
	}

	/** The whole answer, with what every answer of a native route carries. */
	get answer(): unknown {
		const { answer } = this.example;
		return this.isNative && this.isJson ? { ...answer, ...envelope } : answer;
	}

	/** The answer with some of its fields changed. */
	answerWith(changes: IDataObject): IDataObject {
		return { ...Object(this.answer), ...changes };
	}

	/** The names of the answer's own fields. */
	get answerFields(): string[] {
		return Object.keys(this.example.answer);
	}

	reply(request: SentRequest): Reply {
		const { answer, replyTo } = this.example;
		if (replyTo) return replyTo(request);
		if ('bytes' in answer && Buffer.isBuffer(answer.bytes)) {
			return { body: answer.bytes, contentType: String(answer.mimeType) };
		}
		return { body: JSON.stringify(this.answer) };
	}
}

/** What a request carried, as a dry run shows it: JSON, or the parts of a form, with a file as its name. */
export function bodyOf(request: SentRequest | undefined): { isForm: boolean; body: IDataObject | undefined } {
	if (request === undefined) throw new Error('There was no such request');
	if (request.headers['content-type']?.startsWith('multipart/')) {
		const { texts, files } = sentForm(request);
		const names = Object.entries(files).map(([name, { filename }]) => [name, filename]);
		return { isForm: true, body: { ...texts, ...Object.fromEntries(names) } };
	}
	if (request.body.length === 0) return { isForm: false, body: undefined };
	expect(request.headers['content-type']).toMatch(/^application\/json\b/);
	return { isForm: false, body: JSON.parse(namedFiles(request.body.toString())) };
}

/** A file inside JSON stands as its name. */
export function namedFiles(json: string): string {
	return Object.values(FILES).reduce((text, { bytes, fileName, mimeType }) => {
		const base64 = bytes.toString('base64');
		return text.replaceAll(`data:${mimeType};base64,${base64}`, fileName).replaceAll(base64, fileName);
	}, json);
}
