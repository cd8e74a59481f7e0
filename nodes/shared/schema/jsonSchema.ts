import { isDict } from '../core/answer';
import { Exact, exactOf, isAtLeast, isAtMost } from '../core/exact';
import type { Dict } from '../core/operation';
import { readAmount, readDate } from './amounts';
import { pointer } from './reference';

/**
 * The part of JSON Schema that is used to describe data: types, properties, items, enum, const, anyOf, oneOf, allOf,
 * OpenAPI's nullable, limits of numbers, texts and lists, patterns that are dates, and references within the schema.
 * What is not understood is not checked.
 */
export interface Fit {
	/** The value as it fits: amounts and dates in words read, what is absent null. */
	readonly value: unknown;
	/** What does not fit, in words that a model understands; empty when all does. */
	readonly faults: readonly string[];
}

/** How many values are looked at, those that are tried against several alternatives counted for each: more than a model writes. */
const MOST_LOOKS = 100_000;

/** Choices and names that are told to the model. */
const MOST_SHOWN = 50;

/** How deep schemas may refer and values may nest. */
const DEEPEST = 40;

/** Fits a value to a schema, as far as that needs no guess. A value that may be absent may be null. */
export function fitToSchema(schema: unknown, value: unknown): Fit {
	return new Fitter(isDict(schema) ? schema : {}).fit(schema, value, '', 0);
}

const fits = (value: unknown): Fit => ({ value, faults: [] });
const misfit = (value: unknown, place: string, words: string): Fit => ({
	value,
	faults: [`${place || 'the answer'}: ${words}`],
});

const show = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80);

function showSome(values: readonly unknown[]): string {
	const more = values.length > MOST_SHOWN ? ` and ${values.length - MOST_SHOWN} more` : '';
	return `${values.slice(0, MOST_SHOWN).map(show).join(', ')}${more}`;
}

/** What puts a rule together of others. */
const COMBINING = ['allOf', 'anyOf', 'oneOf'] as const;

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

class Fitter {
	private looks = 0;
	private readonly choices = new WeakMap<readonly unknown[], Choices>();
	private readonly referredBy: (reference: unknown) => unknown;

	constructor(root: Dict) {
		this.referredBy = pointer(root);
	}

	fit(schema: unknown, value: unknown, place: string, depth: number): Fit {
		const rule = this.resolve(schema);
		if (!rule || ++this.looks > MOST_LOOKS || depth > DEEPEST) return fits(value);
		if (value === null && rule.nullable === true) return fits(null);
		if (!COMBINING.some((name) => Array.isArray(rule[name]))) return this.fitPlain(rule, value, place, depth);
		const { allOf, anyOf, oneOf, ...own } = rule;
		let so = this.fitPlain(own, value, place, depth);
		const takeOver = (next: Fit) => (so = { value: next.value, faults: [...so.faults, ...next.faults] });
		for (const part of listOf(allOf)) takeOver(this.fit(part, so.value, place, depth + 1));
		for (const options of [listOf(anyOf), listOf(oneOf)])
			if (options.length > 0) takeOver(this.fitAny(options, so.value, place, depth));
		return so;
	}

	/** What a rule says itself, without what it is combined of. */
	private fitPlain(rule: Dict, value: unknown, place: string, depth: number): Fit {
		if ('const' in rule && !same(rule.const, value)) return misfit(value, place, `must be ${show(rule.const)}`);
		if (Array.isArray(rule.enum)) return this.fitEnum(rule.enum, value, place);
		return this.fitType(rule, value, place, depth);
	}

	/** The first alternative that fits; else the faults of the one with the fewest. */
	private fitAny(options: readonly unknown[], value: unknown, place: string, depth: number): Fit {
		const all = options.map((option) => this.fit(option, value, place, depth + 1));
		const exact = all.find((each) => each.faults.length === 0 && same(each.value, value));
		const fewest = [...all].sort((a, b) => a.faults.length - b.faults.length)[0];
		return exact ?? fewest ?? fits(value);
	}

