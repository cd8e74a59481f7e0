import { errorText } from '../core/answer';
import { billOf, type Outcome, type Problem } from '../core/problem';
import type { Sign } from './breaker';
import { isUnreachable } from './retry';

/** Who shares a failure: everybody with this key and address, all items of a model, or all with these options. */
export type Scope = 'account' | 'model' | 'options';

/** Balance and payment refusals come with other statuses, too (docs/api.md#errors). */
export const isUnpaid = (status: number, said = ''): boolean =>
	[400, 402, 403, 429].includes(status) && /payment[ _](method|required)|spending limit|\bbalance\b/i.test(said);

export const isPage = (body: unknown): boolean =>
	typeof body === 'string' && /^\s*(<!doctype|<html|<\?xml|<h\d|<body)/i.test(body);

/** What a web framework says of itself when it has no such route; DeepInfra's words for a model are others. */
const NO_ROUTE =
	/^(404 )?(page )?not found[.!]?$|^method not allowed[.!]?$|^cannot (get|post|put|delete) \/|\b(unknown|invalid|unrecognized) (request )?(url|route|path|endpoint)\b|\bno (such )?route\b/i;

/** Whether it is the address that is not known, and not what was asked for there (docs/api.md#errors). */
export const isNoRoute = (body: unknown): boolean =>
	isPage(body) || NO_ROUTE.test(errorText(body)?.slice(0, 200) ?? '');

/** For whom a failure says that no other request can succeed; undefined where it is the request's own. */
export function hopelessFor(problem: Problem): Scope | undefined {
	if (problem.kind === 'network') return isWrongAddress(problem.code) ? 'account' : undefined;
	if (problem.kind !== 'status') return undefined;
	const { status, body } = problem;
	const said = errorText(body);
	if ([401, 402, 407].includes(status) || isUnpaid(status, said)) return 'account';
	if (status >= 300 && status < 400) return 'account';
	if (isBlocked(problem)) return undefined;
	if (status === 403) return said && !/model/i.test(said) ? 'account' : 'model';
	// There is no such route, so the base URL is wrong.
	if (status === 404) return isNoRoute(body) ? 'account' : 'model';
	if (status === 410) return 'model';
	// With a text, the model lacks a feature; without, the address is wrong.
	if (status === 405) return said && !isNoRoute(body) ? 'options' : 'account';
	return undefined;
}

const isWrongAddress = (code: string): boolean =>
	code === 'ENOTFOUND' ||
	code === 'ERR_INVALID_URL' ||
	/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|EPROTO/.test(code);

/** What the end of a request says about one of those that it has in common with others. */
export function signOf(outcome: Outcome<unknown>, scope: Scope): Sign {
	if (outcome.ok) return 'well';
	const { problem } = outcome;
	const shared = hopelessFor(problem);
	if (shared) {
		if (shared === scope) return 'hopeless';
		// A key that was looked at and taken is well, and so is a model that was found.
		return rank(shared) > rank(scope) ? 'well' : 'none';
	}
	if ((isUnreachable(problem) || isUnanswered(problem) || isBlocked(problem)) && billOf(problem) === 0)
		return scope === 'model' ? 'down' : 'none';
	// It was read and understood, so nothing that it shares with others is at fault.
	const isUnderstood = problem.kind === 'status' && problem.status < 500 && problem.status !== 408;
	return isUnderstood || problem.kind === 'refusal' ? 'well' : 'none';
}

/** Something on the way refused it: a firewall, which may let another one pass, or a proxy, which lets none. */
const isBlocked = (problem: Problem): boolean =>
	problem.kind === 'status' && problem.status === 403 && isPage(problem.body);

/** The service had the request, and no answer came: it may be billed, so it is not sent again. */
const isUnanswered = (problem: Problem): boolean =>
	problem.kind === 'status' && [504, 520, 524].includes(problem.status);

const rank = (scope: Scope): number => ['account', 'model', 'options'].indexOf(scope);
