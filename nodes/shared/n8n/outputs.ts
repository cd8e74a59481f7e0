import { hasItems, isTool, type ServiceContext } from './context';
import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Finished } from '../engine/assemble';
import type { CallContext } from '../engine/call';
import type { Door } from '../engine/gate';
import { isDict, optionalText, readId, requestIdOf } from '../core/answer';
import type { Dict, Medium } from '../core/operation';
import { problemOf, type Problem } from '../core/problem';
import { filesOfInSteps } from '../media/find';
import type { FileNames } from '../media/fileName';
import type { Transport } from './http/transport';
import { FileKeeper } from './fileKeeper';
import { inSteps } from './http/clock';
import { asJson, toJsonInSteps } from './json';

/** How long a link that an agent passes on can be opened. */
const LINK_LIFE = '1 day';

/** Where an output goes and how long getting its files may take. */
export interface Place {
	readonly item: number;
	/** Binary field for its file; more files get this name and a number. */
	readonly fieldName: string;
	/** What the run's files are called. */
	readonly names: FileNames;
	/** Whether the model makes files, so that an address in its own response is one. */
	readonly makesFiles: boolean;
	/** What its files have to be. */
	readonly medium?: Medium;
	readonly seconds: number;
	/** Whether the input item's own fields and files stay beside the result. */
	readonly keepsInput: boolean;
	/** The field that the result goes into; empty: beside the others. */
	readonly resultField: string;
}

/** What came of an output: an item where anything of it is good, and why the rest is missing. */
export interface Made {
	readonly item?: INodeExecutionData;
	readonly problems: readonly Problem[];
	/** What the end of the run says. */
	readonly notes: readonly string[];
}

/** Makes items of outputs, their files stored as n8n stores binary data. */
export class ItemMaker {
	private readonly files: FileKeeper;

	constructor(
		private readonly context: ServiceContext,
		private readonly transport: Transport,
		run: CallContext,
		door: Door,
	) {
		this.files = new FileKeeper(context, transport, run, door);
	}

	/** Never throws: everything between an answer and its item belongs to that item. */
	async make(output: Finished, place: Place): Promise<Made> {
		try {
			return await this.makeItem(output, place);
		} catch (error) {
			return missing([problemOf(error)]);
		}
	}

	private async makeItem(output: Finished, place: Place): Promise<Made> {
		const requestId = idOf(output.json);
		const { json, files } = await inSteps(filesOfInSteps(output, place.fieldName, place.makesFiles));
		const binary: Record<string, IBinaryData> = {};
		const problems: Problem[] = [];
		const notes: string[] = [];
		for (const [name, { isDoubtful, ...file }] of Object.entries(files)) {
			const stored = await this.files.store(file, { ...place, requestId, isRaw: output.isRaw });
			if (stored.ok) binary[name] = stored.value;
			// It may have been a text that looks like an address, and it is still there.
			else if (isDoubtful && stored.problem.kind !== 'stopped') notes.push(noteOn(stored.problem));
			else problems.push(stored.problem);
		}
		if (problems.length > 0 && Object.keys(binary).length === 0) return missing(problems);
		for (const [name, { text, extension, mimeType }] of Object.entries(output.texts ?? {})) {
			const written =
				typeof text === 'string' ? { text } : text.write(await this.transport.read(text.over, place.seconds));
			if (written.note) notes.push(written.note);
			const kept = await this.files.write(
				Buffer.from(written.text),
				place.names.claim(place.item, extension),
				mimeType,
			);
			// What was found is good all the same.
			if (kept.ok) binary[name] = kept.value;
			else problems.push(kept.problem);
		}
		const made = Object.values(binary);
		// The API's own response is JSON as it is.
		const clean = output.isRaw ? asJson(json) : await inSteps(toJsonInSteps(json));
		const whole =
			made.length > 0 && isTool(this.context) ? { ...clean, files: made.map((each) => this.link(each)) } : clean;
		return { item: this.besideInput(whole, binary, place), problems, notes };
	}

	/** The result as an item; what it keeps of its input is shared with it, not copied. */
	private besideInput(
		result: IDataObject,
		files: Record<string, IBinaryData>,
		{ item, keepsInput, resultField }: Place,
	): INodeExecutionData {
		const { context } = this;
		const input = keepsInput && hasItems(context) && !isTool(context) ? context.getInputData()[item] : undefined;
		const own = resultField === '' ? result : { [resultField]: result };
		const binary = { ...input?.binary, ...files };
		return {
			json: input ? { ...input.json, ...own } : own,
			pairedItem: { item },
			...(Object.keys(binary).length > 0 ? { binary } : {}),
		};
	}

	/** n8n gives an agent the JSON alone (docs/n8n.md#tools), so it gets a link to the file, or a word that there is one. */
	private link(file: IBinaryData): { fileName?: string; mimeType: string; url?: string; note?: string } {
		const { fileName, mimeType } = file;
		try {
			return { fileName, mimeType, url: this.context.helpers.createBinarySignedUrl(file, LINK_LIFE) };
		} catch {
			// It cannot where n8n keeps files in memory.
			return {
				fileName,
				mimeType,
				note: 'The file was made, but this n8n keeps files in memory and has no link to them.',
			};
		}
	}
}

const missing = (problems: readonly Problem[]): Made => ({ problems, notes: [] });

const noteOn = (problem: Problem): string =>
	`A file that an answer names could not be downloaded${'message' in problem ? `: ${problem.message}` : ''}`;

/** The ID of the request that an output came from. */
const idOf = (json: Dict): string | undefined =>
	requestIdOf(json) ?? (isDict(json.usage) ? optionalText(json.usage.requestId) : undefined) ?? readId(json.id);
