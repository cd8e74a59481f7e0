/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { INodeProperties } from 'n8n-workflow';
import path from 'node:path';
import { propertiesOf } from '../../../nodes/shared/n8n/describe';
import { operations as allOperations, resources as allResources } from '../../../nodes/shared/operations';
import { places } from '../../../scripts/host/places';
import type { Report } from '../support/report';
import { ensure, waitFor } from '../support/report';
import { connectInLine, deepInfraNode, manualTrigger, type CredentialName, SETTINGS } from '../support/workflows';
import type { N8nClient } from '../../../scripts/host/client';
import type { Editor, Theme } from './editor';

type Values = Readonly<Record<string, unknown>>;

const properties = propertiesOf(allOperations, allResources);

/** Whether n8n has to show a field at these values: each condition names the values that it allows. */
const isShown = ({ displayOptions }: INodeProperties, values: Values): boolean =>
	Object.entries(displayOptions?.show ?? {}).every(
		([name, allowed]) => Array.isArray(allowed) && allowed.some((value) => value === values[name]),
	);

/** Whether a field belongs to an operation, whatever else it depends on. */
const isOwn = ({ displayOptions }: INodeProperties, { resource, operation }: Values): boolean =>
	(displayOptions?.show?.resource ?? [resource]).some((value) => value === resource) &&
	(displayOptions?.show?.operation ?? [operation]).some((value) => value === operation);

/** These are no single fields on the page; their titles and options are looked at. */
const COMPOUND = ['collection', 'fixedCollection', 'resourceMapper', 'notice'];

const shownAt = (values: Values): INodeProperties[] => properties.filter((property) => isShown(property, values));

/** What the node has in its fields when it is new and set to an operation. */
const presetsOf = (chosen: Values): Values => ({
	...Object.fromEntries(
		properties.filter((property) => isOwn(property, chosen)).map((property) => [property.name, property.default]),
	),
	...chosen,
});

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

/** Whether a field holds nothing when it is new; a picker holds its choice within an object. */
const isBlank = (preset: unknown): boolean =>
	preset === '' || (typeof preset === 'object' && preset !== null && 'value' in preset && preset.value === '');

/** A list of rows shows the labels of the rows that it has when it is new, too. */
const titlesOf = ({ displayName, type, options = [], default: preset }: INodeProperties): string[] => [
	displayName,
	...(type === 'fixedCollection' && Object.keys(Object(preset)).length > 0
		? options.flatMap((option) => ('values' in option ? option.values.map((value) => value.displayName) : []))
		: []),
];

/** Compares the fields, labels and marks on the page with what the node describes. */
async function checkShown(editor: Editor, values: Values): Promise<void> {
	const expected = shownAt(values);
	const single = properties.filter(({ type }) => !COMPOUND.includes(type));
	const names = [...new Set(single.map((property) => property.name))];
	const found: string[] = [];
	for (const name of names) {
		if (await editor.field(name).first().isVisible()) found.push(name);
	}
	const wanted = expected.filter(({ type }) => !COMPOUND.includes(type));
	ensureSame(
		'fields',
		found,
		wanted.map(({ name }) => name),
	);
	for (const { name, required, default: preset } of wanted) {
		const shouldBe = required === true && isBlank(preset);
		await waitFor(`the mark of '${name}' as ${shouldBe ? 'required' : 'good'}`, 5, async () => {
			const marks = (await editor.field(name).first().getAttribute('class')) ?? '';
			return marks.includes('has-issues') === shouldBe || undefined;
		});
	}

	const labels = editor.part('node-parameters').locator('.n8n-input-label:visible');
	const readLabels = async () => (await labels.allInnerTexts()).map((text) => text.split('\n')[0]?.trim() ?? '');
	const mappers = expected.filter(({ type }) => type === 'resourceMapper').map(({ displayName }) => displayName);
	const titles = expected.flatMap(titlesOf).filter((title) => !mappers.includes(title));
	// A model's own fields come from its schema, a little later than the rest.
	const own = (text: string) => mappers.length > 0 && (text === 'Values to Send' || / \(|: /.test(text));
	if (mappers.length > 0) {
		await waitFor("the model's own fields", 20, async () => (await readLabels()).some(own) || undefined);
	}
	const texts = await readLabels();
	ensureSame(
		'labels',
		texts.filter((text) => text !== '' && !own(text) && ![...mappers, 'Credential'].includes(text)),
		titles,
	);
	const wide: unknown = await labels.evaluateAll((all) =>
		all.filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent?.trim()),
	);
	// n8n itself shortens the long names of a model's own fields and shows them in full on hovering.
	const cut = Array.isArray(wide) ? wide.filter((text) => titles.includes(text)) : wide;
	ensure(Array.isArray(cut) && cut.length === 0, `labels that do not fit: ${String(cut)}`);
}

