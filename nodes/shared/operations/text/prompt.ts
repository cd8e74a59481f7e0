import { InputError } from '../../core/problem';
import { familyOf, hasTemplate, isConversational } from './families';
import { applyTemplate, type Family } from './templates';

export interface Prompt {
	readonly input: string;
	readonly stop: readonly string[];
	/** For the end of the run: a model that was made for conversations got none. */
	readonly note?: string;
}

interface PromptOptions {
	readonly promptFormat?: Family | 'raw' | 'auto';
	readonly systemMessage?: string;
}

/**
 * The prompt as the model wants it.
 * @param model the name of the model that answers
 * @param tags what the catalogue says that it can do
 * @throws InputError for a system message that has no place
 */
export function formatPrompt(
	prompt: string,
	{ promptFormat = 'auto', systemMessage = '' }: PromptOptions,
	model: string,
	tags?: readonly string[],
): Prompt {
	if (promptFormat === 'raw') {
		if (systemMessage) {
			throw new InputError(
				"'System Message' has no place in a raw prompt",
				"Choose another 'Prompt Format' under 'Options', or write the instructions into the prompt.",
			);
		}
		return { input: prompt, stop: [], note: ramblingNote(prompt, model, tags) };
	}
	if (promptFormat !== 'auto') return applyTemplate(promptFormat, prompt, systemMessage);
	if (hasTemplate(prompt)) {
		if (!systemMessage) return { input: prompt, stop: [] };
		throw new InputError(
			"'System Message' has no place in a prompt that is in a chat format already",
			"Write the instructions into the prompt, or leave the format's tokens out of it.",
		);
	}
	const family = familyOf(model);
	if (family) return applyTemplate(family, prompt, systemMessage);
	// Without a format the best place for instructions is before the text.
	const input = systemMessage ? `${systemMessage}\n\n${prompt}` : prompt;
	return { input, stop: [], note: ramblingNote(prompt, model, tags) };
}

function ramblingNote(prompt: string, model: string, tags: readonly string[] | undefined): string | undefined {
	if (hasTemplate(prompt) || !isConversational(model, tags)) return undefined;
	const todo = familyOf(model)
		? "Set 'Prompt Format' to Auto under 'Options'"
		: "Use the resource 'Chat', which knows the format of every model, or choose a 'Prompt Format' under 'Options'";
	return `The model '${model}' is made for conversations, but was asked without a chat format, so its text may ramble. ${todo}`;
}
