import { requirePaying } from '../accounts';
import { type Answer, jsonAnswer, refuse, refuseField } from '../answer';
import { findModel } from '../catalogue';
import { costOf } from '../catalogue/pricing';
import type { Context } from '../context';
import { serve } from '../inference';
import { isObject, textsOf } from '../json';
import { makeRequestId } from '../random';
import { embed } from '../tasks/embed';

/** The route with OpenAI's shapes, as the lines of batches ask it. */
export function embedTexts(context: Context): Answer {
	requirePaying(context.headers, 'openai');
	const { body } = context;
	if (body.kind === 'refused') throw body.refusal;
	if (body.kind !== 'json' || !isObject(body.value))
		throw refuse(422, 'Request body is not a JSON object', 'validation');
	const { model: name, input, dimensions, encoding_format: format } = body.value;
	if (typeof name !== 'string') throw refuseField('model', 'field required', 'value_error.missing');
	if (format !== undefined && format !== 'float')
		throw refuseField('encoding_format', 'only float is served here', 'value_error.enum');
	const known = findModel(name);
	if (known?.type !== 'embeddings') throw refuse(404, `The model \`${name}\` does not exist`, 'openai');
	const model = serve(known);
	const inputs = typeof input === 'string' ? [input] : textsOf(input);
	if (inputs.length === 0) throw refuseField('input', 'field required', 'value_error.missing');
	const values = { inputs, ...(dimensions === undefined ? {} : { dimensions }) };
	const { baseUrl, random, store } = context;
	const { body: made, usage } = embed({ values, files: new Map(), model, baseUrl, random, store });
	const vectors = Array.isArray(made.embeddings) ? made.embeddings : [];
	const tokens = usage?.inputTokens ?? 0;
	return jsonAnswer(200, {
		object: 'list',
		id: `embd-${makeRequestId(random)}`,
		model: model.name,
		data: vectors.map((embedding, index) => ({ object: 'embedding', embedding, index })),
		usage: {
			prompt_tokens: tokens,
			total_tokens: tokens,
			estimated_cost: costOf(model.pricing, { runtimeMs: 0, ...usage }),
		},
	});
}
