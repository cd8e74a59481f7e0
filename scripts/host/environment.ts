/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import path from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** What npm tells its scripts about this project; in another folder it would misdirect npm. */
const OF_THIS_PROJECT = [
	/^npm_(package|lifecycle|command|execpath|node_execpath)/i,
	/^npm_config_(ignore_scripts|local_prefix|prefix|global|omit|include|only|production|workspaces?|dry_run)$/i,
	/^npm_config_(package_lock|package_lock_only|omit_lockfile_registry_resolved|save.*|install_strategy)$/i,
	/^INIT_CWD$/,
];

/** Settings of another n8n that this shell may hold, and what n8n must not see. */
const OF_ANOTHER_N8N = [
	/^(N8N|DB|EXECUTIONS|QUEUE|CREDENTIALS|NODES|WORKFLOWS|WEBHOOK|EXTERNAL|OFFLOAD|GENERIC|CODE)_/,
	/^(NODE_OPTIONS|NODE_PATH|NODE_ENV|DEEPINFRA_API_KEY|NODE_FUNCTION_ALLOW_.*)$/,
];

/** The environment for npm and n8n: the user's own (proxy, registry, PATH), cleared of what would disturb them. */
export function cleanEnvironment(
	from: Environment,
	nodeProgram: string,
	settings: Readonly<Record<string, string>> = {},
): Record<string, string> {
	const kept: Record<string, string> = {};
	for (const [name, value] of Object.entries(from)) {
		const disturbs = [...OF_THIS_PROJECT, ...OF_ANOTHER_N8N].some((pattern) => pattern.test(name));
		if (value !== undefined && !disturbs) kept[name] = value;
	}
	// Windows writes the name as Path.
	const pathName = Object.keys(kept).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
	kept[pathName] = [path.dirname(nodeProgram), kept[pathName]].filter(Boolean).join(path.delimiter);
	return { ...kept, ...settings };
}
