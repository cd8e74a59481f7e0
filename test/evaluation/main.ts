/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import { isDict } from '../../nodes/shared/core/answer';
import { classifyTextZeroShot } from '../../nodes/shared/operations/text/classifyZeroShot';
import { CHAT_MODEL } from '../../nodes/shared/operations/chat/models';
import { startEmulator } from '../emulator';
import { LABELS, TICKETS } from './tickets';

/**
 * How often 'Classify with Own Labels' is right, and whether its scores are: `npx tsx test/evaluation/main.ts [MODEL]`.
 * With DEEPINFRA_API_KEY it asks DeepInfra, for less than a cent; without, the emulator with its fixed rules.
 */
async function main(): Promise<void> {
	const key = process.env.DEEPINFRA_API_KEY;
	const emulator = key ? undefined : await startEmulator({ seed: 4 });
	const base = emulator?.url ?? 'https://api.deepinfra.com';
	const model = process.argv[2] ?? CHAT_MODEL;
	const results = [];
	for (const [text, expected] of TICKETS) {
		const input = { model, text, candidateLabels: LABELS.split('; '), simplify: true, options: {} };
		const { path, json } = classifyTextZeroShot.request([input], {});
		const response = await fetch(`${base}${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', authorization: `Bearer ${key ?? 'emulator-key'}` },
			body: JSON.stringify(json),
		});
		const answer: unknown = await response.json();
		if (!response.ok || !isDict(answer)) throw new Error(`${response.status}: ${JSON.stringify(answer)}`);
		const [output] = classifyTextZeroShot.items(answer, [input]);
		const { label, score } = output?.json ?? {};
		results.push({ text, expected, label, score: typeof score === 'number' ? score : undefined });
	}
	await emulator?.close();
	report(base, model, results);
}

interface Result {
	readonly text: string;
	readonly expected: string;
	readonly label: unknown;
	readonly score: number | undefined;
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0) / Math.max(1, numbers.length);

function report(base: string, model: string, results: readonly Result[]): void {
	const isRight = ({ label, expected }: Result) => label === expected;
	const scored = results.flatMap(({ score, ...rest }) => (score === undefined ? [] : [{ ...rest, score }]));
	const right = results.filter(isRight).length;
	const lines = [
		`${model} at ${base}`,
		`right: ${right} of ${results.length}`,
		...(scored.length > 0
			? [
					`mean score: ${mean(scored.map(({ score }) => score)).toFixed(2)}, which should be near ${(right / results.length).toFixed(2)}`,
				]
			: ['no scores']),
		...results
			.filter((each) => !isRight(each))
			.map(
				({ text, expected, label, score }) =>
					`  ${String(label)} (${score?.toFixed(2) ?? '-'}) instead of ${expected}: ${text}`,
			),
	];
	process.stdout.write(`${lines.join('\n')}\n`);
}

void main();
