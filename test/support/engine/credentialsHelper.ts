import type { PackageDirectoryLoader } from 'n8n-core';
import { ICredentialsHelper, NodeHelpers, isExpression } from 'n8n-workflow';
import type {
	ICredentialDataDecryptedObject,
	ICredentials,
	ICredentialType,
	IDataObject,
	IHttpRequestOptions,
	INode,
	INodeProperties,
	IRequestOptionsSimplified,
	IWorkflowExecuteAdditionalData,
	INodeCredentialsDetails,
	Workflow,
} from 'n8n-workflow';

function resolveValue(
	value: unknown,
	credentials: ICredentialDataDecryptedObject,
	workflow: Workflow,
	node: INode,
): string {
	if (typeof value !== 'string') throw new Error('A generic authentication holds texts only');
	if (!isExpression(value)) return value;
	const resolved = workflow.expression.getSimpleParameterValue(
		node,
		value,
		'internal',
		{ $credentials: credentials },
		undefined,
		'',
	);
	return resolved ? String(resolved) : '';
}

function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What n8n's own credentials helper does, on the package's credential classes and given values. */
export class EngineCredentialsHelper extends ICredentialsHelper {
	constructor(
		private readonly loader: PackageDirectoryLoader,
		private readonly values: Record<string, ICredentialDataDecryptedObject>,
	) {
		super();
	}

	getParentTypes(name: string): string[] {
		return this.typeOf(name).extends ?? [];
	}

	isCredentialUsableByNode(credentialType: string, nodeType: string): boolean {
		const type = this.typeOf(credentialType);
		return type.restrictToSupportedNodes !== true || (type.supportedNodes ?? []).includes(nodeType);
	}

	getCredentialsProperties(name: string): INodeProperties[] {
		return this.typeOf(name).properties;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		incoming: IHttpRequestOptions | IRequestOptionsSimplified,
		workflow?: Workflow,
		node?: INode,
	): Promise<IHttpRequestOptions> {
		const { authenticate } = this.typeOf(typeName);
		if (!('url' in incoming)) {
			// As older nodes of n8n's own ask.
			const url = 'uri' in incoming ? String(incoming.uri) : undefined;
			if (url === undefined || typeof authenticate !== 'function')
				throw new Error('Only httpRequest options are supported here');
			return await authenticate(credentials, { ...incoming, url });
		}
		if (authenticate === undefined) return incoming;
		if (typeof authenticate === 'function') return await authenticate(credentials, incoming);
		if (workflow === undefined || node === undefined) throw new Error('Expressions need the workflow and its node');
		const target: Record<string, unknown> = { ...incoming, headers: incoming.headers ?? {} };
		for (const [area, entries] of Object.entries(authenticate.properties)) {
			const current = target[area];
			const merged: IDataObject = isObject(current) ? { ...current } : {};
			for (const [key, value] of Object.entries(entries ?? {})) {
				merged[resolveValue(key, credentials, workflow, node)] = resolveValue(value, credentials, workflow, node);
			}
			target[area] = merged;
		}
		// n8n changes the options in place, and callers may look at them
		return Object.assign(incoming, target);
	}

	// No credential of this package has a preAuthentication step; one that gains it needs this written out.
	async preAuthentication(
		_helpers: unknown,
		_credentials: ICredentialDataDecryptedObject,
		typeName: string,
	): Promise<undefined> {
		return await this.runPreAuthentication(_helpers, _credentials, typeName);
	}

	async runPreAuthentication(
		_helpers: unknown,
		_credentials: ICredentialDataDecryptedObject,
		typeName: string,
	): Promise<undefined> {
		if (typeof this.typeOf(typeName).preAuthentication === 'function') {
			throw new Error(`${typeName} has a preAuthentication step, which this helper does not run`);
		}
		return undefined;
	}

	async getCredentials(): Promise<ICredentials> {
		throw new Error('Encrypted credentials are not kept here');
	}

	async getDecrypted(
		_additionalData: IWorkflowExecuteAdditionalData,
		_nodeCredentials: INodeCredentialsDetails,
		type: string,
	): Promise<ICredentialDataDecryptedObject> {
		const given = this.values[type];
		if (given === undefined) throw new Error(`No values were given for the credential ${type}`);
		const names = this.typeOf(type).properties.map(({ name }) => name);
		const unknown = Object.keys(given).filter((name) => !names.includes(name));
		if (unknown.length > 0) throw new Error(`The credential ${type} has no field ${unknown.join(', ')}`);
		const defaults = Object.fromEntries(this.typeOf(type).properties.map((field) => [field.name, field.default]));
		const resolved = NodeHelpers.getNodeParameters(
			this.typeOf(type).properties,
			JSON.parse(JSON.stringify({ ...defaults, ...given })),
			true,
			false,
			null,
			null,
		);
		return JSON.parse(JSON.stringify(resolved ?? {}));
	}

	async updateCredentials(): Promise<void> {
		throw new Error('The package never updates its credentials');
	}

	async updateCredentialsOauthTokenData(): Promise<void> {
		throw new Error('The package has no OAuth credentials');
	}

	private typeOf(name: string): ICredentialType {
		return this.loader.getCredential(name).type; // throws for an unknown name
	}
}
