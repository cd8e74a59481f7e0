import { Exact } from '../../../nodes/shared/core/exact';
import { checkBilledNumbers } from '../../../nodes/shared/schema/billedNumbers';
import { readJsonSchema } from '../../../nodes/shared/schema/read';
import { thrownBy } from '../../support/work';

const screen = { num_images: 'Number of Images', seconds: 'Seconds', num_responses: 'Number of Responses' };
const check = (json: Record<string, unknown>, properties?: Record<string, unknown>, byHand: string[] = []) =>
	checkBilledNumbers({ path: '/', json }, properties && readJsonSchema({ properties }), screen, byHand);

test.each<[Record<string, unknown>, string]>([
	[{ num_images: 5 }, "'Number of Images' is 5, but DeepInfra takes at most 4"],
	[{ n: 1e9 }, "'Number of Images' is 1000000000, but DeepInfra takes at most 4"],
	[{ num_outputs: '1e9' }, "'Number of Images' is 1e9, but DeepInfra takes at most 4"],
	[{ num_images: new Exact('99999999999999999999') }, "'Number of Images' is 99999999999999999999, but DeepInfra"],
	[{ num_inference_steps: 513 }, "'num_inference_steps' is 513, but this node sends at most 512"],
	[{ width: 8193 }, "'width' is 8193, but this node sends at most 8192"],
	[{ size: '1024x100000' }, "'size' is '1024x100000', but this node sends at most 8192"],
	[{ seconds: 3600 }, "'Seconds' is 3600, but this node sends at most 60"],
	[{ duration: Infinity }, "'Seconds' is Infinity, but this node sends at most 600"],
	[{ max_new_tokens: 10_000_001 }, "'max_new_tokens' is 10000001, but DeepInfra takes at most 10000000"],
	[{ batch_size: 100_000 }, "'batch_size' is 100000, but this node sends at most 1024"],
	[{ num_images: [1_000_000] }, "'Number of Images' is [1000000], but DeepInfra takes at most 4"],
	[{ num_images: '1,000,000' }, "'Number of Images' is '1,000,000', but DeepInfra takes at most 4"],
	[{ num_images: "1'000" }, "'Number of Images' is '1'000', but DeepInfra takes at most 4"],
	[{ n: '１０００' }, "'Number of Images' is '１０００', but DeepInfra takes at most 4"],
	[
		{ size: { width: 100_000, height: 64 } },
		'\'size\' is {"width":100000,"height":64}, but this node sends at most 8192',
	],
	[{ size: [[64, 100_000]] }, "'size' is [[64,100000]], but this node sends at most 8192"],
	[{ image_size: '100000x64' }, "'image_size' is '100000x64', but this node sends at most 8192"],
	[{ num_videos: 100 }, "'num_videos' is 100, but this node sends at most 16"],
	[{ image_count: 100 }, "'image_count' is 100, but this node sends at most 16"],
	[{ sampling_steps: 5000 }, "'sampling_steps' is 5000, but this node sends at most 512"],
	[{ best_of: 100 }, "'best_of' is 100, but this node sends at most 20"],
	[{ upscale_factor: 100 }, "'upscale_factor' is 100, but this node sends at most 16"],
	[{ max_completion_tokens: 1e12 }, "'max_completion_tokens' is 1000000000000, but DeepInfra takes at most 10000000"],
])('%j is not sent', (body, words) => {
	const { message } = thrownBy(() => check(body));
	expect(message.slice(0, words.length)).toBe(words);
});

test.each<[Record<string, unknown>, Record<string, unknown>?, string[]?]>([
	[{ num_images: 4, width: 8192, height: 8192, num_inference_steps: 512, seconds: 60, duration: 600 }],
	[{ size: '4096x4096', resolution: '1080p', duration: -1, seed: 1e15, prompt: '10000 x 10000' }],
	[{ size: 'auto', n: '4', seconds: '', width: null, height: undefined, steps: NaN, fps: {} }],
	[{ num_images: 8 }, { num_images: { type: 'integer', maximum: 8 } }],
	[{ n: 8 }, { num_images: { type: 'integer', exclusiveMaximum: 9 } }],
	[{ seconds: 90 }, { duration: { enum: [30, 90] } }],
	[{ size: '16384x16384' }, { size: { enum: ['1024x1024', '16384x16384'] } }],
	[{ num_images: 400, seconds: 3600 }, undefined, ['num_images', 'seconds']],
	[{ batch_size: 64, audio_length: 30_000 }],
	[{ resolution: '1.2.3', size: '512,512', num_images: '1.2.3', steps: 'as many as you like' }],
	[{ num_images: [], size: {}, n: [[[[1e9]]]] }],
])('%j is sent, given %j', (...given) => {
	expect(() => check(...given)).not.toThrow();
});

test.each<[Record<string, unknown>, Record<string, unknown>]>([
	[{ num_images: 1e9 }, { num_images: { type: 'integer', minimum: 1 } }],
	[{ num_images: 9 }, { num_images: { type: 'integer', maximum: 8 } }],
	[{ seconds: 61 }, { seconds: { type: 'integer', description: 'how long', default: 5 } }],
])('a schema that does not allow %j: %j', (body, properties) => {
	expect(thrownBy(() => check(body, properties)).message).toMatch(/ at most /);
});

test.each<[Record<string, unknown>, string]>([
	[{ num_images: 1e9 }, "'num_images' is 1000000000, but this node sends at most 400"],
	[{ max_completion_tokens: 1e12 }, "'max_completion_tokens' is 1000000000000, but this node sends at most 1000000000"],
	[{ width: [1e9] }, "'width' is [1000000000], but this node sends at most 819200"],
])('what is written by hand and absurd is not sent: %j', (body, words) => {
	const error = thrownBy(() => check(body, undefined, Object.keys(body)));
	expect(error.message).toBe(words);
	expect(JSON.stringify(error)).not.toContain('Extra Fields');
});
