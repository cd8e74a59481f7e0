/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { n8nUserFolder, removeUserFolder } from './environment';
import 'reflect-metadata';
import { Logger } from '@n8n/backend-common';
import { configureGlobalAxiosDefaults } from '@n8n/backend-network';
import { Container } from '@n8n/di';
import {
	BinaryDataConfig,
	BinaryDataService,
	ErrorReporter,
	LoadOptionsContext,
	PackageDirectoryLoader,
	WorkflowExecute,
	WorkflowHasIssuesError,
} from 'n8n-core';
import { createRunExecutionData, Workflow } from 'n8n-workflow';
import type {
	IBinaryData,
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteData,
	INode,
	INodeExecutionData,
	INodeListSearchResult,
	INodeParameters,
	IRun,
	IRunData,
	IRunExecutionData,
	IWorkflowSettings,
	NodeExecutionHint,
	StructuredChunk,
	ResourceMapperFields,
} from 'n8n-workflow';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { places } from '../../../scripts/host/places';
import { stopwatch } from '../yardstick';
import { createAdditionalData, executionId, workflowId } from './additionalData';
import { testCredential, type CredentialTestResult } from './credentialTest';
import { EngineCredentialsHelper } from './credentialsHelper';
import { DatabaseManager } from './databaseManager';
import { EngineNodeTypes, sourceNodeType } from './nodeTypes';

export type BinaryMode = 'default' | 'filesystem' | 'database';

export interface EngineOptions {
	binaryMode: BinaryMode;
	baseUrl: string;
	apiKey?: string;
	/** Another package than this project's, for the tests of this harness. */
	package?: { directory: string; node: string; credential: string };
}

export interface RunOptions {
	parameters: INodeParameters;
	items?: INodeExecutionData[];
	onError?: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
	settings?: IWorkflowSettings;
	/** Stops the run so long after its start, or after `cancelOnce` first held. */
	cancelAfterMs?: number;
	cancelOnce?: () => boolean;
	/** Gets what stops the run, as Stop in the editor does. */
	onStart?: (stop: () => void) => void;
	credentials?: { apiKey?: string; baseUrl?: string; url?: string };
	/** Takes the pieces of an answer, as behind a trigger that streams. */
	onChunk?: (chunk: StructuredChunk) => void;
	/** Takes what the editor's console shows. */
	onMessage?: (message: string) => void;
	/** As an agent runs it: under the type that n8n makes of a node that may be a tool. */
	asTool?: boolean;
	/** What a node named "Before" gave, from which an agent got the item that it hands to its tool. */
	before?: INodeExecutionData[];
}

export interface RunError {
	name: string;
	message: string;
	description?: string;
	httpCode?: string;
	itemIndex?: number;
	context: IDataObject;
}

export interface RunResult {
	status: string;
	items: INodeExecutionData[];
	errorItems: INodeExecutionData[];
	error?: RunError;
	hints: NodeExecutionHint[];
	/** By which n8n's list of executions can be searched. */
	customData: Record<string, string>;
	durationMs: number;
	/** From Stop to the end, without what other programs took (test/support/yardstick). */
	stoppedInMs?: number;
	/** Of a run that sleeps: goes on with it as n8n does when its time is over. */
	wake?: () => Promise<RunResult>;
	/** What n8n keeps of a run that sleeps. */
	sleeping?: IRunExecutionData;
}

export interface Engine {
	run(options: RunOptions): Promise<RunResult>;
	/** The bytes as the engine's binary mode stores them. */
	binary(bytes: Buffer, fileName: string, mimeType: string): Promise<IBinaryData>;
	read(binary: IBinaryData): Promise<Buffer>;
	/** A list search method, called as the editor's picker calls it. */
	search(
		method: string,
		parameters: INodeParameters,
		filter?: string,
		paginationToken?: string,
		credentials?: RunOptions['credentials'],
	): Promise<INodeListSearchResult>;
	/** A resource mapping method, called as the editor calls it. */
	mapping(method: string, parameters: INodeParameters): Promise<ResourceMapperFields>;
	/** The credential's own test request, sent as n8n sends it when a credential is saved. */
	testCredential(credentials?: RunOptions['credentials']): Promise<CredentialTestResult>;
	close(): Promise<void>;
}

