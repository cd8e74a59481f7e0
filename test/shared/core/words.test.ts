import { errorText, refusal } from '../../../nodes/shared/core/answer';
import { isModerated, isTooLong } from '../../../nodes/shared/core/failureWords';

describe('the words of a failure', () => {
	it.each<[unknown, string]>([
		[{ error: 'first', detail: 'fifth', message: 'last' }, 'first'],
		[{ errors: ['second'], error_message: 'third' }, 'second'],
		[{ error_message: 'third', inference_status: { error: 'fourth' } }, 'third'],
		[{ inference_status: { status: 'failed', error: 'fourth' }, detail: 'fifth' }, 'fourth'],
		[{ inference_status: 'failed', detail: 'fifth', message: 'last' }, 'fifth'],
		[{ status: 'error', message: 'last' }, 'last'],
		[{ error: { code: 500 }, detail: { error: 'inside' } }, 'inside'],
		[{ error: null, errors: {}, inference_status: { error: { message: 'deep' } } }, 'deep'],
	])('of %j are found in the surest place', (body, words) => {
		expect(errorText(body)).toBe(words);
	});

	it.each<[Record<string, unknown>, string]>([
		[{ inference_status: { status: 'failed', error: 'CUDA error' } }, 'The model failed on this input: CUDA error'],
		[{ inference_status: { status: 'succeeded', error: 'half of it is missing' } }, 'half of it is missing'],
		[{ status: 'FAILED', message: 'why' }, 'The model failed on this input: why'],
		[{ status: ' Cancelled ' }, 'DeepInfra cancelled the request (status " Cancelled ")'],
	])('of the answer %j with status 200', (answer, words) => {
		expect(refusal(answer)).toBe(words);
	});

	it.each<[Record<string, unknown>]>([
		[{ inference_status: { status: 'complete', message: 'all is well' }, results: [] }],
		[{ status: 'ok', detail: 'moderated by nobody' }],
		[{ status: 'unmoderated' }],
		[{ status: 'not failed' }],
	])('are none in %j', (answer) => {
		expect(refusal(answer)).toBeUndefined();
	});
});

describe('the safety filter', () => {
	it.each<[Record<string, unknown>]>([
		[{ status: 'Content Moderated' }],
		[{ status: 'Request Moderated' }],
		[{ status: 'content_moderated', detail: 'no' }],
		[{ status: 'CONTENT-MODERATED' }],
		[{ inference_status: { status: 'Prompt Moderated' } }],
		[{ status: 'moderated' }],
		[{ status: 'failed', error: 'Content Moderated' }],
		[{ error: 'request_moderated' }],
		[{ inference_status: { error: 'Prompt moderated' } }],
		[{ errors: [{ message: 'Rejected by our safety system' }] }],
	])('is named for %j', (answer) => {
		expect(refusal(answer)).toMatch(/^The model's safety filter refused this request/);
	});

	it.each([
		'content policy violation',
		'content_policy_violation',
		'blocked by the safety checker',
		'Content Moderated',
	])('is meant by "%s"', (words) => expect(isModerated(words)).toBe(true));

	it.each(['moderation endpoint is down', 'safety first', 'contents', 'the policy', ''])(
		'is not meant by "%s"',
		(words) => expect(isModerated(words)).toBe(false),
	);
});

describe('a too long input', () => {
	it.each([
		'Requested input length 99009 exceeds maximum input length 8192',
		"This model's maximum context length is 8192 tokens. However, you requested 9000 tokens",
		'Requested token count exceeds the limit of 4096 tokens',
		'The input is longer than the maximum sequence length',
		'prompt is too long: 210000 tokens',
		'Input exceeds the context window of this model',
		'max input tokens: 512',
	])('is meant by "%s"', (words) => {
		expect(isTooLong(words)).toBe(true);
	});

	it.each(['the request took long', 'maximum 5 images', 'context', 'limit reached', 'length must be positive', ''])(
		'is not meant by "%s"',
		(words) => expect(isTooLong(words)).toBe(false),
	);
});
