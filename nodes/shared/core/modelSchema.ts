export type FieldKind = 'string' | 'number' | 'integer' | 'boolean' | 'enum' | 'list' | 'object' | 'file' | 'any';
export type Choice = string | number | boolean;

/** One input of a model, as far as its schema can be understood. */
export interface SchemaField {
	/** As the API calls it. */
	readonly name: string;
	/** For people: the name in Title Case. */
	readonly label: string;
	readonly description: string;
	readonly kind: FieldKind;
	/** What one of `any` kind may be, where that is known. */
	readonly kinds?: readonly FieldKind[];
	readonly required: boolean;
	readonly nullable: boolean;
	readonly default?: unknown;
	/** What an `enum` may be. */
	readonly values?: readonly Choice[];
	readonly min?: number;
	readonly max?: number;
	readonly exclusiveMin?: number;
	readonly exclusiveMax?: number;
	readonly maxLength?: number;
	readonly minItems?: number;
	readonly maxItems?: number;
	/** What a list is made of. */
	readonly items?: SchemaField;
}

export interface ModelSchema {
	/** In the order of the schema. */
	readonly fields: readonly SchemaField[];
	readonly byName: ReadonlyMap<string, SchemaField>;
	/** Whether the model takes fields that its schema does not name. */
	readonly allowsUnknown: boolean;
}
