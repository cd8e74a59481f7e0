import type { AnyOperation } from '../core/operation';
import { getBalance } from './account/getBalance';
import { getCosts } from './account/getCosts';
import { getLimits } from './account/getLimits';
import { getUsage } from './account/getUsage';
import { synthesize } from './audio/synthesize';
import { transcribe } from './audio/transcribe';
import { cancelBatch } from './batch/cancel';
import { createBatch } from './batch/create';
import { getBatch } from './batch/get';
import { getBatches } from './batch/getAll';
import { getBatchResults } from './batch/getResults';
import { completeChat } from './chat/complete';
import { extractFromDocument } from './document/extract';
import { extractDocumentText } from './document/extractText';
import { createEmbedding } from './embedding/create';
import { analyzeImage } from './image/analyze';
import { classifyImage } from './image/classify';
import { classifyZeroShot } from './image/classifyZeroShot';
import { detectObjects } from './image/detectObjects';
import { editImage } from './image/edit';
import { generateImage } from './image/generate';
import { getModel } from './model/get';
import { getModels } from './model/getAll';
import { runModel } from './model/run';
import { answerQuestion } from './text/answerQuestion';
import { classifyText } from './text/classify';
import { classifyTokens } from './text/classifyTokens';
import { classifyTextZeroShot } from './text/classifyZeroShot';
import { countTokens } from './text/countTokens';
import { extractFromText } from './text/extract';
import { fillMask } from './text/fillMask';
import { generateText } from './text/generate';
import { summarizeText } from './text/summarize';
import { translateText } from './text/translate';
import { rerank } from './text/rerank';
import { generateVideo } from './video/generate';
import { getVideo } from './video/get';
import { createVoice } from './voice/create';
import { deleteVoice } from './voice/delete';
import { getVoices } from './voice/getAll';

/** Every operation of the node: to add one, write its file and add its line. */
export const operations: readonly AnyOperation[] = [
	getUsage,
	getBalance,
	getCosts,
	getLimits,
	transcribe,
	synthesize,
	completeChat,
	extractFromDocument,
	extractDocumentText,
	createEmbedding,
	analyzeImage,
	classifyImage,
	classifyZeroShot,
	detectObjects,
	generateImage,
	editImage,
	getModel,
	getModels,
	runModel,
	classifyText,
	classifyTokens,
	classifyTextZeroShot,
	countTokens,
	extractFromText,
	fillMask,
	generateText,
	summarizeText,
	translateText,
	answerQuestion,
	rerank,
	generateVideo,
	getVideo,
	getVoices,
	createVoice,
	deleteVoice,
	createBatch,
	getBatch,
	getBatches,
	getBatchResults,
	cancelBatch,
];

/** Titles of the resources, in the order of the dropdown. */
export const resources: Readonly<Record<string, string>> = {
	account: 'Account',
	audio: 'Audio',
	batch: 'Batch',
	chat: 'Chat',
	document: 'Document',
	embedding: 'Embedding',
	image: 'Image',
	model: 'Model',
	text: 'Text',
	video: 'Video',
	voice: 'Voice',
};