	/** Looked up: there may be thousands, for thousands of values. */
	private choicesOf(allowed: readonly unknown[]): Choices {
		let known = this.choices.get(allowed);
		if (!known) {
			const words = allowed.filter((each) => isPlain(each) && each !== null).reverse();
			const exact = allowed.flatMap((each) => (each instanceof Exact ? each.digits : []));
			known = {
				all: new Set([...allowed, ...exact]),
				byWords: new Map(words.map((each) => [plain(String(each)), each])),
			};
			this.choices.set(allowed, known);
		}
		return known;
	}

	private fitEnum(allowed: readonly unknown[], value: unknown, place: string): Fit {
		const known = this.choicesOf(allowed);
		if (isPlain(value) ? known.all.has(value) : allowed.some((each) => same(each, value))) return fits(value);
		const near = isPlain(value) ? known.byWords.get(plain(String(value))) : undefined;
		if (near !== undefined) return fits(near);
		return misfit(value, place, `is ${show(value)}, but must be one of ${showSome(allowed)}`);
	}

	private fitType(rule: Dict, value: unknown, place: string, depth: number): Fit {
		const types = typesOf(rule);
		if (types.length === 0)
			return isDict(value) && isDict(rule.properties) ? this.fitObject(rule, value, place, depth) : fits(value);
		if (value === null && types.includes('null')) return fits(null);
		const exact = types.some(isNumeric) && !types.includes('string') ? exactOf(value) : undefined;
		if (exact) return checkExact(rule, exact, place);
		const type = types.find((each) => isOfType(each, value));
		const read = type === undefined ? readAs(types, value) : value;
		const known = type ?? types.find((each) => read !== undefined && isOfType(each, read));
		if (known === undefined)
			return misfit(value, place, `is ${show(value)}, but must be ${describeTypes(rule, types)}`);
		if (known === 'object' && isDict(read)) return this.fitObject(rule, read, place, depth);
		if (known === 'array' && Array.isArray(read)) return this.fitList(rule, read, place, depth);
		if (typeof read === 'number') return checkNumber(rule, read, place);
		return typeof read === 'string' ? fitText(rule, read, place) : fits(read);
	}

	private fitObject(rule: Dict, value: Dict, place: string, depth: number): Fit {
		const properties = isDict(rule.properties) ? rule.properties : {};
		const required = new Set<unknown>(Array.isArray(rule.required) ? rule.required : []);
		const faults: string[] = [];
		const others = new Map(Object.entries(value).filter(([name]) => !Object.hasOwn(properties, name)));
		const alike = new Map([...others.keys()].reverse().map((name) => [plainName(name), name]));
		/** The value of that name, or of one that is written another way. */
		const take = (name: string): unknown => {
			if (Object.hasOwn(value, name)) return value[name];
			const other = alike.get(plainName(name));
			if (other === undefined) return undefined;
			alike.delete(plainName(name));
			others.delete(other);
			return value[other];
		};
		const entries = Object.entries(properties).map(([name, inner]): [string, unknown] => {
			const where = place === '' ? name : `${place}.${name}`;
			const said = take(name);
			const given = typeof said === 'string' && isAbsent(said) && !this.takesWord(inner, said) ? null : said;
			if (given === undefined || given === null) {
				if (required.has(name) && !this.takesNull(inner)) faults.push(`${where}: is missing`);
				return [name, null];
			}
			const found = this.fit(inner, given, where, depth + 1);
			for (const fault of found.faults) faults.push(fault);
			return [name, found.value];
		});
		if (rule.additionalProperties === false && others.size > 0)
			faults.push(`${place || 'the answer'}: must not have ${showSome([...others.keys()])}`);
		// Object.fromEntries would take `__proto__` for a name like any other, as it is here.
		return { value: Object.fromEntries([...entries, ...others]), faults };
	}

