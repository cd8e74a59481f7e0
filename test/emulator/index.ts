export { startEmulator } from './server';
export type { Emulator, EmulatorOptions, ErrorShape, Fault, FormPart, RecordedRequest } from './types';
export { BAD_TEXT } from './tasks/embed';
export { MODELS } from './catalogue';
