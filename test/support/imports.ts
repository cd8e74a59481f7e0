/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Import {
	/** Below the folder, such as `shared/core/values.ts`. */
	readonly file: string;
	/** A file below the folder, or the name of a package. */
	readonly target: string;
	readonly isPackage: boolean;
	readonly isType: boolean;
	/** Loaded when it is needed. */
	readonly isLater: boolean;
}

/** What the files of a folder import, read from their text. */
export function readImports(folder: string): Import[] {
	return readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.flatMap((file): Import[] => {
			const text = readFileSync(path.join(folder, file), 'utf8');
			const imported = (target: string, isType: boolean, isLater: boolean): Import => {
				const isPackage = !target.startsWith('.');
				return { file, target: isPackage ? target : fileAt(folder, file, target), isPackage, isType, isLater };
			};
			const atOnce = text.matchAll(/^(?:import|export) (type )?[^;]*? from '([^']+)';/gm);
			const later = text.matchAll(/\b(?:import|require)\(\s*'([^']+)'\s*,?\s*\)/g);
			return [
				...[...atOnce].map(([, type, target = '']) => imported(target, type !== undefined, false)),
				...[...later].map(([, target = '']) => imported(target, false, true)),
			];
		});
}

function fileAt(folder: string, file: string, target: string): string {
	const base = path.join(path.dirname(file), target);
	return existsSync(path.join(folder, `${base}.ts`)) ? `${base}.ts` : path.join(base, 'index.ts');
}

/** Files that import each other in a circle, as the path along it; undefined where there is none. */
export function findCircle(imports: ReadonlyArray<Pick<Import, 'file' | 'target'>>): string[] | undefined {
	const targets = new Map<string, string[]>();
	for (const { file, target } of imports) targets.set(file, [...(targets.get(file) ?? []), target]);
	const done = new Set<string>();
	const walk = (file: string, way: readonly string[]): string[] | undefined => {
		if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
		if (done.has(file)) return undefined;
		for (const target of targets.get(file) ?? []) {
			const circle = walk(target, [...way, file]);
			if (circle) return circle;
		}
		done.add(file);
		return undefined;
	};
	for (const file of targets.keys()) {
		const circle = walk(file, []);
		if (circle) return circle;
	}
	return undefined;
}

/** The rooms that each room may know besides itself; the order of names is that of the longest match. */
export type Rooms = Readonly<Record<string, readonly string[]>>;

/** The room of a file: the deepest folder that the table names. @throws for a file in none */
export function roomOf(rooms: Rooms, file: string): string {
	const found = Object.keys(rooms)
		.filter((room) => file === room || file.startsWith(`${room}/`))
		.sort((a, b) => b.length - a.length)[0];
	if (found === undefined) throw new Error(`${file} is in no room that the table knows`);
	return found;
}

/** The imports that lead where their room must not look. */
export const wrongArrows = (rooms: Rooms, imports: ReadonlyArray<Pick<Import, 'file' | 'target'>>): string[] =>
	imports.flatMap(({ file, target }) => {
		const from = roomOf(rooms, file);
		const to = roomOf(rooms, target);
		return from === to || rooms[from]?.includes(to) ? [] : [`${file} -> ${target}`];
	});