	private fitList(rule: Dict, list: readonly unknown[], place: string, depth: number): Fit {
		const entries = list.map((each, index) => this.fit(rule.items, each, `${place}[${index}]`, depth + 1));
		const faults = entries.flatMap((each) => each.faults);
		const { minItems, maxItems } = rule;
		if (typeof minItems === 'number' && list.length < minItems)
			faults.push(`${place}: must have at least ${minItems} entries`);
		if (typeof maxItems === 'number' && list.length > maxItems)
			faults.push(`${place}: must have at most ${maxItems} entries`);
		return { value: entries.map((each) => each.value), faults };
	}

	private takesNull(schema: unknown, known = new Map<Dict, boolean>()): boolean {
		return this.takes(schema, known, (rule) => {
			if (rule.nullable === true) return true;
			if ('const' in rule) return rule.const === null;
			if (!this.combines(rule, (inner) => this.takesNull(inner, known))) return false;
			const types = typesOf(rule);
			return types.length === 0 ? !Array.isArray(rule.enum) || rule.enum.includes(null) : types.includes('null');
		});
	}

	/** Whether a word such as "unknown" is a value there, and not how a model says that there is none. */
	private takesWord(schema: unknown, word: string, known = new Map<Dict, boolean>()): boolean {
		return this.takes(schema, known, (rule) => {
			if ('const' in rule) return rule.const === word;
			if (Array.isArray(rule.enum)) return this.choicesOf(rule.enum).byWords.has(plain(word));
			if (!this.combines(rule, (inner) => this.takesWord(inner, word, known))) return false;
			const types = typesOf(rule);
			return types.length === 0 || (types.includes('string') && rule.format !== 'date');
		});
	}

	/** Each rule is judged once, however often it is referred to; one that holds itself takes whatever else it takes. */
	private takes(schema: unknown, known: Map<Dict, boolean>, judge: (rule: Dict) => boolean): boolean {
		const rule = this.resolve(schema);
		if (!rule) return true;
		const before = known.get(rule);
		if (before !== undefined) return before;
		known.set(rule, true);
		const judged = judge(rule);
		known.set(rule, judged);
		return judged;
	}

	/** Whether all parts of a rule take something, and of its alternatives one. */
	private combines({ allOf, anyOf, oneOf }: Dict, takes: (inner: unknown) => boolean): boolean {
		return (
			listOf(allOf).every(takes) &&
			[listOf(anyOf), listOf(oneOf)].every((some) => some.length === 0 || some.some(takes))
		);
	}

	private resolve(schema: unknown, depth = 0): Dict | undefined {
		if (!isDict(schema)) return undefined;
		if (typeof schema.$ref !== 'string') return schema;
		if (depth > DEEPEST) return undefined;
		return this.resolve(this.referredBy(schema.$ref), depth + 1);
	}
}

/** A name without what some write as `full_name`, others as `fullName` or "Full name". */
export const plainName = (name: string): string =>
	name
		.normalize('NFC')
		.toLowerCase()
		.replace(/[\s_-]+/g, '') || name;

