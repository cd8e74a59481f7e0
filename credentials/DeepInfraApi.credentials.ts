import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';
import { cleanKey } from '../nodes/shared/core/values';

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
		},
	];

	authenticate = async (
		{ apiKey }: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		return { ...requestOptions, headers: { ...requestOptions.headers, Authorization: `Bearer ${cleanKey(apiKey)}` } };
	};

	/** This route refuses a missing or wrong key; others answer without one (docs/api.md#auth). */
	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ $credentials.baseUrl.trim().replace(/\\/+$/, "") }}',
			url: '/v1/me',
		},
	};
}
