import { readModel, type ModelKind } from '../../../nodes/shared/catalog/model';
import { missingRow, noticeRow, pickerRow, shortenName } from '../../../nodes/shared/catalog/picker';

const NOW = Date.parse('2026-11-29');
/** What n8n's panel shows of a row, measured in the editor (docs/n8n.md#lists). */
const IN_VIEW = 53;

const tokens = (input: number, output: number) => ({
	type: 'tokens',
	cents_per_input_token: input / 1e4,
	cents_per_output_token: output / 1e4,
});

function rowOf(model_name: string, more: object = {}, kind: ModelKind = 'public') {
	const model = readModel({ model_name, type: 'text-generation', ...more }, kind);
	if (!model) throw new Error(`no model: ${model_name}`);
	return pickerRow(model, NOW);
}

describe('what decides is in view, however long the name', () => {
	test.each([
		// what fits stands as it is
		['zeta/plain-7b', '$0.09/$0.55 per 1M · 128k'],
		['meta-llama/Llama-3.3-70B-Instruct-Turbo', '$0.10/$0.32 · 128k'],
		['meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8', '$0.15/$0.60 · 1M'],
		['nvidia/NVIDIA-Nemotron-3-Super-120B-A12B', '$0.10/$0.50 · 256k'],
		['deepseek-ai/DeepSeek-R1-Distill-Llama-70B', '$0.50/$0.80 · 128k'],
		['some-organisation-with-a-long-name/some-model-with-a-name-that-never-seems-to-end-at-all', '$1.00/$2.00 · 8k'],
		['no-owner-but-a-name-that-is-far-too-long-for-any-panel-of-an-editor', '$1.00/$2.00 · 8k'],
	])('%s · %s', (name, marks) => {
		const length = /1M$/.test(marks) ? 1e6 : Number(/(\d+)k$/.exec(marks)?.[1]) * 1024;
		const [, input, output] = /\$([\d.]+)\/\$([\d.]+)/.exec(marks) ?? [];
		const tags = ['tools', 'multimodal'];
		const row = rowOf(name, { pricing: tokens(Number(input), Number(output)), max_tokens: length, tags });
		expect(row.name).toContain(` · ${marks} · sees, tools`);
		expect(row.name.indexOf(marks) + marks.length).toBeLessThanOrEqual(IN_VIEW);
		// The end of the name tells the models of a family apart.
		expect(row.name).toContain(`${name.slice(-8)} · `);
		// The title of its arrow has all of it.
		expect(row.name).toContain(name);
		expect(row.value).toBe(name);
	});

	test.each([
		[{ deprecated: 1e9 }, 'deprecated'],
		[{ deprecated: 4e9 }, 'until 2096-10-02'],
		[{ type: 'text-to-image', model_name: 'black-forest-labs/FLUX.1-Kontext-with-a-longer-name' }, 'needs an image'],
	])('%j', (more, state) => {
		const pricing = { type: 'image_units', cents_per_image_unit: 4 };
		const { name } = rowOf('black-forest-labs/FLUX.1-some-very-long-name-dev', { pricing, ...more });
		expect(name).toContain(` · ${state} · $0.04 / image`);
		expect(name.split(' · $0.04 / image')[0]?.length).toBeLessThanOrEqual(IN_VIEW - ' · $0.04 / image'.length);
	});

	test.each([
		['private', 'private'],
		['lora', 'LoRA'],
	] as const)('of a %s model that it is one', (kind, mark) => {
		const { name } = rowOf('our-company/support-llama-3.3-70b-finetuned-2026-11', { pricing: tokens(1, 2) }, kind);
		const price = '$1.00/$2.00';
		expect(name).toContain(` · ${mark} · ${price}`);
		expect(name.indexOf(price) + price.length).toBeLessThanOrEqual(IN_VIEW);
	});

	test('of a deployment whether it is up, then which it is', () => {
		const row = rowOf('our-company/support-llama', { deploy_id: 'dep7', status: 'initializing' }, 'deployment');
		expect(row.name).toBe('our-company/support-llama · deployment · initializing · dep7');
	});

	test('of a chosen model that the list lacks', () => {
		const { name, value } = missingRow('another-company/some-model-with-a-name-that-is-long-instruct', 'Why.');
		expect(name).toMatch(/-long-instruct · not in this list$/);
		expect(name.length).toBeLessThanOrEqual(IN_VIEW);
		expect(value).toBe('another-company/some-model-with-a-name-that-is-long-instruct');
	});

	test('of a retired model who answers instead', () => {
		const { name } = rowOf('owner/old', { deprecated: 1e9, replaced_by: 'owner/new' });
		expect(name).toBe('owner/old · deprecated · replaced by owner/new');
	});

	test('a row that is no model leads nowhere', () => {
		expect(noticeRow('No match', 'Because.')).toEqual({ name: 'No match', value: '', description: 'Because.' });
	});
});

describe('a name is shortened', () => {
	test.each([
		['owner/model', 11, 'owner/model'],
		['owner/model', 10, 'own…/model'],
		// of fewer letters nobody would know the owner
		['owner/model', 9, 'model'],
		['owner/model', 5, 'model'],
		['owner/abcdefghijklmnopqrstuvwxyz0123456789', 18, 'abcdefghi…23456789'],
		['a/b/c', 4, '…/b/c'.slice(2)],
		['plain', 3, 'plain'],
		['/odd', 2, 'odd'],
		['日本語の/𠮷𠮷𠮷', 8, '日本語…/𠮷𠮷𠮷'],
	])('%s to %i: %s', (name, room, short) => {
		expect(shortenName(name, room)).toBe(short);
	});
});
