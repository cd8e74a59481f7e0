import { own } from '../core/values';
import type { Words } from './words';

const networkWords: Readonly<Record<string, (host: string) => Words>> = {
	ENOTFOUND: (host) => ({
		message: `The address ${host} was not found`,
		description: "Check the 'Base URL' in the DeepInfra credential, and that n8n's machine can resolve names (DNS).",
	}),
	EAI_AGAIN: (host) => ({
		message: `The address ${host} could not be looked up (DNS did not answer)`,
		description: "Check the network and DNS of n8n's machine, then run the workflow again.",
	}),
	ECONNREFUSED: (host) => ({
		message: `${host} refuses the connection`,
		description: "Check the 'Base URL' in the DeepInfra credential and that a firewall or proxy lets n8n through.",
	}),
	ECONNRESET: (host) => ({
		message: `${host} closed the connection before answering`,
		description:
			'Run the workflow again. If it stays, a proxy or firewall between n8n and DeepInfra may cut connections.',
	}),
};

/** @param code of Node or the TLS library */
export function explainNetwork(code: string, message: string, host: string): Words {
	const known =
		own(networkWords, code) ?? (code === 'EPIPE' || code === 'ERR_SOCKET_CLOSED' ? networkWords.ECONNRESET : undefined);
	if (known) return known(host);
	if (/wrong version number|packet length too long/i.test(message)) {
		return {
			message: `${host} does not speak HTTPS`,
			description:
				"If it is a proxy of yours without a certificate, the 'Base URL' in the DeepInfra credential begins with http://.",
		};
	}
	if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|EPROTO/.test(code)) {
		return {
			message: `No secure connection to ${host}: ${message.trim()}`,
			description:
				"The certificate was not accepted. Check the 'Base URL', the clock of n8n's machine, and whether a proxy replaces certificates.",
		};
	}
	if (code === 'ETIMEDOUT') {
		return {
			message: `${host} cannot be reached: the connection timed out`,
			description: "Check the network of n8n's machine and whether a firewall blocks the way to DeepInfra.",
		};
	}
	if (code === 'ERR_INVALID_URL') {
		return { message: `${host} is no address`, description: "Check the 'Base URL' in the DeepInfra credential." };
	}
	return {
		message: `No connection to ${host}: ${message}`,
		description: "Check the network of n8n's machine and that a firewall or proxy lets n8n through.",
	};
}
