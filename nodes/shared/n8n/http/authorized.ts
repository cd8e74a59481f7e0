import type { IHttpRequestOptions, ILoadOptionsFunctions, IN8nHttpFullResponse } from 'n8n-workflow';
import type { ServiceContext } from '../context';
import type { Account } from '../credential';

/**
 * Sends with the key through n8n's own client. The credential goes along as it was read at the start: n8n would read it
 * from its database and decrypt it for each request (docs/n8n.md#credentials), and a key that changes meanwhile would
 * not be hidden.
 * @param signal ends the request; n8n takes it from the context that it is called on
 * @returns the answer's JSON, or all of it where the options ask for that
 */
export async function sendAuthorized<T = IN8nHttpFullResponse>(
	context: ServiceContext | ILoadOptionsFunctions,
	{ credential }: Partial<Pick<Account, 'credential'>>,
	options: IHttpRequestOptions,
	signal?: AbortSignal,
): Promise<T> {
	const caller: typeof context =
		signal === undefined ? context : Object.create(context, { getExecutionCancelSignal: { value: () => signal } });
	return await context.helpers.httpRequestWithAuthentication.call(caller, 'deepInfraApi', options, {
		credentialsDecrypted: credential,
		// A key that is refused would be sent a second time (docs/n8n.md#requests).
		preAuthenticationRetryStatusCode: [],
	});
}
