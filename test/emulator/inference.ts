import { type Answer, jsonAnswer, jsonAnswerInTime, refuse } from './answer';
import { requirePaying } from './accounts';
import { findDeployment, findModel, findServingModel } from './catalogue';
import type { EnvelopeShape, Model } from './catalogue/model';
import { costOf, type Usage } from './catalogue/pricing';
import type { Context } from './context';
import type { JsonObject } from './json';
import { makeRequestId } from './random';
import { TASKS } from './tasks';
import { readFormInput, readJsonInput, type Input } from './validation';
import { readWebhook } from './webhooks';

const AUDIO_LIMIT = 2 * 1024 ** 3;
const OTHER_LIMIT = 200 * 1024 ** 2;

/** Audio models take larger files; known before the body is read. */
export function bodyLimit(modelName: string): number {
	return findModel(modelName)?.type === 'automatic-speech-recognition' ? AUDIO_LIMIT : OTHER_LIMIT;
}

export function runParameters(context: Context): Answer {
	return run(context, findModel(context.rest));
}

export function runDeployment(context: Context): Answer {
	return run(context, findDeployment(context.rest));
}

function run(context: Context, named: Model | undefined): Answer {
	requirePaying(context.headers, 'detailError');
	const model = serve(named);
	if (context.busyModels.includes(model.name)) throw refuse(429, 'Model busy, retry later');
	const input = readInput(context, model);
	const webhook = readWebhook(input.values.webhook);
	const task = TASKS[model.task];
	if (!task) throw refuse(400, `Task ${model.task} cannot be run`);
	const outcome = task({ ...input, model, baseUrl: context.baseUrl, random: context.random, store: context.store });
	if (outcome.answer && !webhook) return outcome.answer;
	const requestId = makeRequestId(context.random);
	const usage: Usage = { runtimeMs: 40 + Math.round(context.random() * 200), ...outcome.usage };
	const result = { ...outcome.body, ...envelope(model.envelope, model, usage, requestId) };
	if (!webhook) return jsonAnswerInTime(200, result);
	context.webhooks.send(webhook, { ...result, ...envelope('plain', model, usage, requestId) });
	return jsonAnswer(200, {
		request_id: requestId,
		inference_status: { status: 'queued', runtime_ms: 0, cost: 0, tokens_generated: 0, tokens_input: 0 },
	});
}

export function serve(named: Model | undefined): Model {
	const model = named && findServingModel(named);
	if (!model) throw refuse(404, 'Model not found');
	if (model.access === 'forbidden') throw refuse(403, 'Model is private', 'error');
	if (model.access === 'locked') throw refuse(423, 'Model is not ready', 'error');
	return model;
}

function readInput({ body }: Context, model: Model): Input {
	switch (body.kind) {
		case 'json':
			return readJsonInput(model, body.value);
		case 'form':
			return readFormInput(model, body.form);
		case 'refused':
			throw body.refusal;
		case 'none':
			return readJsonInput(model, {});
	}
}

/** What stands in every native answer, with the oddities that occur. */
function envelope(shape: EnvelopeShape, model: Model, usage: Usage, requestId: string): JsonObject {
	const cost = costOf(model.pricing, usage);
	const status = {
		status: shape === 'statusSuccess' ? 'success' : 'succeeded',
		runtime_ms: usage.runtimeMs,
		cost: shape === 'costText' ? String(cost) : cost,
		tokens_generated: shape === 'tokensNull' ? null : (usage.outputTokens ?? 0),
		tokens_input: shape === 'tokensNull' ? null : (usage.inputTokens ?? 0),
		output_length: Math.round(usage.outputSeconds ?? 0),
	};
	return {
		request_id: shape === 'noRequestId' ? null : requestId,
		inference_status: shape === 'noStatus' ? null : status,
	};
}
