import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';
import { readBaseUrl, readKey } from '../nodes/shared/core/account';

const BASE_URL = "Check the 'Base URL': it is https://api.deepinfra.com unless you reach DeepInfra through a proxy.";
const REDIRECTED =
	"The 'Base URL' redirects to another address. Enter that address: the key is never sent on to another one.";
const LATER = "DeepInfra cannot answer at the moment. This is on DeepInfra's side: test the credential again later.";

const OTHER = "Something else than DeepInfra's API answers at this address";

/** What n8n says when it tests the credential, by the status of the answer. */
const TEST_ANSWERS: Readonly<Record<number, string>> = {
	400: `DeepInfra does not understand this request. ${BASE_URL}`,
	401: 'DeepInfra does not accept the API key. Paste a valid key from https://deepinfra.com/dash/api_keys.',
	402: 'The DeepInfra account has no balance or payment method. Add one at https://deepinfra.com/dash/billing.',
	403: 'The API key may not do this. Paste a key from https://deepinfra.com/dash/api_keys that is not limited.',
	404: `DeepInfra's API is not at this address. ${BASE_URL}`,
	405: `DeepInfra's API is not at this address. ${BASE_URL}`,
	407: 'A proxy between n8n and DeepInfra wants a login of its own. Set it up for n8n, then test again.',
	408: LATER,
	425: LATER,
	429: 'DeepInfra is receiving too many requests. The key may be right: test it again in a minute.',
};

/** All that HTTP, gateways and web servers have names for: of another status n8n would show its own bare words. */
const STATUSES = [
	[300, 308],
	[400, 451],
	[494, 499],
	[500, 530],
	[561, 561],
	[598, 599],
].flatMap(([from = 0, to = 0]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));

function testAnswer(status: number): string {
	if (status < 400) return REDIRECTED;
	return TEST_ANSWERS[status] ?? (status < 500 ? `${OTHER} (status ${status}). ${BASE_URL}` : LATER);
}

export class DeepInfraApi implements ICredentialType {
	name = 'deepInfraApi';

	displayName = 'DeepInfra API';

	icon: Icon = { light: 'file:../icons/deepinfra.svg', dark: 'file:../icons/deepinfra.dark.svg' };

	documentationUrl = 'https://github.com/n8n-nodes-deepinfra-ai/n8n-nodes-deepinfra-ai#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			hint: 'Create one at deepinfra.com/dash/api_keys',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.deepinfra.com',
			placeholder: 'e.g. https://api.deepinfra.com',
			description: 'Change it only when you reach DeepInfra through a proxy',
			// The one failure of the test for which n8n takes no words of a node (docs/n8n.md#credentials).
			hint: 'If the test says a code such as ECONNREFUSED or ENOTFOUND, nothing answers at this address',
		},
	];

	/** Also makes the address of the test what the node makes of it, and says in words what neither can use. */
	authenticate = async (
		{ apiKey, baseUrl }: ICredentialDataDecryptedObject,
		{ baseURL, ...request }: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => ({
		...request,
		...(baseURL === undefined ? {} : { baseURL: readBaseUrl(baseUrl) }),
		headers: { ...request.headers, Authorization: `Bearer ${readKey(apiKey)}` },
	});

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ $credentials.baseUrl || "https://api.deepinfra.com" }}',
			/** This route refuses a missing or wrong key; others answer without one (docs/api.md#auth). */
			url: '/v1/me',
			// The key would go along to wherever a redirect points.
			disableFollowRedirect: true,
		},
		rules: STATUSES.map((status) => ({
			type: 'responseCode' as const,
			properties: { value: status, message: testAnswer(status) },
		})),
	};
}
