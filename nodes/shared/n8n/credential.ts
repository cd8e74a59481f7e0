import type { ServiceContext } from './context';
import { createHash } from 'crypto';
import type { ICredentialsDecrypted, ILoadOptionsFunctions } from 'n8n-workflow';
import { readBaseUrl, readKey } from '../core/account';
import { InputError } from '../core/problem';
import { secretOf, type Secret } from './secret';

/** What the node knows of the credential: where to send to, and what must never be seen. */
export interface Account extends Secret {
	/** Without a slash at its end. */
	readonly baseUrl: string;
	readonly host: string;
	/** Tells accounts apart without telling their keys. */
	readonly id: string;
	/** The credential itself, for n8n's client; as it was checked. */
	readonly credential: ICredentialsDecrypted & { readonly data: { readonly apiKey: string; readonly baseUrl: string } };
}

/** @throws InputError when there is no credential, or it holds no key or address */
export async function readAccount(
	context: Pick<ServiceContext | ILoadOptionsFunctions, 'getCredentials'>,
): Promise<Account> {
	const { baseUrl: pastedUrl, apiKey } = await decrypt(context);
	const baseUrl = readBaseUrl(pastedUrl);
	const key = readKey(apiKey);
	return {
		baseUrl,
		host: new URL(baseUrl).host,
		id: createHash('sha256').update(key).digest('hex').slice(0, 16),
		credential: { id: '', name: '', type: 'deepInfraApi', data: { apiKey: key, baseUrl } },
		...secretOf(key),
	};
}

type WithCredentials = Pick<ServiceContext | ILoadOptionsFunctions, 'getCredentials'>;

async function decrypt(context: WithCredentials) {
	const given = await context.getCredentials('deepInfraApi').catch(notGiven);
	if (given instanceof InputError) throw given;
	return given;
}

function notGiven(error: unknown): InputError {
	const reason = error instanceof Error ? error.message : String(error);
	return new InputError(`The DeepInfra credential cannot be used: ${reason.slice(0, 300)}`, adviceFor(reason));
}

/** n8n says that it is not there, not chosen, not for this user, or cannot be decrypted. */
const adviceFor = (reason: string): string =>
	/decrypt|encryption/i.test(reason)
		? "n8n's encryption key is another one than before. Restore it, or open the credential and enter the API key anew."
		: 'It may have been deleted, or may not be shared with the owner of the workflow. Open the node and choose another DeepInfra credential, or create a new one.';
