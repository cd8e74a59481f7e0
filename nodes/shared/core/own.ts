/** An entry of a record whose key comes from outside: never what every object inherits, such as `constructor`. */
export const own = <V>(record: Readonly<Record<string, V>>, key: string): V | undefined =>
	Object.hasOwn(record, key) ? record[key] : undefined;
