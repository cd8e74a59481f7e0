import { answerQuestion } from './answerQuestion';
import { classifyText } from './classify';
import { echoFields, runCog } from './custom';
import { drawImages } from './draw';
import { embed } from './embed';
import { classifyTokens } from './entities';
import { fillMask } from './fillMask';
import { makeVideo } from './film';
import { generateText } from './generate';
import { classifyImage, classifyZeroShot, detectObjects } from './look';
import { rerank } from './rerank';
import { playMusic, speak } from './speak';
import type { Task } from './task';
import { transcribe } from './transcribe';

/** By the task name of the catalogue. */
export const TASKS: Record<string, Task> = {
	'text-generation': generateText,
	'text-classification': classifyText,
	'token-classification': classifyTokens,
	'fill-mask': fillMask,
	'question-answering': answerQuestion,
	reranker: rerank,
	embeddings: embed,
	'text-to-image': drawImages,
	'image-classification': classifyImage,
	'zero-shot-image-classification': classifyZeroShot,
	'object-detection': detectObjects,
	'automatic-speech-recognition': transcribe,
	'text-to-speech': speak,
	'text-to-music': playMusic,
	'text-to-video': makeVideo,
	custom: echoFields,
	cog: runCog,
};