const nodeName = 'DeepInfra';
const projectPackage = { directory: places.project, node: 'deepInfra', credential: 'deepInfraApi' };

let openEngine: BinaryMode | undefined;

async function startBinaryData(mode: BinaryMode): Promise<BinaryDataService> {
	if (openEngine !== undefined) throw new Error(`An engine in mode ${openEngine} is open: close it first`);
	openEngine = mode;
	process.env.N8N_DEFAULT_BINARY_DATA_MODE = mode;
	Container.get(BinaryDataConfig).mode = mode; // a later engine of the same process finds the config made
	const service = Container.get(BinaryDataService);
	await service.init();
	if (mode === 'database') {
		const manager = new DatabaseManager();
		await manager.init();
		service.setManager('database', manager);
	}
	return service;
}

function loadPackage(directory: string): PackageDirectoryLoader {
	const loader = new PackageDirectoryLoader(directory);
	const files = [...(loader.packageJson.n8n?.nodes ?? []), ...(loader.packageJson.n8n?.credentials ?? [])];
	const missing = files.filter((file) => !existsSync(path.join(directory, file)));
	if (missing.length > 0) throw new Error(`Not built: ${missing.join(', ')}. Run "npm run build" first.`);
	return loader;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value) && !('__rl' in value);
}

/** n8n drops parameters that the node does not declare or show; a test that gives one is a mistaken test. */
function assertParametersKept(given: INodeParameters, kept: INodeParameters): void {
	for (const [name, value] of Object.entries(given)) {
		const keptValue = kept[name];
		if (keptValue === undefined) throw new Error(`The node has no parameter "${name}" for this operation`);
		if (!isPlainObject(value) || !isPlainObject(keptValue)) continue;
		const lost = Object.keys(value).filter((key) => !(key in keptValue));
		if (lost.length > 0) throw new Error(`The node has no "${lost.join(', ')}" in "${name}"`);
	}
}

function readError(run: IRun): RunError | undefined {
	const { error } = run.data.resultData;
	if (error === undefined) return undefined;
	const context: IDataObject = 'context' in error ? { ...error.context } : {};
	const { itemIndex } = context;
	return {
		name: error.name,
		message: error.message,
		context,
		...('description' in error && error.description ? { description: String(error.description) } : {}),
		...('httpCode' in error && error.httpCode ? { httpCode: String(error.httpCode) } : {}),
		...(typeof itemIndex === 'number' ? { itemIndex } : {}),
	};
}

/** The run of a node that ran earlier. */
const ranBefore = (items: INodeExecutionData[] | undefined): IRunData =>
	items === undefined
		? {}
		: { Before: [{ startTime: 0, executionIndex: 0, executionTime: 0, source: [], data: { main: [items] } }] };

/** How n8n queues a tool that an agent asks for: with the agent's item, but not its files. */
const asAgentDoes = (node: INode, items: INodeExecutionData[]): IExecuteData => ({
	node,
	data: { main: [items] },
	source: { main: [{ previousNode: 'Before' }] },
	metadata: {
		preserveSourceOverwrite: true,
		preservedSourceOverwrite: { previousNode: 'Before', previousNodeOutput: 0, previousNodeRun: 0 },
	},
});

function readRun(run: IRun, durationMs: number): RunResult {
	const task = run.data.resultData.runData[nodeName]?.at(-1);
	return {
		status: run.status,
		items: task?.data?.main?.[0] ?? [],
		errorItems: task?.data?.main?.[1] ?? [],
		error: readError(run),
		hints: task?.hints ?? [],
		customData: run.data.resultData.metadata ?? {},
		durationMs,
	};
}

