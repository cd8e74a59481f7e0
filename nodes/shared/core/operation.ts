import type { Field, FileRef, InputOf } from './fields';
import type { ModelSchema } from './modelSchema';
import type { Problem } from './problem';
import type { Steps } from './steps';

/** In bytes. */
export const MEGABYTE = 1024 * 1024;

export type Dict = Record<string, unknown>;

/** One request to the API. `undefined` entries are left out. */
export interface ApiRequest {
	readonly method?: 'GET' | 'POST' | 'DELETE';
	/** Starts with a slash, already encoded; always below the credential's base URL. */
	readonly path: string;
	readonly query?: Readonly<Record<string, string>>;
	/** May hold an InlineFile (core/request.ts) at any depth. */
	readonly json?: Dict;
	/** Sent as multipart/form-data: strings raw, files as file parts, several under one name as a part each. */
	readonly form?: Readonly<Record<string, string | FileRef | readonly FileRef[]>>;
	/** What the end of the run says about how it was asked; not sent. */
	readonly note?: string;
	/** What may be left at the service when no answer comes, and what to do about it; not sent. */
	readonly remains?: string;
}

/** What people see or hear of a file. */
export type Medium = 'image' | 'audio' | 'video';

/** What a file is, by its bytes or as its sender declares it. */
export interface FileKind {
	readonly mimeType: string;
	readonly extension: string;
}

/**
 * A file that came out: bytes at hand, a place from which the engine downloads it,
 * or what `compose` makes of several such files, held in memory. Both functions may throw AnswerError.
 */
export type FileOut =
	| {
			readonly bytes: Buffer;
			/** What it is, where that is known better than its bytes tell. */
			readonly kind?: FileKind;
	  }
	| {
			readonly url: string;
			/** Looks at what the file turns out to be, before it is stored. */
			accept?(kind: FileKind): void;
	  }
	| {
			readonly parts: readonly FileOut[];
			readonly kind?: FileKind;
			compose(parts: readonly Buffer[]): Buffer;
	  };

/**
 * A text file to attach. One that is made of a file that came in is written with its bytes: `write` gets them,
 * or nothing where they cannot be had again.
 */
export interface TextFile {
	readonly text: string | { readonly over: FileRef; readonly write: (bytes: Buffer | undefined) => Written };
	readonly extension: string;
	readonly mimeType: string;
}

/** `note`: what it lacks, for the end of the run. */
interface Written {
	readonly text: string;
	readonly note?: string;
}

type OutputType = 'string' | 'number' | 'integer' | 'boolean';

/** What a field of an output item holds: a value of a type, a list of such, or fields of its own (`name | null`: or null). */
export type OutputShape =
	| OutputType
	| `${OutputType} | null`
	| readonly [OutputShape]
	| { readonly [name: string]: OutputShape };

export interface Output {
	readonly json: Dict;
	/** Index of the input of this call that it came from; default 0. */
	readonly from?: number;
	/** Goes to the binary field that the user named. */
	readonly file?: FileOut;
	/** Text files to attach beside it, by binary field name. */
	readonly texts?: Readonly<Record<string, TextFile>>;
	/** What the end of the run says about it. */
	readonly note?: string;
	/** How to get it again, should its file not arrive. */
	readonly remains?: string;
	/** Why this part of the answer is none: its input fails, those that share the request do not. */
	readonly problem?: string;
	/** The same where it had a request of its own, which failed. */
	readonly failure?: Problem;
}

/** What the catalogue says about a model, as far as it could be had. */
export interface ModelFacts {
	/** Who answers: the model itself, that of a deployment, or the one that replaced it. */
	readonly name?: string;
	/** The catalogue's own, such as "tools". */
	readonly tags?: readonly string[];
	readonly maskToken?: string;
	/** What the model takes; unknown where the catalogue does not say. */
	readonly schema?: ModelSchema;
	/** Which of the operation's `forms` is asked for, from 0. */
	readonly form?: number;
	/** Tokens that input and output may have together. */
	readonly contextLength?: number;
	/** How many pages the file of `pagesOf` has; undefined for one that has none, such as a picture. */
	readonly pages?: number;
}

/** A question that follows an answer. */
export interface NextRequest {
	readonly request: ApiRequest;
	/** Seconds that go by before it. */
	readonly wait: number;
	/** What a user has to know when no answer comes: how to get what is paid for. */
	readonly remains?: string;
	/** Takes back what the question before left behind, should this one be refused: then nothing remains. */
	readonly undo?: ApiRequest;
	/** Whether the answer before is a result already, which this one is to mend: where none comes that can be read, that one stands. */
	readonly isOptional?: boolean;
}

