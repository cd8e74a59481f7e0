import { type Answer, jsonAnswer, refuse } from './answer';
import { refuseWrongKey, requireAccount } from './accounts';
import { catalogueRow, fieldList, findModel, isFeatured, MODELS, modelsOf } from './catalogue';
import { exampleAnswer, exampleCommand } from './catalogue/examples';
import type { Model, ModelGroup } from './catalogue/model';
import type { Context, Route } from './context';
import type { Json, JsonObject } from './json';
import { round, sha256 } from './random';

// The list is long and does not change: it is made once.
let publicList: Answer | undefined;

/** Filters in the query are ignored, as on the real route. */
export function listModels(): Answer {
	publicList ??= jsonAnswer(200, modelsOf('public').map(catalogueRow));
	return publicList;
}

export function listFeatured(): Answer {
	return jsonAnswer(200, modelsOf('public').filter(isFeatured).map(catalogueRow));
}

export function listOwn(group: ModelGroup): Route {
	return ({ headers }) => {
		requireAccount(headers, 'detail');
		return jsonAnswer(200, modelsOf(group).map(catalogueRow));
	};
}

export function listDeployments({ headers }: Context): Answer {
	requireAccount(headers, 'detail');
	return jsonAnswer(
		200,
		modelsOf('deployment').map((model) => ({
			type: 'llm',
			deploy_id: model.deployId,
			model_name: model.name,
			version: versionOf(model),
			task: model.type,
			status: model.access === 'open' ? 'running' : 'initializing',
			fail_reason: '',
			created_at: '2026-01-05T10:00:00+00:00',
			updated_at: '2026-01-05T10:20:00+00:00',
			instances: { running: model.access === 'open' ? 1 : 0, pending: model.access === 'open' ? 0 : 1 },
			config: { gpu: 'A100-80GB', num_gpus: 1, max_batch_size: 64 },
			settings: { min_instances: 0, max_instances: 1 },
		})),
	);
}

function findVisible({ headers, rest }: Context): Model {
	const model = findModel(rest);
	if (!model) throw refuse(404, 'Model not found', 'error');
	if (model.group !== 'public') requireAccount(headers, 'detail');
	return model;
}

export function versionOf(model: Model): string {
	return sha256(model.name).slice(0, 40);
}

const VARIANTS = [
	'default',
	'openai-chat-completions',
	'openai-embeddings',
	'openai-images',
	'openai-speech-to-text',
	'openai-tts',
];

export function describeModel(context: Context): Answer {
	const model = findVisible(context);
	const variants = VARIANTS.slice(0, model.tags?.includes('openai') ? 2 : 1);
	return jsonAnswer(200, {
		model_name: model.name,
		type: model.type,
		tags: model.tags ?? [],
		reported_type: model.reportedType,
		version: context.query.version ?? versionOf(model),
		description: model.description,
		featured: isFeatured(model),
		owner: model.group !== 'public',
		public: model.group === 'public',
		curl_inv: exampleCommand(model, context.baseUrl),
		cmdline_inv: `deepctl infer -m '${model.name}'`,
		txt_docs: '',
		out_example: exampleAnswer(model),
		out_docs: '',
		in_schema: model.schemaRoute === 'locked' ? null : model.schema,
		out_schema: model.schemaOut,
		in_fields: model.schemaRoute === 'malformed' ? null : fieldList(model.schema),
		pricing: model.pricing,
		doc_blocks: null,
		short_doc_block: null,
		schemas: variants.map((key) => ({ key, url: `/models/${model.name}/schema/${key}` })),
		meta: {
			description: model.description,
			github_url: '',
			paper_url: '',
			license_url: '',
			readme: '',
			cover_img_url: '',
		},
		max_tokens: model.maxTokens,
		max_output_tokens: null,
		replaced_by: model.replacedBy,
		deprecated: model.deprecated,
		quantization: model.quantization,
		mmlu: null,
		expected: null,
		is_partner: model.isPartner,
		is_custom_deployable: model.group === 'deployment',
	});
}

export function describeSchema(context: Context): Answer {
	const match = /^(.+)\/schema\/([^/]+)$/.exec(context.rest);
	const model = findVisible({ ...context, rest: match?.[1] ?? '' });
	const key = match?.[2] ?? '';
	if (model.schemaRoute === 'locked') throw refuse(423, 'Model is not ready', 'error');
	if (model.schemaRoute === 'missing' || !VARIANTS.includes(key)) throw refuse(404, 'Schema not found', 'error');
	return jsonAnswer(200, {
		variant: { key, url: `/models/${model.name}/schema/${key}` },
		schema_in: model.schema,
		schema_out: model.schemaOut,
		schema_stream: null,
		fields_in: fieldList(model.schema),
	});
}

export function listVersions(context: Context): Answer {
	const model = findVisible({ ...context, rest: context.rest.replace(/\/versions$/, '') });
	return jsonAnswer(200, [
		{ model_name: model.name, version: versionOf(model), uploaded_at: '2026-02-01T08:00:00.000000+00:00' },
		{
			model_name: model.name,
			version: sha256(`${model.name} old`).slice(0, 40),
			uploaded_at: '2025-02-01T08:00:00.000000+00:00',
		},
	]);
}

/** The list in OpenAI's form; it serves anybody without a key, and anybody with a broken one. */
export function listOpenaiModels({ headers }: Context): Answer {
	refuseWrongKey(headers);
	const shown = modelsOf('public').filter((model) => model.tags?.includes('openai'));
	return jsonAnswer(200, { object: 'list', data: shown.map(openaiRow) });
}

function openaiRow(model: Model): JsonObject {
	return {
		id: model.name,
		object: 'model',
		created: 1_742_299_200,
		owned_by: 'deepinfra',
		root: model.name,
		parent: null,
		metadata: model.isPartner
			? null
			: {
					description: model.description ?? '',
					context_length: model.maxTokens,
					max_tokens: model.maxTokens,
					pricing: dollarsPerMillion(model),
					tags: model.tags,
				},
	};
}

function dollarsPerMillion({ pricing }: Model): Json {
	const input = pricing?.cents_per_input_token;
	const output = pricing?.cents_per_output_token;
	return {
		...(typeof input === 'number' ? { input_tokens: round(input * 1e4) } : {}),
		...(typeof output === 'number' ? { output_tokens: round(output * 1e4) } : {}),
	};
}

export const MODEL_COUNT = MODELS.length;
