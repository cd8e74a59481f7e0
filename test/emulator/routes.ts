import { completeChat } from './chat/complete';
import { tokenize } from './chat/tokenize';
import { cancelBatch, createBatch, listBatches, readBatch } from './batches/batches';
import { embedTexts } from './batches/embeddings';
import { deleteFile, listFiles, readContent, readFile, uploadFile } from './batches/files';
import { editImages } from './edits';
import type { Route } from './context';
import { serveBytes, serveImage, serveJpeg, serveSound, serveVideo } from './files';
import { bodyLimit, runDeployment, runParameters } from './inference';
import { describeMe, describeRateLimit } from './me';
import { describeBalance, listCosts, listUsage } from './payment';
import {
	describeModel,
	describeSchema,
	listDeployments,
	listFeatured,
	listModels,
	listOpenaiModels,
	listOwn,
	listVersions,
} from './models';
import { readVideo, readVideoContent, serveJobClip, startVideo } from './videos';
import { addVoice, deleteVoice, editVoice, listVoices, readVoice } from './voices';

interface Entry {
	method: string;
	/** The open part of the path is its first group. */
	path: RegExp;
	route: Route;
	/** Counts against the limit of concurrent requests. */
	isInference?: boolean;
}

/** The first that fits is taken. */
const ENTRIES: Entry[] = [
	{ method: 'POST', path: /^\/v1\/inference\/deploy\/([^/]+)$/, route: runDeployment, isInference: true },
	{ method: 'POST', path: /^\/v1\/inference\/(.+)$/, route: runParameters, isInference: true },
	{ method: 'POST', path: /^\/v1(?:\/openai)?\/chat\/completions$/, route: completeChat, isInference: true },
	{ method: 'POST', path: /^\/v1\/tokenize$/, route: tokenize },
	{ method: 'POST', path: /^\/v1(?:\/openai)?\/images\/edits$/, route: editImages, isInference: true },
	{ method: 'POST', path: /^\/v1(?:\/openai)?\/videos$/, route: startVideo, isInference: true },
	{ method: 'GET', path: /^\/v1(?:\/openai)?\/videos\/([^/]+\/content)$/, route: readVideoContent },
	{ method: 'GET', path: /^\/v1(?:\/openai)?\/videos\/([^/]+)$/, route: readVideo },
	{ method: 'POST', path: /^\/v1(?:\/openai)?\/embeddings$/, route: embedTexts, isInference: true },
	{ method: 'POST', path: /^\/v1(?:\/openai)?\/files$/, route: uploadFile },
	{ method: 'GET', path: /^\/v1(?:\/openai)?\/files$/, route: listFiles },
	{ method: 'GET', path: /^\/v1(?:\/openai)?\/files\/([^/]+\/content)$/, route: readContent },
	{ method: 'GET', path: /^\/v1(?:\/openai)?\/files\/([^/]+)$/, route: readFile },
	{ method: 'DELETE', path: /^\/v1(?:\/openai)?\/files\/([^/]+)$/, route: deleteFile },
	{ method: 'POST', path: /^\/v1(?:\/openai)?\/batches$/, route: createBatch },
	{ method: 'GET', path: /^\/v1(?:\/openai)?\/batches$/, route: listBatches },
	{ method: 'POST', path: /^\/v1(?:\/openai)?\/batches\/([^/]+\/cancel)$/, route: cancelBatch },
	{ method: 'GET', path: /^\/v1(?:\/openai)?\/batches\/([^/]+)$/, route: readBatch },
	{ method: 'GET', path: /^\/v1\/voices$/, route: listVoices },
	{ method: 'POST', path: /^\/v1\/voices\/add$/, route: addVoice },
	{ method: 'POST', path: /^\/v1\/voices\/([^/]+\/edit)$/, route: editVoice },
	{ method: 'GET', path: /^\/v1\/voices\/([^/]+)$/, route: readVoice },
	{ method: 'DELETE', path: /^\/v1\/voices\/([^/]+)$/, route: deleteVoice },
	{ method: 'GET', path: /^\/models\/list$/, route: listModels },
	{ method: 'GET', path: /^\/models\/featured$/, route: listFeatured },
	{ method: 'GET', path: /^\/models\/private\/list$/, route: listOwn('private') },
	{ method: 'GET', path: /^\/models\/deployment\/list$/, route: listOwn('deployment') },
	{ method: 'GET', path: /^\/models\/lora\/list$/, route: listOwn('lora') },
	{ method: 'GET', path: /^\/deploy\/list$/, route: listDeployments },
	{ method: 'GET', path: /^\/models\/(.+\/schema\/[^/]+)$/, route: describeSchema },
	{ method: 'GET', path: /^\/models\/(.+\/versions)$/, route: listVersions },
	{ method: 'GET', path: /^\/models\/(.+)$/, route: describeModel },
	{ method: 'GET', path: /^\/v1\/me$/, route: describeMe },
	{ method: 'GET', path: /^\/v1\/me\/rate_limit$/, route: describeRateLimit },
	{ method: 'GET', path: /^\/payment\/checklist$/, route: describeBalance },
	{ method: 'GET', path: /^\/payment\/usage$/, route: listUsage },
	{ method: 'POST', path: /^\/v1\/request-costs$/, route: listCosts },
	{ method: 'GET', path: /^\/v1(?:\/openai)?\/models$/, route: listOpenaiModels },
	{ method: 'GET', path: /^\/files\/image\/([^/]+)$/, route: serveImage },
	{ method: 'GET', path: /^\/files\/sample\.jpg$/, route: serveJpeg },
	{ method: 'GET', path: /^\/files\/bytes\/([^/]+)$/, route: serveBytes },
	{ method: 'GET', path: /^\/files\/sounds\/([^/]+)$/, route: serveSound },
	{ method: 'GET', path: /^\/files\/jobs\/([^/]+)$/, route: serveJobClip },
	{ method: 'GET', path: /^\/model\/inference\/([^/]+)$/, route: serveVideo },
];

export type Found =
	| { kind: 'route'; route: Route; rest: string; isInference: boolean; limit: number }
	| { kind: 'missing' }
	| { kind: 'wrongMethod' };

const SMALL_BODY = 200 * 1024 ** 2;
/** A file and what a form adds to it. */
const FILE_BODY = 513 * 1024 ** 2;

export function findRoute(method: string, path: string): Found {
	let otherMethod = false;
	for (const entry of ENTRIES) {
		const match = entry.path.exec(path);
		if (!match) continue;
		if (entry.method !== method) {
			otherMethod = true;
			continue;
		}
		const rest = decodeSegments(match[1] ?? '');
		if (rest === undefined) return { kind: 'missing' };
		const limit = entry.route === runParameters ? bodyLimit(rest) : entry.route === uploadFile ? FILE_BODY : SMALL_BODY;
		return { kind: 'route', route: entry.route, rest, isInference: entry.isInference ?? false, limit };
	}
	return { kind: otherMethod ? 'wrongMethod' : 'missing' };
}

/** Each segment on its own: a slash that is encoded belongs to no model name. */
function decodeSegments(path: string): string | undefined {
	try {
		const segments = path.split('/').map(decodeURIComponent);
		return segments.some((segment) => segment.includes('/')) ? undefined : segments.join('/');
	} catch {
		return undefined;
	}
}
