import { startEmulator } from '../emulator';
void (async () => { const e = await startEmulator({ seed: 1, batches: { end: 'failed' } }); console.log(e.url); })();
