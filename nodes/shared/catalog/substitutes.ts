/**
 * Tasks for which DeepInfra may have no model any more (docs/api.md#catalogue), and what does the same job: operations
 * as the form calls them.
 */
const SUBSTITUTES: Readonly<Record<string, string>> = {
	'text-classification': "Text > 'Classify with Own Labels' does the same with a chat model",
	'token-classification': "Text > 'Extract Data' finds names, places and dates with a chat model",
	'fill-mask': "Chat > 'Complete' can be asked for the missing word",
	'question-answering': "Chat > 'Complete' answers questions about a text that stands in its message",
	'image-classification': "Image > 'Analyze' can be asked which label fits an image",
	'zero-shot-image-classification': "Image > 'Analyze' can be asked which of your labels fits an image",
	'object-detection': "Image > 'Analyze' can be asked what an image shows, and where",
};

/** What does the same job as an operation whose tasks have no model; undefined for others. */
export function substituteFor(tasks: readonly string[]): string | undefined {
	return tasks.map((task) => (Object.hasOwn(SUBSTITUTES, task) ? SUBSTITUTES[task] : undefined)).find(Boolean);
}
