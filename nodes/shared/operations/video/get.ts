import { defineOperation, MEGABYTE } from '../../core/operation';
import { modelField, outputDataField, plainOptionsField, simplifyField } from '../fields';
import { idPath } from '../../core/request';
import { waitField } from './fields';
import { askAgain, failureOf, howToGet, readJob, videoOutputs } from './job';

export const getVideo = defineOperation({
	resource: 'video',
	value: 'get',
	name: 'Get',
	action: 'Get video',
	description: 'Get a video that was started before, or how far it is',
	tasks: ['text-to-video', 'image-to-video'],
	answer: 'job',
	timeout: 900,
	// A short video may stand in the answer as text.
	largestAnswer: 256 * MEGABYTE,
	makes: 'video',
	outputFields: { seed: 'number', status: 'string', videoId: 'string', index: 'integer', error: 'string' },
	fields: [
		{ ...modelField('PrunaAI/p-video'), required: false, description: 'The model that makes the video' },
		{
			displayName: 'Video ID',
			name: 'videoId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. videos_abc123',
			description: "The ID that 'Generate' returned",
		},
		waitField(
			"Whether to wait until the video is ready, for up to 'Timeout' seconds. Off: returns the status at once, with the video if it is ready.",
		),
		outputDataField,
		simplifyField,
		plainOptionsField([]),
	],
	request: ([{ videoId, waitForResult }]) => ({
		method: 'GET',
		path: `/v1/videos/${idPath(videoId, 'Video ID')}`,
		...(waitForResult ? { remains: howToGet(videoId.trim(), 'goes on being made, or is ready,') } : {}),
	}),
	next: (answer, [{ waitForResult }], asked) => (waitForResult ? askAgain(answer, asked) : undefined),
	items: (answer) => {
		const job = readJob(answer);
		if (!job || job.state === 'done') return videoOutputs(answer, undefined);
		const error = job.state === 'working' ? undefined : failureOf(job);
		// An item, not a failure, so that a loop over it can end.
		return [{ json: { videoId: job.id, status: job.status, error } }];
	},
});
