import { startChromium } from '../support/chromium';
import type { Part } from '../support/part';
import { CREDENTIAL_TYPE, EMULATOR_KEY, startWorld } from '../support/world';
import { checkAdding } from './adding';
import { Editor, type Theme } from './editor';
import { checkErrors } from './errors';
import { checkFields } from './fields';
import { Pictures } from './pictures';

const THEMES: readonly Theme[] = ['light', 'dark'];

/** The node in n8n's editor, in a real browser. */
export const editorPart: Part = async ({ report, endings, signal }) => {
	const browser = await startChromium(endings, signal);
	const world = await startWorld(endings, signal);
	const { client, emulator } = world;
	for (const theme of THEMES) {
		const editor = await Editor.open(browser, world.url, world.login, theme);
		await editor.checkNodeIsKnown();
		if (theme === 'light') {
			await checkAdding(editor, emulator.url, report);
			await checkErrors(editor, client, emulator, report);
		}
		const name = 'DeepInfra';
		const data = { apiKey: EMULATOR_KEY, baseUrl: emulator.url };
		const id = await client.saveCredential({ name, type: CREDENTIAL_TYPE, data });
		await new Pictures(editor, world, theme, { id, name }).take(report);
		await checkFields(editor, client, { id, name }, theme, report);
		await editor.close();
	}
};
