import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { withOptions } from './parameters';
import { operationCases } from './cases';
import { makePng, makeWav } from './files';
import type { Engine } from './engine/engine';

/** Every operation that asks for an inference, with a model of the emulator that is not about to be replaced. */
export interface Subject {
	readonly name: string;
	readonly model: string;
	readonly isForm: boolean;
	parameters(options?: INodeParameters): INodeParameters;
	items(engine: Engine, count?: number): Promise<INodeExecutionData[]>;
}

/** The models of the API's own page are retired in part: a check is about the one that is named. */
const LIVING: Readonly<Record<string, string>> = {
	'stabilityai/stable-diffusion-2-1': 'stabilityai/sdxl-turbo',
	'openai/whisper-large': 'openai/whisper-large-v3',
};

const FILES = {
	image: { bytes: makePng(40, 20, 3), fileName: 'photo.png', mimeType: 'image/png', field: 'image' },
	audio: { bytes: makeWav(0.2), fileName: 'take.wav', mimeType: 'audio/wav', field: 'audio' },
};

export const subjects: Subject[] = operationCases.map(({ name, parameters, media, model }) => {
	const living = LIVING[model] ?? model;
	return {
		name,
		model: living,
		isForm: media !== undefined,
		parameters: (options = {}) =>
			withOptions({ ...parameters, model: { __rl: true, mode: 'id', value: living } }, options),
		async items(engine, count = 1) {
			if (media === undefined) return Array.from({ length: count }, () => ({ json: {} }));
			const { bytes, fileName, mimeType } = FILES[media];
			const data = await engine.binary(bytes, fileName, mimeType);
			return Array.from({ length: count }, () => ({ json: {}, binary: { data } }));
		},
	};
});

export const byName = subjects.map((subject) => [subject.name, subject] as const);

export function subjectOf(name: string): Subject {
	const found = subjects.find((subject) => subject.name === name);
	if (!found) throw new Error(`There is no operation ${name}`);
	return found;
}
