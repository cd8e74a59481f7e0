import type { INodeProperties } from 'n8n-workflow';
import { propertiesOf } from '../../../nodes/shared/n8n/describe';
import { operations as allOperations, resources as allResources } from '../../../nodes/shared/operations';
import type { Report } from '../support/report';
import { ensure } from '../support/report';
import type { Editor, Theme } from './editor';

type Values = Readonly<Record<string, string>>;

const properties = propertiesOf(allOperations, allResources);

/** Whether n8n has to show a field at these values: each condition names the values that it allows. */
const isShown = ({ displayOptions }: INodeProperties, values: Values): boolean =>
	Object.entries(displayOptions?.show ?? {}).every(
		([name, allowed]) => Array.isArray(allowed) && allowed.some((value) => value === values[name]),
	);

const shownAt = (values: Values): INodeProperties[] => properties.filter((property) => isShown(property, values));

const optionNames = ({ options = [] }: INodeProperties): string[] =>
	options.map((option) => ('displayName' in option ? option.displayName : option.name));

/** n8n adds it to the operations of every node that has a credential. */
const ADDED_BY_N8N = ['Custom API Call'];

const difference = (left: readonly string[], right: readonly string[]): string[] =>
	left.filter((name) => !right.includes(name));

function ensureSame(what: string, found: readonly string[], expected: readonly string[]): void {
	const missing = difference(expected, found);
	const surplus = difference(found, [...expected, ...ADDED_BY_N8N]);
	ensure(missing.length === 0, `${what}: missing ${missing.join(', ')}`);
	ensure(surplus.length === 0, `${what}: not expected ${surplus.join(', ')}`);
}

/** Compares the fields, labels and marks on the page with what the node describes. */
async function checkShown(editor: Editor, values: Values): Promise<void> {
	const expected = shownAt(values);
	const found: string[] = [];
	const marked: string[] = [];
	for (const name of new Set(properties.map((property) => property.name))) {
		// A collection is no field of its own on the page; it is looked at by its button.
		if (name === 'options' || !(await editor.field(name).first().isVisible())) continue;
		found.push(name);
		const row = editor.part('parameter-item').filter({ has: editor.field(name) });
		if ((await row.getByTestId('parameter-issues').count()) > 0) marked.push(name);
	}
	const names = expected.map(({ name }) => name).filter((name) => name !== 'options');
	ensureSame('fields', found, names);
	const empty = expected.filter(({ required, default: preset }) => required && preset === '').map(({ name }) => name);
	ensureSame('fields marked as required', marked, empty);

	const labels = editor.part('node-parameters').locator('.n8n-input-label:visible');
	const texts = (await labels.allInnerTexts()).map((text) => text.split('\n')[0]?.trim() ?? '');
	const titles = expected.map(({ displayName }) => displayName);
	ensureSame(
		'labels',
		texts.filter((text) => text !== '' && text !== 'Credential'),
		titles,
	);
	const cut: unknown = await labels.evaluateAll((all) =>
		all.filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent),
	);
	ensure(Array.isArray(cut) && cut.length === 0, `labels that do not fit: ${String(cut)}`);
}

async function checkDropdowns(editor: Editor, values: Values): Promise<void> {
	for (const property of shownAt(values)) {
		if (property.type === 'options' && !['resource', 'operation'].includes(property.name)) {
			ensureSame(`dropdown ${property.displayName}`, await editor.openDropdown(property.name), optionNames(property));
			await editor.page.keyboard.press('Escape');
		}
	}
	const models = await editor.searchModels('');
	ensure(models.length > 0, 'the list of models is empty');
	const preset = await editor.shownModel();
	ensure(
		models.some((name) => name.startsWith(preset)),
		`the list of models lacks the one that is chosen: ${preset}`,
	);
	await editor.page.keyboard.press('Escape');
	const options = shownAt(values).find(({ type }) => type === 'collection');
	if (options) ensureSame('options', await editor.openOptions(), optionNames(options));
}

async function checkIcons(editor: Editor, theme: Theme): Promise<void> {
	const icons: unknown = await editor.page
		.locator('img[src*="n8n-nodes-deepinfra-ai"]:visible')
		.evaluateAll((all) =>
			all.map((each) => [each.getAttribute('src'), 'naturalWidth' in each && Number(each.naturalWidth) > 0]),
		);
	ensure(Array.isArray(icons) && icons.length > 0, 'the node has no icon');
	for (const [source, isDrawn] of icons) {
		ensure(isDrawn === true, `the icon ${source} is not drawn`);
		ensure(String(source).endsWith(theme === 'dark' ? '.dark.svg' : 'deepinfra.svg'), `${theme} theme shows ${source}`);
	}
}

/** Every resource and operation, in a node that has just been added. */
export async function checkFields(editor: Editor, theme: Theme, report: Report): Promise<void> {
	await report.check(`The node opens with its icon, not as one to be installed (${theme})`, async () => {
		await editor.openNewWorkflow();
		await editor.addNode('Generate text');
		await checkIcons(editor, theme);
		const text = await editor.part('ndv').innerText();
		ensure(!/install this node|not (currently )?installed/i.test(text), `n8n takes the node for missing:\n${text}`);
		// n8n marks what is required once the node has been left.
		await editor.closeNode();
		await editor.openNode('Generate text');
		editor.ensureNoTroubles();
	});
	const resources = properties.find(({ name }) => name === 'resource');
	for (const resource of resources?.options ?? []) {
		if (!('value' in resource)) continue;
		const operations = properties.find(
			(property) => property.name === 'operation' && isShown(property, { resource: String(resource.value) }),
		);
		for (const operation of operations?.options ?? []) {
			if (!('value' in operation)) continue;
			await report.check(`${resource.name}: ${operation.name} (${theme})`, async () => {
				await editor.choose('resource', resource.name);
				ensureSame('operations', await editor.openDropdown('operation'), operations ? optionNames(operations) : []);
				await editor.page.keyboard.press('Escape');
				await editor.choose('operation', operation.name);
				const values = { resource: String(resource.value), operation: String(operation.value) };
				const inputSource = shownAt(values).find(({ name }) => name === 'inputSource');
				await checkShown(editor, { ...values, inputSource: 'binary' });
				await checkDropdowns(editor, { ...values, inputSource: 'binary' });
				if (inputSource) {
					await editor.choose('inputSource', 'URL');
					await checkShown(editor, { ...values, inputSource: 'url' });
					await editor.choose('inputSource', 'Binary File');
				}
				editor.ensureNoTroubles();
			});
		}
	}
}
