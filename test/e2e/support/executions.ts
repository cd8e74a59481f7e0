import { readFlatted } from '../../../scripts/demo/flatted';
import type { N8nClient } from '../../../scripts/host/client';
import { dictOf, listOf, textOf, type Dict } from '../../../scripts/json';
import { waitFor } from './report';

const ENDED = ['success', 'error', 'crashed', 'canceled'];

export async function waitForEnd(client: N8nClient, id: string, seconds: number): Promise<Dict> {
	return await waitFor(`the end of execution ${id}`, seconds, async () => {
		// One that is busy for long closes connections that it was to answer on.
		const execution = await client.readExecution(id).catch(() => undefined);
		return execution && ENDED.includes(textOf(execution.status) ?? '') ? execution : undefined;
	});
}

const resultOf = ({ data }: Dict): Dict =>
	dictOf(dictOf(typeof data === 'string' ? readFlatted(data) : data).resultData);

/** The items that a node gave in its first run. */
export function readItems(execution: Dict, node: string): Dict[] {
	const run = dictOf(listOf(dictOf(resultOf(execution).runData)[node])[0]);
	return listOf(listOf(dictOf(run.data).main)[0]).map(dictOf);
}

export function readError(execution: Dict): string {
	const { message, description } = dictOf(resultOf(execution).error);
	return [message, description].map((text) => textOf(text) ?? '').join(' ');
}