/** Presses Stop as a run's options say; `at` is when. */
function stopOf({ cancelAfterMs, cancelOnce }: RunOptions, cancel: () => void) {
	const timers: { watch?: NodeJS.Timeout; stop?: NodeJS.Timeout } = {};
	const stop: { watch?: () => number; forget(): void } = {
		forget() {
			clearInterval(timers.watch);
			clearTimeout(timers.stop);
		},
	};
	const count = () => {
		if (cancelOnce?.() === false) return;
		clearInterval(timers.watch);
		timers.stop = setTimeout(() => {
			stop.watch = stopwatch();
			cancel();
		}, cancelAfterMs);
	};
	if (cancelAfterMs === undefined) return stop;
	if (cancelOnce) timers.watch = setInterval(count, 5);
	else count();
	return stop;
}

function refusedRun({ name, message }: Error): RunResult {
	const error = { name, message, context: {} };
	return { status: 'error', items: [], errorItems: [], error, hints: [], customData: {}, durationMs: 0 };
}

/** n8n looks at the stack for each line of its log and each error that it reports, also where nobody reads them. */
function silence(): void {
	const say = () => undefined;
	Object.assign(Container.get(ErrorReporter), { error: say });
	if (process.env.N8N_LOG_LEVEL === 'silent')
		Object.assign(Container.get(Logger), { error: say, warn: say, info: say, debug: say });
}