/** The items of a run as the lines of files, of which each is asked about as one: work that is done later, and cheaper. */
export interface GatherOf<I extends object> {
	/** Lines and bytes that one file may have. */
	readonly most: { readonly lines: number; readonly bytes: number };
	/** The share of the usual price that it costs. */
	readonly priceShare: number;
	/** What an item is called, of which no two may be called the same. @throws InputError */
	nameOf(input: I, item: number): string;
	/** The lines that ask an equal request of several items; one of them stands for as many items as it can name. */
	lines(request: ApiRequest, askers: ReadonlyArray<Asker<I>>): ReadonlyArray<GatheredLine>;
	/** Asks about a file of lines; the operation's `next` and `items` do the rest, for the first of its items. */
	send(lines: FileRef, inputs: Inputs<I>): ApiRequest;
}

/** An item that asks. */
export interface Asker<I extends object> {
	readonly item: number;
	readonly name: string;
	readonly input: I;
}

export interface GatheredLine {
	readonly line: Dict;
	/** The items that it asks for. */
	readonly items: readonly number[];
}

/** A file of JSON lines at the service that belongs to an answer. */
export interface LineFile {
	/** A route of the API. */
	readonly path: string;
	/** What stands for it where it cannot be had; left out: the item fails. */
	readonly otherwise?: readonly LineOutput[];
}

/** One of the outputs that the lines of files come to. */
export interface LineOutput {
	/** Its place among all of them. */
	readonly at: number;
	/** What it is called, with which a failure's words begin. */
	readonly name: string;
	readonly json?: Dict;
	/** Why it is none. */
	readonly failure?: Problem;
	/** What the end of the run says about it. */
	readonly note?: string;
	/** The service's own answer, which says what it cost. */
	readonly answer?: Dict;
	/** Whether another output has paid for it. */
	readonly isReused?: boolean;
}

/** Reads the files that belong to one answer, one after the other: it knows what it has read. */
export interface LineReader {
	/** The next file, once all before it were read; undefined at the end. */
	next(): LineFile | undefined;
	/** What a line comes to; one that is no JSON object is its text. Must not throw: one line is not the others' fault. */
	read(line: Dict | string): readonly LineOutput[];
	/** What to ask when all is read, such as that the files are deleted. */
	readonly after: readonly ApiRequest[];
}

/** An answer that comes as events: what they have to say at once, and what they are together. */
export interface StreamOf {
	/** Asks for events instead of a whole answer. */
	request(request: ApiRequest): ApiRequest;
	/** The text that an event brings; empty for one that brings none. */
	piece(event: Dict): string;
	/** The same for all events of one stream in turn, without what the model only thinks. */
	pieces(): (event: Dict) => string;
	/** The same of a whole answer. */
	text(answer: Dict): string;
	/** The answer as it would have come in one piece. */
	whole(events: readonly Dict[]): Dict;
	/** Whether nothing of what came is missing, although the stream does not say that it is done. */
	isComplete(events: readonly Dict[]): boolean;
	/** An event with its pieces of texts changed; `place` tells apart the texts that grow. */
	change(event: Dict, by: (piece: string, place: string) => string): Dict;
	/** An event that brings one more piece of such a text. */
	more(place: string, piece: string): Dict;
}

/** The inputs of one call, never empty, so `([input]) => …` needs no check. */
export type Inputs<I> = readonly [I, ...I[]];

/**
 * One task of the API: data, and two pure functions.
 * Both throw InputError or AnswerError (core/problem.ts) for what the user or the API got wrong.
 */
