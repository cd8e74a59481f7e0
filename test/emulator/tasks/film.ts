import { numberOf, textOf } from '../json';
import { makeMp4 } from '../media/video';
import { hashText } from '../random';
import type { Call, Outcome } from './task';

const TOKENS_PER_SECOND = 20_000;

/** The clip is behind a relative link, and the seed comes as text, as on the real route. */
export function makeVideo(call: Call): Outcome {
	const prompt = textOf(call.values.prompt) ?? '';
	const asked = numberOf(call.values.seconds, numberOf(call.values.duration, 5));
	const seconds = asked > 0 ? asked : 5;
	const seed = numberOf(call.values.seed, Math.floor(call.random() * 2 ** 31));
	const size = /<<(\d+) bytes>>/.exec(prompt)?.[1];
	const link =
		size === undefined
			? `/model/inference/${hashText(prompt, seed)}${String(Math.round(seconds)).padStart(2, '0')}.mp4`
			: `/files/bytes/${size}.mp4`;
	const usage = { outputSeconds: seconds, inputTokens: seconds * TOKENS_PER_SECOND };
	if (call.model.isPartner && size === undefined) {
		const isInline = call.model.name === 'ByteDance/Seedance-1.5-Pro';
		const url = isInline ? `data:video/mp4;base64,${makeMp4(seconds).toString('base64')}` : call.baseUrl + link;
		return { body: { video_url: url, seed, status: 'ok', out_tokens: seconds * TOKENS_PER_SECOND }, usage };
	}
	return { body: { video_url: link, seed: String(seed) }, usage };
}
