/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { NODE_MAJOR_FOR_N8N, NODE_VERSION, places } from './places';

/** The npm package that holds Node itself for this kind of machine. */
export const nodePackage = (platform: string, architecture: string): string =>
	`node-${platform === 'win32' ? 'win' : platform}-${architecture}`;

export const needsOwnNode = (version: string): boolean =>
	Number.parseInt(version.replace(/^v/, ''), 10) < NODE_MAJOR_FOR_N8N;

/** The Node that n8n runs on: this machine's when it is new enough. */
export interface NodeForN8n {
	readonly version: string;
	readonly program: string;
	/** Set when it comes from the npm registry. */
	readonly fromPackage?: string;
	/** Where its C headers are, for compiling add-ons; unknown for the machine's own Node. */
	readonly headers?: string;
}

export function chooseNode(): NodeForN8n {
	const { version, execPath, platform, arch } = process;
	if (!needsOwnNode(version)) return { version: version.replace(/^v/, ''), program: execPath };
	const fromPackage = nodePackage(platform, arch);
	const folder = path.join(places.modules, fromPackage);
	const program = path.join(folder, 'bin', platform === 'win32' ? 'node.exe' : 'node');
	return { version: NODE_VERSION, program, fromPackage, headers: folder };
}

/** npm's own program file, to be run by any Node. */
export function findNpm(): string {
	const given = process.env.npm_execpath;
	if (given !== undefined && /npm-cli\.c?js$/.test(given) && existsSync(given)) return given;
	const folder = path.dirname(process.execPath);
	const candidates = [
		path.join(folder, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
		path.join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
	];
	return candidates.find((candidate) => existsSync(candidate)) ?? candidates[0] ?? '';
}
