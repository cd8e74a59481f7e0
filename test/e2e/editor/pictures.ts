/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { readWorkflow } from '../../../scripts/demo/workflow';
import { places } from '../../../scripts/host/places';
import { byId, chatModel, EMBEDDER, fromAi, LANGCHAIN, ownNode, planAgent, to, toolNode } from '../agent/build';
import type { Report } from '../support/report';
import { ensure } from '../support/report';
import {
	connectInLine,
	deepInfraNode,
	manualTrigger,
	otherNode,
	readFileNode,
	setNode,
	SETTINGS,
	splitNode,
	type CredentialName,
	type WorkflowNode,
} from '../support/workflows';
import type { World } from '../support/world';
import { WINDOW, type Editor, type Theme } from './editor';

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
			['objects', async () => await this.showObjects()],
			['agent', async () => await this.showAgent()],
			['speech', async () => await this.showSpeech()],
			['video', async () => await this.showVideo()],
			['rerank', async () => await this.showRerank()],
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
		await this.runOpen();
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

	private async runOpen(): Promise<void> {
		ensure((await this.editor.runNode()) === 'success', `the run failed: ${await this.editor.output.innerText()}`);
	}

	private async showSpeech(): Promise<void> {
		const name = 'Speak the briefing';
		const parameters = {
			resource: 'audio',
			operation: 'synthesize',
			model: { __rl: true, mode: 'list', value: 'hexgrad/Kokoro-82M' },
			text: 'Good morning. Three tickets came in last night, and all of them are solved.',
			options: { voice: 'af_bella', outputFormat: 'mp3' },
		};
		await this.openNodeOf('e2ePictureSpeech', name, [
			manualTrigger(),
			deepInfraNode(name, parameters, this.credential),
		]);
		await this.runOpen();
		// n8n's own player.
		await this.editor.output.getByTestId('ndv-view-binary-data').first().click();
		await this.editor.page.locator('audio').first().waitFor();
		await this.editor.page.waitForLoadState('networkidle');
	}

	private async showVideo(): Promise<void> {
		const name = 'Clip for the shop';
		const parameters = {
			resource: 'video',
			operation: 'generate',
			model: { __rl: true, mode: 'list', value: 'PrunaAI/p-video' },
			prompt: 'slow waves on a beach at sunset, seen from above',
			options: { seconds: 4, aspectRatio: '16:9' },
		};
		await this.openNodeOf('e2ePictureVideo', name, [manualTrigger(), deepInfraNode(name, parameters, this.credential)]);
		await this.runOpen();
		await this.editor.output.getByTestId('ndv-view-binary-data').first().waitFor();
	}

	private async showRerank(): Promise<void> {
		const name = 'Best answers first';
		const documents = [
			'Our office is closed on Sundays.',
			'A refund takes five days after the parcel has come back.',
			'The parcel is sent the next day.',
			'To get a refund, send the parcel back within thirty days.',
		];
		const parameters = {
			resource: 'text',
			operation: 'rerank',
			query: 'How do I get a refund?',
			document: '={{ $json.text }}',
			options: { topN: 3 },
		};
		const nodes = [
			manualTrigger(),
			setNode(documents.map((text) => ({ text }))),
			splitNode(),
			deepInfraNode(name, parameters, this.credential),
		];
		await this.openNodeOf('e2ePictureRerank', name, nodes);
		await this.runOpen();
		await this.editor.output.getByTestId('radio-button-table').click();
		const rows = this.editor.output.locator('table tbody tr');
		await rows.first().waitFor();
		ensure((await rows.count()) >= 3, `the table has ${await rows.count()} rows`);
	}

	/** An agent with all three sub-nodes and the node as a tool, after a run. */
	private async showAgent(): Promise<void> {
		const { client } = this.world;
		const world = { credential: this.credential };
		const at = (node: WorkflowNode, x: number, y: number): WorkflowNode => ({ ...node, position: [x, y] });
		const store = otherNode('Help articles', `${LANGCHAIN}.vectorStoreInMemory`, 1.3, {
			mode: 'retrieve-as-tool',
			toolDescription: 'Articles of the help center',
			memoryKey: byId('picture'),
			useReranker: true,
		});
		const memory = otherNode('Simple Memory', `${LANGCHAIN}.memoryBufferWindow`, 1.3, {
			sessionIdType: 'customKey',
			sessionKey: 'picture',
		});
		const draw = { resource: 'image', operation: 'generate', prompt: fromAi('Prompt') };
		const plan = planAgent({
			model: { ...chatModel(world), name: 'DeepInfra Chat Model' },
			text: 'Please use draw a picture.\nprompt: a parcel on its way home',
			before: [manualTrigger()],
			below: [
				['ai_memory', memory],
				['ai_tool', toolNode(world, 'Draw a picture', draw)],
				['ai_tool', store],
			],
		});
		const places: Readonly<Record<string, readonly [number, number]>> = {
			Agent: [300, 0],
			'DeepInfra Chat Model': [80, 260],
			'Simple Memory': [260, 260],
			'Draw a picture': [430, 260],
			'Help articles': [620, 260],
		};
		const nodes = [
			...plan.nodes.map((node) => {
				const [x, y] = places[node.name] ?? [0, 0];
				return at(node, x, y);
			}),
			at(ownNode(world, 'DeepInfra Embeddings', 'embeddingsDeepInfra', { model: byId(EMBEDDER) }), 560, 480),
			at(ownNode(world, 'DeepInfra Reranker', 'rerankerDeepInfra', { topN: 3 }), 760, 480),
		];
		const connections = {
			...plan.connections,
			'DeepInfra Embeddings': to('Help articles', 'ai_embedding'),
			'DeepInfra Reranker': to('Help articles', 'ai_reranker'),
		};
		const name = 'Support agent';
		await client.saveWorkflow('e2ePictureAgent', { name, nodes, connections, settings: SETTINGS }, true);
		await this.editor.openWorkflow('e2ePictureAgent');
		await this.editor.part('execute-workflow-button').first().click();
		await this.editor.page.getByText('Workflow executed successfully').waitFor({ timeout: 60_000 });
		await this.editor.closeNotices();
		await this.editor.part('zoom-to-fit').click();
	}
}
