import type { TemplateFamily } from '../catalogue/model';

export interface Exchange {
	system?: string;
	/** The user's last message. */
	user: string;
}

interface Template {
	read(prompt: string): Exchange | undefined;
	/** Ends the model's turn. */
	end: string;
}

/**
 * What an instruct model has been trained to see. A prompt that is not exactly of this form, open for the
 * model's turn at its end, is just text to continue.
 */
export const TEMPLATES: Record<TemplateFamily, Template> = {
	llama3: { read: readLlama3, end: '<|eot_id|>' },
	chatml: { read: readChatml, end: '<|im_end|>' },
	gemma: { read: readGemma, end: '<end_of_turn>' },
	mistral: { read: readMistral, end: '</s>' },
};

function readLlama3(prompt: string): Exchange | undefined {
	return readTurns(
		prompt.replace(/^<\|begin_of_text\|>/, ''),
		/<\|start_header_id\|>(system|user|assistant)<\|end_header_id\|>\n\n([^]*?)<\|eot_id\|>/y,
		'<|start_header_id|>assistant<|end_header_id|>\n\n',
	);
}

function readChatml(prompt: string): Exchange | undefined {
	return readTurns(prompt, /<\|im_start\|>(system|user|assistant)\n([^]*?)<\|im_end\|>\n/y, '<|im_start|>assistant\n');
}

/** Gemma knows no system role: its template puts the system message before the first user message. */
function readGemma(prompt: string): Exchange | undefined {
	const exchange = readTurns(
		prompt.replace(/^<bos>/, ''),
		/<start_of_turn>(user|model)\n([^]*?)<end_of_turn>\n/y,
		'<start_of_turn>model\n',
	);
	return exchange && splitSystem(exchange.user);
}

function readMistral(prompt: string): Exchange | undefined {
	const match = /^(?:<s>)?(?:\s*\[SYSTEM_PROMPT\]([^]*?)\[\/SYSTEM_PROMPT\])?[^]*\[INST\]([^]*?)\[\/INST\]\s?$/.exec(
		prompt,
	);
	if (!match) return undefined;
	const user = (match[2] ?? '').trim();
	return match[1] === undefined ? splitSystem(user) : { system: match[1].trim(), user };
}

/** A first paragraph in front of the message is taken for the instruction that it usually is. */
function splitSystem(message: string): Exchange {
	const at = message.indexOf('\n\n');
	return at < 0
		? { user: message.trim() }
		: { system: message.slice(0, at).trim(), user: message.slice(at + 2).trim() };
}

function readTurns(prompt: string, turn: RegExp, opening: string): Exchange | undefined {
	let system: string | undefined;
	let user: string | undefined;
	turn.lastIndex = 0;
	let read = 0;
	for (let match = turn.exec(prompt); match; match = turn.exec(prompt)) {
		if (match[1] === 'system') system = match[2]?.trim();
		if (match[1] === 'user') user = match[2]?.trim();
		read = turn.lastIndex;
	}
	if (user === undefined || prompt.slice(read) !== opening) return undefined;
	return { system, user };
}
