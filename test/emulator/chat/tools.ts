import { isObject, textOf, type UnknownObject } from '../json';
import { hashText } from '../random';
import { fillSchema } from './fill';

export interface ToolCall {
	id: string;
	name: string;
	/** JSON, as a model writes it. */
	arguments: string;
}

/**
 * Calls every function whose name the user says (`get_weather` for "get weather"), or the first one where a call is
 * required, or the one that is named. Arguments come from lines such as `city: Rome`. None where `user` says nothing.
 */
export function callTools(asked: UnknownObject, user: string | undefined, isSpoilt: boolean): ToolCall[] {
	if (user === undefined) return [];
	const tools = Array.isArray(asked.tools) ? asked.tools.filter(isObject) : [];
	const functions = tools.flatMap(({ function: each }) => (isObject(each) ? [each] : []));
	return pickFunctions(asked.tool_choice, functions, user).map(({ name, parameters }) => {
		const filled = isObject(parameters) ? fillSchema(parameters, user, true) : {};
		const json = JSON.stringify(filled);
		const id = `call_${hashText(`${String(name)} ${json}`).toString(36)}`;
		return { id, name: textOf(name) ?? '', arguments: isSpoilt ? json.slice(0, -1) : json };
	});
}

function pickFunctions(choice: unknown, functions: UnknownObject[], user: string): UnknownObject[] {
	if (choice === 'none') return [];
	if (isObject(choice)) {
		const wanted = isObject(choice.function) ? choice.function.name : undefined;
		return functions.filter(({ name }) => name === wanted);
	}
	const said = user.toLowerCase();
	const named = functions.filter(({ name }) => said.includes(String(name).toLowerCase().replaceAll('_', ' ')));
	return named.length === 0 && choice === 'required' ? functions.slice(0, 1) : named;
}