/** The built package in n8n's own engine. One engine at a time: n8n's binary data service is one per process. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
	const tested = options.package ?? projectPackage;
	const loader = loadPackage(tested.directory);
	await loader.loadAll();
	const binaryData = await startBinaryData(options.binaryMode);
	configureGlobalAxiosDefaults(); // as n8n does at its start
	silence();
	const nodeType = `${loader.packageName}.${tested.node}`;
	const node: Pick<INode, 'type' | 'typeVersion' | 'position' | 'credentials'> = {
		type: nodeType,
		typeVersion: 1,
		position: [200, 0],
		credentials: { [tested.credential]: { id: '1', name: 'Engine test' } },
	};

	const credentialValues = (overrides: RunOptions['credentials']): ICredentialDataDecryptedObject => ({
		apiKey: options.apiKey ?? 'emulator-key',
		// Credentials of other packages call it otherwise.
		...(overrides?.url === undefined ? { baseUrl: options.baseUrl } : {}),
		...overrides,
	});

	const credentialsHelper = (overrides: RunOptions['credentials']) =>
		new EngineCredentialsHelper(loader, { [tested.credential]: credentialValues(overrides) });

	async function run(runOptions: RunOptions): Promise<RunResult> {
		const source: INode = {
			id: '1',
			name: 'Source',
			type: sourceNodeType,
			typeVersion: 1,
			position: [0, 0],
			parameters: {},
		};
		const underTest: INode = {
			...node,
			id: '2',
			name: nodeName,
			type: runOptions.asTool ? `${nodeType}Tool` : nodeType,
			parameters: runOptions.parameters,
			onError: runOptions.onError ?? 'stopWorkflow',
		};
		const definition = {
			id: workflowId,
			name: 'Engine test',
			active: false,
			nodes: [source, underTest, { ...source, id: '3', name: 'Before' }],
			connections: { Source: { main: [[{ node: nodeName, type: 'main' as const, index: 0 }]] } },
			// n8n works out $now for each expression: in a zone with summer time that costs more than all else of it.
			settings: { executionOrder: 'v1' as const, timezone: 'UTC', ...runOptions.settings },
		};
		const workflow = new Workflow({
			...definition,
			nodeTypes: new EngineNodeTypes(loader, runOptions.items ?? [{ json: {} }], runOptions.parameters),
		});
		const placed = workflow.getNode(nodeName);
		if (placed === null) throw new Error('The workflow lost its node');
		assertParametersKept(runOptions.parameters, placed.parameters);
		const additionalData = () =>
			createAdditionalData(credentialsHelper(runOptions.credentials), {
				mode: 'manual',
				...definition,
				onChunk: runOptions.onChunk,
				onMessage: runOptions.onMessage,
			});
		const execution = new WorkflowExecute(
			additionalData(),
			'manual',
			createRunExecutionData({
				resultData: { runData: ranBefore(runOptions.before) },
				executionData: {
					nodeExecutionStack: [
						runOptions.before === undefined
							? { node: source, data: { main: [[{ json: {} }]] }, source: null }
							: asAgentDoes(placed, runOptions.items ?? []),
					],
				},
			}),
		);
		const goOn = async (next: WorkflowExecute): Promise<RunResult> => {
			const startedAt = performance.now();
			const running = next.processRunExecutionData(workflow);
			runOptions.onStart?.(() => running.cancel());
			const stop = stopOf(runOptions, () => running.cancel());
			try {
				const ended = await running;
				const [endedAt, stoppedInMs] = [performance.now(), stop.watch?.()];
				// n8n reads it from its database.
				const stored = () => createRunExecutionData(JSON.parse(JSON.stringify(ended.data)));
				const wake = async () => await goOn(new WorkflowExecute(additionalData(), 'manual', stored()));
				const result = { ...readRun(ended, endedAt - startedAt), stoppedInMs };
				return ended.status === 'waiting' ? { ...result, wake, sleeping: stored() } : result;
			} finally {
				stop.forget();
			}
		};
		// n8n refuses a workflow whose required fields are empty before it starts.
		return await goOn(execution).catch(async (error: unknown) =>
			error instanceof WorkflowHasIssuesError ? refusedRun(error) : await Promise.reject(error),
		);
	}

	/** As n8n's dynamic node parameters service: a workflow of one node that holds the fields on the screen. */
	function loadOptionsContext(
		parameters: INodeParameters,
		fieldPath: string,
		credentials?: RunOptions['credentials'],
	): LoadOptionsContext {
		const nodes: INode[] = [{ ...node, id: '1', name: nodeName, parameters }];
		const workflow = new Workflow({
			nodes,
			connections: {},
			active: false,
			nodeTypes: new EngineNodeTypes(loader, [], parameters),
		});
		const placed = workflow.getNode(nodeName);
		if (placed === null) throw new Error('The workflow lost its node');
		assertParametersKept(parameters, placed.parameters);
		const additionalData = createAdditionalData(credentialsHelper(credentials), {
			mode: 'internal',
			nodes,
			connections: {},
			currentNodeParameters: parameters,
		});
		return new LoadOptionsContext(workflow, placed, additionalData, fieldPath);
	}

	const methods = () => new EngineNodeTypes(loader, []).getByNameAndVersion(nodeType).methods;

	return {
		run,
		async binary(bytes, fileName, mimeType) {
			const fileExtension = path.extname(fileName).slice(1);
			const location = { type: 'execution' as const, workflowId, executionId };
			return await binaryData.store(location, bytes, { data: '', fileName, mimeType, fileExtension });
		},
		read: async (binary) => await binaryData.getAsBuffer(binary),
		async search(method, parameters, filter, paginationToken, credentials) {
			const search = methods()?.listSearch?.[method];
			if (search === undefined) throw new Error(`The node has no list search method ${method}`);
			const context = loadOptionsContext(parameters, 'parameters.model', credentials);
			return await search.call(context, filter, paginationToken);
		},
		async mapping(method, parameters) {
			const map = methods()?.resourceMapping?.[method];
			if (map === undefined) throw new Error(`The node has no resource mapping method ${method}`);
			return await map.call(loadOptionsContext(parameters, 'parameters.fields'));
		},
		testCredential: async (credentials) =>
			await testCredential(loader, tested.credential, credentialValues(credentials), {
				...node,
				id: '1',
				name: nodeName,
				parameters: {},
			}),
		async close() {
			openEngine = undefined;
			removeUserFolder();
		},
	};
}

export { n8nUserFolder };
