/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { parseArgs } from 'node:util';
import { readPort } from './host/checks';
import { Failure } from './host/failure';

const EDITOR_PORT = 5678;

export interface Choices {
	/** Run the demo, then end; else leave the editor running. */
	readonly exit: boolean;
	readonly port: number;
	/** Whether the user named the port: then it must be that one. */
	readonly portGiven: boolean;
	readonly apiKey?: string;
}

export function readChoices(
	args: readonly string[],
	environment: Readonly<Record<string, string | undefined>>,
): Choices {
	const parsed = parseOrNothing(args);
	if (parsed === undefined) {
		throw new Failure(
			`these arguments are not known: ${args.join(' ')}`,
			'The only one is --port, as in: npm start -- --port 5680',
		);
	}
	const given = parsed.values.port ?? (environment.N8N_PORT || undefined);
	const key = environment.DEEPINFRA_API_KEY?.trim();
	return {
		exit: parsed.values.exit ?? false,
		port: given === undefined ? EDITOR_PORT : readPort(given),
		portGiven: given !== undefined,
		...(key ? { apiKey: key } : {}),
	};
}

function parseOrNothing(args: readonly string[]) {
	try {
		return parseArgs({ args: [...args], options: { exit: { type: 'boolean' }, port: { type: 'string' } } });
	} catch {
		return undefined;
	}
}
