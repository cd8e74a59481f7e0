import type { NodeContext } from './context';
import { createHash } from 'crypto';
import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { cleanKey } from '../core/values';
import { InputError } from '../core/problem';

/** What the node knows of the credential: where to send to, and what must never be seen. */
export interface Account {
	/** Without a slash at its end. */
	readonly baseUrl: string;
	readonly host: string;
	/** Tells accounts apart without telling their keys. */
	readonly id: string;
	/** A text without the API key, wherever a service may have put it. */
	redact(text: string): string;
}

const DEFAULT_URL = 'https://api.deepinfra.com';

/** @throws InputError when the base URL is no web address */
export async function readAccount(context: NodeContext | ILoadOptionsFunctions): Promise<Account> {
	const { baseUrl, apiKey } = await context.getCredentials('deepInfraApi');
	const given = typeof baseUrl === 'string' && baseUrl.trim() !== '' ? baseUrl.trim() : DEFAULT_URL;
	const url = URL.canParse(given) ? new URL(given) : undefined;
	if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username) {
		throw new InputError(
			"The 'Base URL' in the DeepInfra credential is not a web address",
			`Enter ${DEFAULT_URL} there, or the address of your proxy.`,
		);
	}
	const key = cleanKey(apiKey);
	if (key === '')
		throw new InputError(
			'The DeepInfra credential has no API key',
			'Open the credential and paste a key from https://deepinfra.com/dash/api_keys.',
		);
	return {
		baseUrl: url.href.replace(/\/+$/, ''),
		host: url.host,
		id: createHash('sha256').update(key).digest('hex').slice(0, 16),
		redact: (text) => (text.includes(key) ? text.replaceAll(key, '[API key]') : text),
	};
}