/** The choices of an enum, also by their words: of two with the same ones the first. */
interface Choices {
	readonly all: ReadonlySet<unknown>;
	readonly byWords: ReadonlyMap<string, unknown>;
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;
const plain = (text: string) => text.trim().toLowerCase();
const same = (a: unknown, b: unknown): boolean =>
	a === b || (!(isPlain(a) && isPlain(b)) && JSON.stringify(a) === JSON.stringify(b));

const typesOf = ({ type }: Dict): string[] => [type].flat().filter((each): each is string => typeof each === 'string');

function isOfType(type: string, value: unknown): boolean {
	switch (type) {
		case 'integer':
			return Number.isInteger(value);
		case 'number':
			return typeof value === 'number' && Number.isFinite(value);
		case 'array':
			return Array.isArray(value);
		case 'object':
			return isDict(value);
		case 'null':
			return value === null;
		default:
			return typeof value === type;
	}
}

/** What a model writes where there is no number, no date. */
const isAbsent = (text: string): boolean =>
	/^(|n\.?\/?a\.?|null|none|nil|unknown|not (given|stated|specified|available|mentioned|provided)|[-–—]+)$/i.test(
		text.trim(),
	);

const TRUE = ['true', 'yes'];
const FALSE = ['false', 'no'];

/** What a value of another type can only mean; undefined where that is a guess. */
function readAs(types: readonly string[], value: unknown): unknown {
	for (const type of types) {
		if (isNumeric(type) && typeof value === 'string') {
			const amount = readAmount(value);
			if (amount !== undefined && (type === 'number' || Number.isInteger(amount))) return amount;
		}
		if (type === 'boolean' && typeof value === 'string') {
			if (TRUE.includes(plain(value))) return true;
			if (FALSE.includes(plain(value))) return false;
		}
		if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return String(value);
		if (type === 'array' && (typeof value === 'string' || isDict(value))) return value === '' ? [] : [value];
		if (type === 'null' && value === '') return null;
	}
	return undefined;
}

const isNumeric = (type: string): boolean => type === 'number' || type === 'integer';

/** A whole number that JavaScript would change stays the text of its digits. */
function checkExact({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Dict, exact: Exact, place: string): Fit {
	if (isBound(minimum) && !isAtLeast(exact, minimum))
		return misfit(exact.digits, place, `must be at least ${shown(minimum)}`);
	if (isBound(maximum) && !isAtMost(exact, maximum))
		return misfit(exact.digits, place, `must be at most ${shown(maximum)}`);
	if (isBound(exclusiveMinimum) && isAtMost(exact, exclusiveMinimum))
		return misfit(exact.digits, place, `must be above ${shown(exclusiveMinimum)}`);
	if (isBound(exclusiveMaximum) && isAtLeast(exact, exclusiveMaximum))
		return misfit(exact.digits, place, `must be below ${shown(exclusiveMaximum)}`);
	return fits(exact.digits);
}

const isBound = (value: unknown): value is number | Exact => typeof value === 'number' || value instanceof Exact;
const shown = (bound: number | Exact): string => (bound instanceof Exact ? bound.digits : String(bound));

const describeTypes = (rule: Dict, types: readonly string[]): string =>
	types
		.map((type) =>
			type === 'string' && rule.format === 'date' ? 'a date as YYYY-MM-DD' : `a ${type}`.replace('a null', 'null'),
		)
		.join(' or ');

function checkNumber(
	{ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Dict,
	value: number,
	place: string,
): Fit {
	if (typeof minimum === 'number' && value < minimum) return misfit(value, place, `must be at least ${minimum}`);
	if (typeof maximum === 'number' && value > maximum) return misfit(value, place, `must be at most ${maximum}`);
	if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum)
		return misfit(value, place, `must be above ${exclusiveMinimum}`);
	if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum)
		return misfit(value, place, `must be below ${exclusiveMaximum}`);
	return fits(value);
}

function fitText({ format, minLength, maxLength }: Dict, value: string, place: string): Fit {
	if (format === 'date') {
		const date = readDate(value);
		return date === undefined
			? misfit(value, place, `is ${show(value)}, but must be a date as YYYY-MM-DD`)
			: fits(date);
	}
	if (typeof minLength === 'number' && value.length < minLength)
		return misfit(value, place, `must have at least ${minLength} characters`);
	if (typeof maxLength === 'number' && value.length > maxLength)
		return misfit(value, place, `must have at most ${maxLength} characters`);
	return fits(value);
}

/** The value with no more than the schema names, where it names properties. */
export function pick(schema: unknown, value: unknown): unknown {
	if (!isDict(schema)) return value;
	if (Array.isArray(value)) return value.map((each) => pick(schema.items, each));
	const { properties } = schema;
	if (!isDict(value) || !isDict(properties)) return value;
	const named = Object.entries(properties).flatMap(
		([name, inner]): Array<[string, unknown]> => (Object.hasOwn(value, name) ? [[name, pick(inner, value[name])]] : []),
	);
	return Object.fromEntries(named);
}
