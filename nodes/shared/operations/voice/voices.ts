import { isoMoment } from '../../core/moment';
import { isDict, optionalText } from '../../core/answer';
import { AnswerError } from '../../core/problem';

export interface Voice {
	readonly voiceId: string;
	readonly name: string;
	readonly description: string;
	/** ISO 8601, where known. */
	readonly createdAt?: string;
}

/** A voice surely has an ID and a name (docs/api.md#voices). */
export function readVoice(value: unknown): Voice | undefined {
	if (!isDict(value)) return undefined;
	const voiceId = optionalText(value.voice_id);
	if (!voiceId) return undefined;
	return {
		voiceId,
		name: optionalText(value.name) ?? voiceId,
		description: optionalText(value.description) ?? '',
		createdAt: isoMoment(value.created_at),
	};
}

/** The voices in an answer of `GET /v1/voices`; empty for what is none. */
export const readVoices = (answer: unknown): Voice[] =>
	isDict(answer) && Array.isArray(answer.voices) ? answer.voices.flatMap((each) => readVoice(each) ?? []) : [];

/** @throws AnswerError for what is no voice */
export function requireVoice(answer: unknown): Voice {
	const voice = readVoice(answer);
	if (voice) return voice;
	throw new AnswerError('DeepInfra answered without the voice');
}