async function checkDropdowns(editor: Editor, values: Values): Promise<void> {
	for (const property of shownAt(values)) {
		if (property.type === 'options') {
			ensureSame(`dropdown ${property.displayName}`, await editor.readDropdown(property.name), optionNames(property));
		}
	}
	const options = shownAt(values).find(({ type }) => type === 'collection');
	if (options) ensureSame('options', await editor.openOptions(), optionNames(options));
	if (!shownAt(values).some(({ type, name }) => type === 'resourceLocator' && name === 'model')) return;
	const models = await editor.searchModels('');
	ensure(models.length > 0, 'the list of models is empty');
	const preset = await editor.shownModel();
	// A long name stands there without its owner.
	const own = preset.slice(preset.indexOf('/') + 1);
	ensure(
		models.some((name) => name.includes(own)),
		`the list of models lacks the one that is chosen: ${preset}`,
	);
	const cut = await editor.readCutPrices();
	ensure(cut.length === 0, `prices that are out of view: ${cut.join(', ')}`);
	await editor.page.keyboard.press('Escape');
}

async function checkIcons(editor: Editor, theme: Theme, count: number): Promise<void> {
	const icons: unknown = await editor.page
		.locator('img[src*="n8n-nodes-deepinfra-ai"]:visible')
		.evaluateAll((all) =>
			all.map((each) => [each.getAttribute('src'), 'naturalWidth' in each && Number(each.naturalWidth) > 0]),
		);
	ensure(Array.isArray(icons) && icons.length >= count, `there are fewer icons than nodes: ${String(icons)}`);
	for (const [source, isDrawn] of icons) {
		ensure(isDrawn === true, `the icon ${source} is not drawn`);
		ensure(String(source).endsWith(theme === 'dark' ? '.dark.svg' : 'deepinfra.svg'), `${theme} theme shows ${source}`);
	}
}

const choices = (name: string, values: Values) =>
	properties
		.filter((property) => property.name === name && isShown(property, values))
		.flatMap(({ options = [] }) => options)
		.flatMap((option) => ('value' in option ? [option] : []));

interface OperationNode {
	readonly title: string;
	readonly name: string;
	readonly values: Values;
}

const operationNodes: readonly OperationNode[] = choices('resource', {}).flatMap((resource) =>
	choices('operation', { resource: resource.value }).map((operation) => ({
		title: `${resource.name}: ${operation.name}`,
		name: `${resource.name} ${operation.name}`,
		values: { resource: resource.value, operation: operation.value },
	})),
);

/** A workflow with one node of each operation, as it is when nothing has been filled in. */
async function saveOperations(client: N8nClient, credential: CredentialName, theme: Theme): Promise<string> {
	// n8n keeps a workflow locked for a while for the window that last changed it.
	const id = `e2eOperations-${theme}`;
	const made = operationNodes.map(({ name, values }) => deepInfraNode(name, values, credential));
	const nodes = [manualTrigger(), ...made];
	const connections = connectInLine(nodes);
	await client.saveWorkflow(id, { name: 'Every operation', nodes, connections, settings: SETTINGS }, true);
	return id;
}

/** Every resource and operation: what the panel of a node shows. */
export async function checkFields(
	editor: Editor,
	client: N8nClient,
	credential: CredentialName,
	theme: Theme,
	report: Report,
): Promise<void> {
	await report.check(`The node is drawn with its icon, not as one to be installed (${theme})`, async () => {
		await editor.openWorkflow(await saveOperations(client, credential, theme));
		await editor.part('zoom-to-fit').click();
		await checkIcons(editor, theme, operationNodes.length);
		const text = await editor.part('canvas').innerText();
		ensure(!/install|unknown/i.test(text), `n8n takes a node for missing:\n${text}`);
		editor.ensureNoTroubles();
	});
	for (const { title, name, values } of operationNodes) {
		await report.check(`${title} (${theme})`, async () => {
			await editor.openNode(name);
			await editor.page.screenshot({ path: path.join(places.output, 'panels', `${name}-${theme}.png`) });
			const presets = presetsOf(values);
			// What a panel shows does not depend on the theme, only how it looks.
			if (theme === 'dark') return await editor.closeNode();
			await checkShown(editor, presets);
			await checkDropdowns(editor, presets);
			for (const source of choices('inputSource', presets)) {
				await editor.choose('inputSource', source.name);
				await checkShown(editor, { ...presets, inputSource: source.value });
			}
			await editor.closeNode();
			editor.ensureNoTroubles();
		});
		if (await editor.part('ndv').isVisible()) await editor.closeNode();
	}
	if (theme === 'dark') return;
	await report.check(`Resource and operation can be changed (${theme})`, async () => {
		// The last node: its input source is still what it was at first.
		await editor.openNode(operationNodes.at(-1)?.name ?? '');
		for (const resource of choices('resource', {})) {
			await editor.choose('resource', resource.name);
			const operations = choices('operation', { resource: resource.value });
			for (const operation of operations) {
				await editor.choose('operation', operation.name);
				const names = shownAt(presetsOf({ resource: resource.value, operation: operation.value }));
				for (const property of names.filter(({ type }) => !COMPOUND.includes(type))) {
					const isVisible = await editor.field(property.name).first().isVisible();
					ensure(isVisible, `${resource.name}: ${operation.name} then lacks ${property.displayName}`);
				}
			}
		}
		await editor.closeNode();
		editor.ensureNoTroubles();
	});
}
