import { refuse, refuseFields } from '../answer';
import { isObject, textOf, type UnknownObject } from '../json';
import { countTokens } from '../tasks/task';

/** A picture or sound within a message. */
export interface Media {
	kind: 'image' | 'audio' | 'video';
	/** Undefined for a web address, which the emulator does not call. */
	bytes?: Buffer;
	mimeType: string;
	url?: string;
}

export interface Message {
	role: 'system' | 'user' | 'assistant' | 'tool';
	text: string;
	media: Media[];
}

const ROLES = ['system', 'user', 'assistant', 'tool'] as const;
const LARGEST_IMAGE = 20 * 1024 ** 2;

export function readMessages(value: unknown): Message[] {
	if (!Array.isArray(value) || value.length === 0)
		throw refuseFields([{ loc: ['body', 'messages'], msg: 'field required', type: 'value_error.missing' }]);
	return value.map((message: unknown, index) => {
		const loc = ['body', 'messages', index];
		if (!isObject(message) || message.role === undefined)
			throw refuseFields([{ loc: [...loc, 'role'], msg: 'field required', type: 'value_error.missing' }]);
		const role = ROLES.find((known) => known === message.role);
		if (!role) {
			const permitted = ROLES.map((known) => `'${known}'`).join(', ');
			throw refuseFields([
				{ loc: [...loc, 'role'], msg: `unexpected value; permitted: ${permitted}`, type: 'value_error' },
			]);
		}
		if (role === 'tool' && typeof message.tool_call_id !== 'string')
			throw refuseFields([{ loc: [...loc, 'tool_call_id'], msg: 'field required', type: 'value_error.missing' }]);
		return { role, ...readContent(message.content, loc) };
	});
}

function readContent(content: unknown, loc: Array<string | number>): Pick<Message, 'text' | 'media'> {
	if (typeof content === 'string') return { text: content, media: [] };
	if (content === null || content === undefined) return { text: '', media: [] };
	if (!Array.isArray(content) || !content.every(isObject))
		throw refuseFields([{ loc: [...loc, 'content'], msg: 'str type expected', type: 'type_error.str' }]);
	const parts: UnknownObject[] = content;
	const media = parts.flatMap((part, index) => readMedia(part, [...loc, 'content', index]) ?? []);
	const texts = parts.flatMap(({ type, text }) => (type === 'text' && typeof text === 'string' ? [text] : []));
	return { text: texts.join('\n'), media };
}

function readMedia(part: UnknownObject, loc: Array<string | number>): Media | undefined {
	switch (part.type) {
		case 'text':
			return undefined;
		case 'image_url':
		case 'video_url':
			return readUrl(part.type === 'image_url' ? 'image' : 'video', part[part.type], loc);
		case 'input_audio': {
			const sound = isObject(part.input_audio) ? part.input_audio : {};
			const bytes = fromBase64(textOf(sound.data) ?? '');
			if (!bytes || (sound.format !== 'wav' && sound.format !== 'mp3'))
				throw refuseFields([{ loc: [...loc, 'input_audio'], msg: 'value is not valid audio', type: 'value_error' }]);
			return { kind: 'audio', bytes, mimeType: `audio/${sound.format}` };
		}
		default:
			throw refuseFields([{ loc: [...loc, 'type'], msg: 'unexpected value', type: 'value_error.const' }]);
	}
}

function readUrl(kind: 'image' | 'video', value: unknown, loc: Array<string | number>): Media {
	const url = isObject(value) ? textOf(value.url) : undefined;
	if (url === undefined)
		throw refuseFields([{ loc: [...loc, 'url'], msg: 'field required', type: 'value_error.missing' }]);
	if (/^https?:\/\/[^\s/]/.test(url)) return { kind, mimeType: '', url };
	const match = /^data:([a-z]+\/[\w.+-]+);base64,/.exec(url.slice(0, 100));
	const bytes = match ? fromBase64(url.slice(match[0].length)) : undefined;
	if (!match || !bytes) throw refuse(400, 'Invalid image URL', 'openai');
	const mimeType = match[1] ?? '';
	if (kind === 'image' && !/^image\/(jpe?g|png|webp)$/.test(mimeType))
		throw refuse(400, `Cannot identify image file of type ${mimeType}`, 'openai');
	if (bytes.length > LARGEST_IMAGE) throw refuse(400, 'Image is larger than 20MB', 'openai');
	return { kind, bytes, mimeType };
}

function fromBase64(text: string): Buffer | undefined {
	const bytes = Buffer.from(text, 'base64');
	// Node skips what is no base64; the service does not.
	return bytes.length > 0 && bytes.length === Math.floor((text.replace(/=+$/, '').length * 3) / 4) ? bytes : undefined;
}

/** Pictures, sounds and videos count as much as a long paragraph. */
const MEDIA_TOKENS = 500;

export const tokensOf = (messages: readonly Message[]): number =>
	messages.reduce((sum, { text, media }) => sum + countTokens(text) + media.length * MEDIA_TOKENS, 0);
