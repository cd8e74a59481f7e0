import type { Report } from '../support/report';
import { ensure } from '../support/report';
import { EMULATOR_KEY } from '../support/world';
import type { Editor } from './editor';

const MODEL = 'black-forest-labs/FLUX-1-schnell';

/** What people type who look for this node; codex and description have to lead there. */
const SEARCHES = [
	'deepinfra',
	'deep infra',
	'whisper',
	'detect objects',
	'embedding',
	'classify',
	'OCR',
	'translate',
	'summarize',
];

export async function checkAdding(editor: Editor, baseUrl: string, report: Report): Promise<void> {
	await editor.openNewWorkflow();
	for (const query of SEARCHES) {
		await report.check(`The node panel finds the node by "${query}"`, async () => {
			const names = await editor.searchNodes(query);
			ensure(names.includes('DeepInfra'), `it lists ${names.join(', ') || 'nothing'}`);
			editor.ensureNoTroubles();
		});
	}

	await report.check('The node panel lists the trigger of batches, too', async () => {
		const names = await editor.searchNodes('deepinfra');
		ensure(names.includes('DeepInfra Batch Trigger'), `it lists ${names.join(', ')}`);
	});

	await report.check('A new node asks for a credential; a wrong key fails its test, the right one passes', async () => {
		await editor.openNewWorkflow();
		await editor.addNode('Generate image');
		await editor.part('node-credentials-slot').getByText('Connect to DeepInfra').click();
		const dialog = editor.part('editCredential-modal');
		const fill = async (field: string, text: string) =>
			await dialog.getByTestId(`parameter-input-${field}`).locator('input').fill(text);
		await fill('apiKey', 'not-a-key');
		await fill('baseUrl', baseUrl);
		await editor.part('credential-save-button').click();
		await dialog.getByText('Couldn’t connect with these settings').waitFor();
		await dialog.getByText('More details').click();
		const said = await dialog.innerText();
		ensure(
			/DeepInfra does not accept the API key\. Paste/.test(said),
			`the dialog does not say that the key is wrong:\n${said}`,
		);

		await fill('apiKey', EMULATOR_KEY);
		await editor.part('credential-save-button').click();
		await dialog.waitFor({ state: 'hidden' });
		await editor.part('credential-edit-button').click();
		await dialog.getByText('Connection tested successfully').waitFor();
		await dialog.getByLabel('Close this dialog').click();
		await dialog.waitFor({ state: 'hidden' });
		editor.ensureNoTroubles();
	});

	await report.check('A model is picked from the live list by typing', async () => {
		const models = await editor.searchModels('flux');
		ensure(models.length > 1, `the list shows only: ${models.join(', ')}`);
		await editor.chooseModel('schnell', MODEL);
		const shown = await editor.shownModel();
		ensure(shown.startsWith(MODEL), `the field then shows "${shown}"`);
		editor.ensureNoTroubles();
	});

	await report.check('The node runs, and the binary view shows the image', async () => {
		await editor.fill('prompt', 'a burger with a funny hat on the beach');
		const ending = await editor.runNode();
		ensure(ending === 'success', `the run failed: ${await editor.output.innerText()}`);
		const card = editor.output.getByTestId('ndv-binary-data_0');
		const told = await card.innerText();
		ensure(/image\/png/.test(told) && /image\.png/.test(told), `the binary view tells:\n${told}`);
		await card.getByTestId('ndv-view-binary-data').click();
		const image = editor.output.locator('img').last();
		await image.waitFor();
		await editor.page.waitForLoadState('networkidle');
		const width: unknown = await image.evaluate((element) => ('naturalWidth' in element ? element.naturalWidth : 0));
		ensure(typeof width === 'number' && width > 100, `the image that is shown is ${String(width)} pixels wide`);
		editor.ensureNoTroubles();
	});
}
