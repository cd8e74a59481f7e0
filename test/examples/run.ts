import { readFlatted } from '../../scripts/demo/flatted';
import { dictOf, listOf, textOf, type Dict } from '../../scripts/json';

export interface RunItem {
	readonly json: Dict;
	readonly binary: Dict;
	/** The index of the input item that it came from; undefined where n8n does not know it. */
	readonly pairedItem: unknown;
}

/** One execution as n8n stored it. */
export class Run {
	readonly status: string;
	/** What started it: manual, trigger, webhook. */
	readonly mode: string;
	private readonly resultData: Dict;

	constructor(execution: Dict) {
		this.status = textOf(execution.status) ?? '';
		this.mode = textOf(execution.mode) ?? '';
		const data = typeof execution.data === 'string' ? readFlatted(execution.data) : execution.data;
		this.resultData = dictOf(dictOf(data).resultData);
	}

	/** Its error as a person would read it; empty when there is none. */
	get error(): string {
		const { message, description } = dictOf(this.resultData.error);
		return [textOf(message), textOf(description)].filter(Boolean).join(' ');
	}

	/** What a node gave out, at one of its outputs, the so-manieth time that it ran; nothing when it did not run. */
	items(node: string, output = 0, which = 0): RunItem[] {
		const run = dictOf(listOf(dictOf(this.resultData.runData)[node])[which]);
		return listOf(listOf(dictOf(run.data).main)[output])
			.map(dictOf)
			.map(({ json, binary, pairedItem }) => ({ json: dictOf(json), binary: dictOf(binary), pairedItem }));
	}

	json(node: string, output = 0): Dict[] {
		return this.items(node, output).map(({ json }) => ({ ...json }));
	}
}
