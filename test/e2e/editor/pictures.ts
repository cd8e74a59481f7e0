/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { readWorkflow } from '../../../scripts/demo/workflow';
import { places } from '../../../scripts/host/places';
import type { Report } from '../support/report';
import { ensure } from '../support/report';
import {
	connectInLine,
	deepInfraNode,
	manualTrigger,
	readFileNode,
	type CredentialName,
	SETTINGS,
} from '../support/workflows';
import type { World } from '../support/world';
import { WINDOW, type Editor, type Theme } from './editor';
import { WRONG_MODEL_ID } from './errors';

const FOLDER = path.join(places.project, 'docs', 'images');
const LARGEST = 250_000;
const HIGH_WINDOW = { width: 1280, height: 1400 };

/** Takes the pictures that README and docs/ show, each after checking that the page shows what it is for. */
export class Pictures {
	constructor(
		private readonly editor: Editor,
		private readonly world: World,
		private readonly theme: Theme,
		private readonly credential: CredentialName,
	) {}

	async take(report: Report): Promise<void> {
		await mkdir(FOLDER, { recursive: true });
		const pictures: ReadonlyArray<readonly [string, () => Promise<void>]> = [
			['canvas', async () => await this.showCanvas()],
			['image', async () => await this.showImage()],
			['models', async () => await this.showModels()],
			['objects', async () => await this.showObjects()],
			['error', async () => await this.showError()],
		];
		for (const [name, show] of pictures) {
			await report.check(`Picture ${name}-${this.theme}.png`, async () => {
				await show();
				await this.editor.closeNotices();
				await this.save(name);
				await this.editor.page.setViewportSize(WINDOW);
				this.editor.ensureNoTroubles();
			});
		}
	}

	private async save(name: string): Promise<void> {
		const file = path.join(FOLDER, `${name}-${this.theme}.png`);
		// The pointer rests where it lights nothing up.
		await this.editor.page.mouse.move(700, 5);
		await this.editor.page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
		const { size } = await stat(file);
		ensure(size < LARGEST, `${name} is ${Math.round(size / 1000)} KB large`);
	}

	private async showCanvas(): Promise<void> {
		const { client, mediaFolder } = this.world;
		const demo = await readWorkflow(path.join(places.workflows, 'demo.json'), mediaFolder, this.credential);
		await client.saveWorkflow(demo.id, demo.workflow, true);
		await this.editor.openWorkflow(demo.id);
		await this.editor.part('execute-workflow-button').first().click();
		const succeeded = this.editor.part('canvas-node-status-success');
		await this.editor.page.getByText('Workflow executed successfully').waitFor({ timeout: 60_000 });
		ensure((await succeeded.count()) >= 10, `only ${await succeeded.count()} nodes are marked as succeeded`);
		await this.editor.closeNotices();
		// The workflow is high: in a high window its names can be read.
		await this.editor.page.setViewportSize(HIGH_WINDOW);
		await this.editor.part('zoom-to-fit').click();
	}

	private async openNodeOf(id: string, name: string, nodes: ReturnType<typeof manualTrigger>[]): Promise<void> {
		const connections = connectInLine(nodes);
		await this.world.client.saveWorkflow(id, { name, nodes, connections, settings: SETTINGS }, true);
		await this.editor.openWorkflow(id);
		await this.editor.openNode(name);
	}

	private async showImage(): Promise<void> {
		const name = 'Image for the newsletter';
		const parameters = {
			resource: 'image',
			operation: 'generate',
			model: { __rl: true, mode: 'list', value: 'stabilityai/stable-diffusion-2-1' },
			prompt: 'a burger with a funny hat on the beach',
			// The same seed gives the same picture each time.
			options: { seed: 7 },
		};
		const nodes = [manualTrigger(), deepInfraNode(name, parameters, this.credential)];
		await this.openNodeOf('e2ePictureImage', name, nodes);
		ensure((await this.editor.runNode()) === 'success', `the run failed: ${await this.editor.output.innerText()}`);
		await this.editor.output.getByTestId('ndv-view-binary-data').click();
		await this.editor.output.locator('img').last().waitFor();
		await this.editor.page.waitForLoadState('networkidle');
	}

	private async showModels(): Promise<void> {
		const name = 'Transcribe the call';
		const parameters = { resource: 'audio', operation: 'transcribe' };
		const nodes = [manualTrigger(), deepInfraNode(name, parameters, this.credential)];
		await this.openNodeOf('e2ePictureModels', name, nodes);
		const models = await this.editor.searchModels('whisper');
		ensure(models.length > 2, `the list shows only ${models.join(', ')}`);
	}

	private async showObjects(): Promise<void> {
		const name = 'What is on the photo';
		const parameters = {
			resource: 'image',
			operation: 'detectObjects',
			options: { outputMode: 'perObject' },
		};
		const photo = readFileNode(`${this.world.mediaFolder}/photo.jpg`, 'Read the photo');
		const nodes = [manualTrigger(), photo, deepInfraNode(name, parameters, this.credential)];
		await this.openNodeOf('e2ePictureObjects', name, nodes);
		ensure((await this.editor.runNode()) === 'success', `the run failed: ${await this.editor.output.innerText()}`);
		await this.editor.part('ndv-input-panel').getByTestId('radio-button-schema').click();
		await this.editor.output.getByTestId('radio-button-table').click();
		const table = this.editor.output.locator('table');
		await table.waitFor();
		const header = await table.locator('th').allInnerTexts();
		for (const column of ['label', 'score', 'box']) {
			ensure(
				header.some((title) => title.trim() === column),
				`the table has no column "${column}", only: ${header.join(', ')}`,
			);
		}
		const rows = await table.locator('tbody tr').count();
		ensure(rows >= 1, 'the table has no rows');
	}

	private async showError(): Promise<void> {
		await this.editor.openWorkflow(WRONG_MODEL_ID);
		await this.editor.openNode('DeepInfra');
		ensure((await this.editor.runNode()) === 'error', 'the run succeeded');
	}
}
