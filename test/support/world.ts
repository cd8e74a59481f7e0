import { startEmulator, type Emulator, type EmulatorOptions, type RecordedRequest } from '../emulator';
import { createEngine, type BinaryMode, type Engine } from './engine/engine';
import { type Service, startService } from './service';

/** The built package in n8n's own engine, and who may answer it. */
export interface World {
	readonly engine: Engine;
	/** Works its answers out, as DeepInfra would, and refuses what DeepInfra would. */
	readonly emulator: Emulator;
	/** Answers exactly what a test says: for odd answers, exact outputs and the bytes of a request. */
	readonly service: Service;
	/** What the emulator was asked to infer. */
	inference(): RecordedRequest[];
	close(): Promise<void>;
}

export interface WorldOptions extends EmulatorOptions {
	/** Where n8n keeps files; default in its folder. */
	binaryMode?: BinaryMode;
	/** Whom a run asks, unless its credentials say otherwise; default the emulator. */
	asks?: 'emulator' | 'service';
	/** Default a key that is shorter than real ones. */
	apiKey?: string;
}

/** One at a time in a process: n8n's binary data service is one per process. */
export async function openWorld({
	binaryMode = 'filesystem',
	asks = 'emulator',
	apiKey,
	...options
}: WorldOptions = {}): Promise<World> {
	const emulator = await startEmulator({ seed: 4, ...options });
	const service = await startService();
	const closeServers = async () => {
		await emulator.close();
		await service.close();
	};
	const baseUrl = (asks === 'emulator' ? emulator : service).url;
	const engine = await createEngine({ binaryMode, baseUrl, apiKey }).catch(async (error: unknown) => {
		await closeServers();
		return await Promise.reject(error);
	});
	return {
		engine,
		emulator,
		service,
		inference: () => emulator.requests.filter(isInference),
		async close() {
			await engine.close();
			await closeServers();
		},
	};
}

export const isInference = ({ path }: Pick<RecordedRequest, 'path'>): boolean => path.startsWith('/v1/inference/');

export const isCatalogue = ({ path }: Pick<RecordedRequest, 'path'>): boolean =>
	path.startsWith('/models/') || path.startsWith('/deploy/');
