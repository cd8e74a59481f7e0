import { startEmulator } from '../test/emulator';
import { choosePort } from './host/checks';
import type { Session } from './session';

const EMULATOR_PORT = 4600;
const EMULATOR_KEY = 'emulator-key';
export const DEEPINFRA_URL = 'https://api.deepinfra.com';

/** What answers the node: DeepInfra with a key of the user's, else the emulator. */
export interface Service {
	readonly name: string;
	readonly baseUrl: string;
	readonly apiKey: string;
	readonly isEmulator: boolean;
}

export async function startService(apiKey: string | undefined, session: Session): Promise<Service> {
	if (apiKey !== undefined) return { name: 'DeepInfra', baseUrl: DEEPINFRA_URL, apiKey, isEmulator: false };
	const emulator = await startEmulator({ port: await choosePort(EMULATOR_PORT) });
	session.endWith(async () => await emulator.close());
	return { name: 'DeepInfra emulator', baseUrl: emulator.url, apiKey: EMULATOR_KEY, isEmulator: true };
}