export interface Operation<I extends object = Dict> {
	readonly resource: string;
	readonly value: string;
	readonly name: string;
	readonly action: string;
	readonly description: string;
	/** DeepInfra's task names whose models the picker offers. */
	readonly tasks: readonly string[];
	/** What an output item holds, for n8n's editor before the first run; what every `usage` has need not be said. */
	readonly outputFields?: Readonly<Record<string, OutputShape>>;
	readonly fields: readonly Field[];
	/** Seconds that one request may take unless the user says otherwise; default 300. */
	readonly timeout?: number;
	/** The same for one input that needs more. */
	patience?(input: I): number | undefined;
	/** Items that differ in `over` alone share a request, up to `max` of them. Left out: one item, one request. */
	readonly batch?: { readonly over: keyof I & string; readonly max: number };
	/** What its files are: one that turns out to be something else is no result. */
	readonly makes?: Medium;
	/** What is the same in all outputs of inputs that differ in the batch's `over` alone, in words; one that differs is none. */
	alike?(json: Dict): string;
	/** Bytes that its answer may have; default 64 MB. A larger one is refused before it is read to its end. */
	readonly largestAnswer?: number;
	/** Whether `request` wants to know what the catalogue says about the model. */
	readonly usesFacts?: true;
	/** Whether it only reads the catalogue, which is free: no usage, no check against the model's schema. */
	readonly isFree?: true;
	/** Whether its answers hold personal data: then no error quotes a body, whatever it is. */
	readonly isPersonal?: true;
	/**
	 * What the body of an answer is, when it is no JSON object: a bare array, which `items` gets as `rows`,
	 * or a file, as `bytes` (a Buffer) with its `mimeType`. Or it is a `job`: an object whose `status` is the job's,
	 * so that a job that failed is an answer, too.
	 */
	readonly answer?: 'rows' | 'bytes' | 'job';
	/** Whether its result is the API's own response, as when 'Simplify' is off. */
	readonly isRaw?: true;
	/** The file of which `split` and `request` want to know how many pages it has (`facts.pages`). */
	pagesOf?(input: I): FileRef;
	/**
	 * Whether an equal request gets an equal answer, so that it is paid once; left out: never.
	 * @param sent as the model takes it: what it does not know cannot make it repeat itself
	 */
	isDeterministic?(sent: ApiRequest): boolean;
	/**
	 * One input as several, each answered on its own and put together by `join`. Asked again once the facts are known.
	 * In steps (core/steps.ts) where that takes long.
	 */
	split?(input: I, facts: ModelFacts): readonly I[] | Generator<void, readonly I[]>;
	/** Or asks for more: inputs whose outputs are joined in their turn, instead of the first ones. */
	join?(outputs: readonly Output[], input: I): readonly Output[] | { readonly ask: readonly I[] };
	/**
	 * Whether each part is a result of its own, so that one which fails costs the others nothing: then `join` gets an
	 * output with its `failure` in its place.
	 */
	isApart?(input: I): boolean;
	/**
	 * Puts the outputs of items that differ in the batch's `over` alone in an order of their own, and may leave some out.
	 * `from` says whose an output is: the position among `inputs`.
	 */
	merge?(outputs: readonly Output[], inputs: Inputs<I>): readonly Output[];
	/** How many ways there are to put the request, best first; `request` is told which in `facts.form`. Default 1. */
	readonly forms?: number;
	/** Whether a failure means that the model does not take this form, so that the next one is worth asking in. */
	isFormRefused?(problem: Problem): boolean;
	request(inputs: Inputs<I>, facts: ModelFacts): ApiRequest;
	/**
	 * What to ask after an answer that is not the result yet: for a job's state, or to mend what does not fit.
	 * Everything asked for one result is billed to it.
	 * @param asked how many questions have followed the first
	 * @param sent the first
	 */
	next?(answer: Dict, inputs: Inputs<I>, asked: number, sent: ApiRequest): NextRequest | undefined;
	/** What several answers are together, of which each is a page of the result. */
	whole?(answers: Inputs<Dict>): Dict;
	/** Whether all items of a run become the lines of files: then `request` makes what stands in a line. */
	readonly gather?: GatherOf<I>;
	/** Reads the files that an answer leads to, instead of `items`: they may be larger than memory. @throws as `items` */
	openLines?(answer: Dict, inputs: Inputs<I>): LineReader;
	/** The tasks of one input, where it chooses among several; left out: `tasks`. */
	tasksOf?(input: Dict): readonly string[];
	/** How the answer comes piece by piece, where the workflow hands pieces on. */
	readonly stream?: StreamOf;
	/** What an agent gets of a result whose whole would be too much to read. */
	briefly?(json: Dict): Dict;
	/** @param sent the request as the model took it, without what it does not know */
	items(answer: Dict, inputs: Inputs<I>, sent?: ApiRequest): Output[] | Steps<Output[]>;
}

/** The contract with the input type forgotten, which is all the engine needs. (Pick compares shapes, not variance.) */
export type AnyOperation = Pick<Operation, keyof Operation>;

/** Checks an operation against its own fields; the object itself is returned untouched. */
export function defineOperation<const F extends readonly Field[]>(
	operation: Operation<InputOf<F>> & { readonly fields: F },
): Operation<InputOf<F>> {
	return operation;
}
