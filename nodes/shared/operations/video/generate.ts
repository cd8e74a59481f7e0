import { errorText } from '../../core/answer';
import { field } from '../../core/fields';
import { defineOperation, MEGABYTE } from '../../core/operation';
import type { ModelSchema } from '../../core/modelSchema';
import type { Problem } from '../../core/problem';
import {
	apiNames,
	InlineFile,
	isRepeatable,
	jsonRequest,
	modelPath,
	needsNativeRoute,
	routeRequest,
} from '../../core/request';
import {
	mediaFileFields,
	mediaInput,
	modelField,
	optionsField,
	outputDataField,
	seedOption,
	simplifyField,
	type MediaInput,
} from '../fields';
import { waitField } from './fields';
import { askAgain, readJob, requireVideo, videoOutputs } from './job';

/** What the models that have no jobs call things, by their schemas (docs/api.md#video-jobs); the usual one first. */
const NAMES = {
	aspectRatio: ['aspect_ratio', 'ratio'],
	seconds: ['seconds', 'duration'],
	image: ['image', 'first_frame_image', 'image_url', 'start_image', 'input_image', 'img_url', 'first_frame'],
} as const;

const nameFor = (schema: ModelSchema | undefined, names: readonly string[]): string =>
	names.find((name) => schema?.byName.has(name)) ?? names[0] ?? '';

const startImageFields = [
	field({
		displayName: 'Start Image',
		name: 'startImage',
		type: 'options',
		options: [
			{ name: 'Binary File', value: 'binary', description: 'Start from an image in the input item' },
			{ name: 'None', value: 'none', description: 'Make the video from the prompt alone' },
			{ name: 'URL', value: 'url', description: 'Start from an image at a web address' },
		],
		default: 'none',
		description: 'The first picture of the video, for models that take one',
	}),
	...mediaFileFields('image', 'https://example.com/product.jpg', 'startImage'),
] as const;

type StartImage = Omit<MediaInput, 'inputSource'> & { readonly startImage: 'none' | MediaInput['inputSource'] };

/** The first picture, as a data URL in the request. */
function startImage({ startImage: inputSource, ...file }: StartImage): InlineFile | undefined {
	if (inputSource === 'none') return undefined;
	return new InlineFile(mediaInput({ inputSource, ...file }, 'image'));
}

export const generateVideo = defineOperation({
	resource: 'video',
	value: 'generate',
	name: 'Generate',
	action: 'Generate video',
	description: 'Make a video clip from a description, or from a picture and a description',
	tasks: ['text-to-video', 'image-to-video'],
	usesFacts: true,
	answer: 'job',
	forms: 2,
	timeout: 900,
	// A short video may stand in the answer as text.
	largestAnswer: 256 * MEGABYTE,
	makes: 'video',
	outputFields: { seed: 'number', status: 'string', videoId: 'string', index: 'integer' },
	fields: [
		modelField('PrunaAI/p-video'),
		{
			displayName: 'Prompt',
			name: 'prompt',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. the mug turns slowly on a wooden table, soft morning light',
			description: 'What happens in the video',
		},
		...startImageFields,
		waitField(
			"Whether to wait until the video is ready, for up to 'Timeout' seconds. Off: returns the video ID at once; the operation 'Get' fetches the video later.",
		),
		outputDataField,
		simplifyField,
		optionsField([
			{
				displayName: 'Aspect Ratio',
				name: 'aspectRatio',
				type: 'string',
				default: '',
				placeholder: 'e.g. 16:9',
				description: 'The shape of the video, as the model names it',
			},
			{
				displayName: 'Negative Prompt',
				name: 'negativePrompt',
				type: 'string',
				default: '',
				placeholder: 'e.g. text, watermark',
				description: 'What the video must not show',
			},
			{
				displayName: 'Resolution',
				name: 'resolution',
				type: 'string',
				default: '',
				placeholder: 'e.g. 720p',
				description: 'How fine the video is, as the model names it; it may change the price',
			},
			{
				displayName: 'Seconds',
				name: 'seconds',
				type: 'number',
				default: 5,
				typeOptions: { minValue: 1, numberPrecision: 0 },
				description: 'How long the video is; most models are billed by it',
			},
			seedOption('The same seed and prompt give a similar video again'),
			{
				displayName: 'Size',
				name: 'size',
				type: 'string',
				default: '',
				placeholder: 'e.g. 1280x720',
				description: 'Width and height in pixels, for models that take them',
			},
			{
				displayName: 'Style',
				name: 'style',
				type: 'string',
				default: '',
				placeholder: 'e.g. anime',
				description: 'The look of the video, for models that have styles',
			},
		]),
	],
	isDeterministic: isRepeatable,
	request: ([input], { schema, form = 0 }) => {
		const { model, prompt, options } = input;
		const image = startImage(input);
		const common = { prompt, ...apiNames(options, 'negativePrompt', 'seed', 'style') };
		if (form === 0 && !needsNativeRoute(input)) {
			modelPath(model);
			return routeRequest('/v1/videos', input, {
				model,
				...common,
				...apiNames(options, 'aspectRatio', 'seconds'),
				// The route has one field for both.
				size: options.size || options.resolution,
				image_url: image,
			});
		}
		return jsonRequest(input, {
			...common,
			...apiNames(options, 'size', 'resolution'),
			[nameFor(schema, NAMES.aspectRatio)]: options.aspectRatio,
			[nameFor(schema, NAMES.seconds)]: options.seconds,
			[nameFor(schema, NAMES.image)]: image,
		});
	},
	// Such a model answers with the video itself (docs/api.md#video-jobs).
	isFormRefused: (problem: Problem) =>
		problem.kind === 'status' &&
		[400, 404, 405, 422].includes(problem.status) &&
		/asynchronous video job|does not support .{0,40}jobs/i.test(errorText(problem.body) ?? ''),
	next: (answer, [{ waitForResult }], asked) => (waitForResult ? askAgain(answer, asked) : undefined),
	items: (answer, [{ options, waitForResult }]) => {
		const job = readJob(answer);
		if (job?.state === 'working' && !waitForResult) return [{ json: { videoId: job.id, status: job.status } }];
		if (job) requireVideo(job);
		return videoOutputs(answer, options.seed);
	},
});
