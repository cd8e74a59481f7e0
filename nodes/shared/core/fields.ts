import type { INodeProperties } from 'n8n-workflow';
import type { Exact } from './exact';

/**
 * A parameter exactly as n8n's documentation writes it, so that n8n's lint rules see it.
 * `orList`: an expression may give an array instead of one value; of files, several may be named.
 * `isList`: several values in a text by commas or lines, or as a JSON array.
 * `isExact`: a whole number of any size, whose digits an expression may give as text.
 * `isGuard`: once added it must have a value, since without one the run would do what it guards against.
 * `isRunWide`: holds for the run as a whole, so all items must give the same.
 * `isFieldName`: the name of a field that is put into the output.
 * `mostEntries`: entries of a list by commas or lines, or values of JSON: more than anybody wants to give, refused before it is read.
 */
export type Field = INodeProperties & { readonly [F in Exclude<(typeof OWN_FLAGS)[number], 'mostEntries'>]?: true } & {
	readonly mostEntries?: number;
};

/** What n8n does not know of a field. */
export const OWN_FLAGS = ['orList', 'isList', 'isExact', 'isGuard', 'isRunWide', 'isFieldName', 'mostEntries'] as const;

/** Keeps the literal types of a field that several operations share. Inside defineOperation no wrapper is needed. */
export const field = <const F extends Field>(definition: F): F => definition;

/** The fields in a collection. */
export const optionFields = ({ options = [] }: Pick<Field, 'options'>): Field[] =>
	options.flatMap((option) => ('type' in option ? [option] : []));

/** A file that goes in. `request` only places it; the transport opens it, so a retry can open it again. */
export type FileRef = (
	| { readonly file: 'binary'; readonly item: number; readonly value: unknown }
	/** The picture that is a page of a PDF; `page` counts from 1. */
	| { readonly file: 'page'; readonly of: FileRef; readonly page: number }
	| { readonly file: 'url'; readonly url: string }
	/**
	 * A file of JSON lines, written while it is sent, so that its length does not matter. A line may hold InlineFiles.
	 * `bytes`: what all lines have together, each with its line end.
	 */
	| {
			readonly file: 'lines';
			readonly name: string;
			readonly lines: ReadonlyArray<Readonly<Record<string, unknown>>>;
			readonly bytes: number;
	  }
) & {
	/** What it has to be; any other file is refused before it is sent. */
	readonly only?: 'audio' | 'image';
};

/** What n8n's resource mapper holds, as it is stored; `item` says whose files it may name. */
export interface Mapped {
	readonly stored: unknown;
	readonly item: number;
}

interface Plain {
	string: string;
	number: number;
	boolean: boolean;
	/** An object: other JSON is refused when it is read. */
	json: Readonly<Record<string, unknown>>;
	resourceLocator: string;
	options: string;
	multiOptions: string[];
	resourceMapper: Mapped;
}

/** One of a dropdown's values. */
type Chosen<O> = O extends { readonly value: infer V } ? V : never;

type Shown<F, V> = F extends { readonly displayOptions: object } ? V | undefined : V;

type ValueOf<F> = F extends { readonly orList: true; readonly typeOptions: { readonly binaryDataProperty: true } }
	? readonly FileRef[]
	: F extends { readonly orList: true; readonly type: 'json' }
		? Readonly<Record<string, unknown>> | readonly unknown[]
		: F extends {
					readonly type: 'fixedCollection';
					readonly options: readonly [{ readonly values: infer Fs extends readonly Field[] }];
			  }
			? { readonly values: ReadonlyArray<InputOf<Fs>> }
			: F extends { readonly orList: true }
				? string | readonly string[]
				: F extends { readonly isExact: true }
					? number | Exact
					: F extends { readonly typeOptions: { readonly binaryDataProperty: true } }
						? FileRef
						: F extends { readonly typeOptions: { readonly multipleValues: true }; readonly type: 'string' }
							? readonly string[]
							: F extends { readonly type: 'options'; readonly options: ReadonlyArray<infer O> }
								? Chosen<O>
								: F extends { readonly type: 'multiOptions'; readonly options: ReadonlyArray<infer O> }
									? ReadonlyArray<Chosen<O>>
									: F extends { readonly type: 'collection'; readonly options: infer Fs extends readonly Field[] }
										? Partial<InputOf<Fs>>
										: F extends { readonly type: infer T extends keyof Plain }
											? Plain[T]
											: unknown;

/**
 * The input an operation gets for one item, read off its fields. A field that is shown only sometimes may be undefined.
 * `never` when a name was widened to string, so that lost types fail loudly.
 */
export type InputOf<Fs extends readonly Field[]> = string extends Fs[number]['name']
	? never
	: { readonly [F in Fs[number] as F['name']]: Shown<F, ValueOf<F>> };
