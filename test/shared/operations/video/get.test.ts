import { getVideo } from '../../../../nodes/shared/operations/video/get';
import { testOperation } from '../../../support/operation/suite';

const ID = 'videos_abc';

testOperation(getVideo, {
	model: 'PrunaAI/p-video',
	isModelOptional: true,
	tasks: ['text-to-video', 'image-to-video'],
	parameters: { videoId: ID, waitForResult: false },
	request: { method: 'GET', path: `/v1/videos/${ID}` },
	answer: { id: ID, object: 'video.generation.job', created_at: 1, status: 'processing', model: 'PrunaAI/p-video' },
	output: { videoId: ID, status: 'processing' },
	// a state that the node does not know is told
	takes: ['text'],
	needsState: true,
	names: { parameters: 'videoId waitForResult outputDataFieldName', options: '' },
});
