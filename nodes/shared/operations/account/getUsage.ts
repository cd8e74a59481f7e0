import { isDict, number, optionalText } from '../../core/answer';
import { field } from '../../core/fields';
import { defineOperation, type Dict } from '../../core/operation';
import { AnswerError, InputError } from '../../core/problem';
import { plainOptionsField } from '../fields';

/** Or a moment in it, as a DateTime is written. */
const MONTH = /^(\d{4})[.-](0[1-9]|1[0-2])(?:-\d\dT.*)?$/;

/** A month as the API writes it (2026.09), from `2026-09` or `2026.09`. */
function readMonth(given: string): string {
	const [, year, month] = MONTH.exec(given.trim()) ?? [];
	if (year && month) return `${year}.${month}`;
	throw new InputError(
		`'Month' is '${given.slice(0, 40)}', which is no month`,
		'Enter a year and a month, such as 2026-09.',
	);
}

const PERIODS = { current: 'current', previous: 'current-1' } as const;

export const getUsage = defineOperation({
	resource: 'account',
	value: 'getUsage',
	name: 'Get Usage',
	action: 'Get usage of account',
	description: 'List what each model has cost in a month, for a report or an alert',
	tasks: [],
	isFree: true,
	isPersonal: true,
	outputFields: { model: 'string', task: 'string', units: 'number', costUsd: 'number', period: 'string' },
	fields: [
		{
			displayName: 'Period',
			name: 'period',
			type: 'options',
			options: [
				{ name: 'Current Month', value: 'current', description: 'From the first day of this month until now' },
				{ name: 'Month', value: 'month', description: 'A month of your choice' },
				{ name: 'Previous Month', value: 'previous', description: 'The last month that is complete' },
			],
			default: 'current',
			description: 'Which month to list',
		},
		field({
			displayName: 'Month',
			name: 'month',
			type: 'string',
			default: '',
			required: true,
			displayOptions: { show: { period: ['month'] } },
			placeholder: 'e.g. 2026-09',
			description: 'The year and the month',
		}),
		plainOptionsField([]),
	],
	request: ([{ period, month }]) => ({
		method: 'GET',
		path: '/payment/usage',
		query: { from: period === 'month' ? readMonth(month ?? '') : PERIODS[period] },
	}),
	items: (answer) => {
		const usage = readUsage(answer.months);
		if (usage.unread > 0 && usage.sums.length === 0)
			throw new AnswerError('DeepInfra answered without usage that can be read');
		const note = usage.unread > 0 ? unreadNote(usage.unread) : undefined;
		return usage.sums.map((json) => ({ json, note }));
	},
});

const unreadNote = (count: number) =>
	`DeepInfra's answer has ${count === 1 ? 'a row' : `${count} rows`} without a model or a cost that can be read: what it says of the others is listed, and their sum is not the bill's.`;

interface Usage {
	readonly sums: readonly Dict[];
	/** Rows that could not be read. */
	readonly unread: number;
}

/** What can be read: a row that is none must not hide what all others have cost. @throws AnswerError for no list of months */
function readUsage(months: unknown): Usage {
	const sums: Dict[] = [];
	let unread = 0;
	if (!Array.isArray(months)) throw new AnswerError('DeepInfra answered without the months');
	for (const month of months) {
		const { period, items } = isDict(month) ? month : {};
		if (typeof period !== 'string' || !Array.isArray(items)) {
			unread++;
			continue;
		}
		const rows = items.map(readRow);
		unread += rows.filter((row) => row === undefined).length;
		const read = rows.filter((row) => row !== undefined);
		for (const sum of sumByModel(read)) sums.push({ ...sum, period: period.replace('.', '-') });
	}
	return { sums, unread };
}

interface Row {
	readonly model: string;
	readonly task: string | undefined;
	readonly units: number;
	readonly cents: number;
}

/** Undefined for what is no row: without its model or its cost it would tell something wrong. */
function readRow(row: unknown): Row | undefined {
	if (!isDict(row)) return undefined;
	const meta = isDict(row.model) ? row.model : { model_name: row.model };
	const owner = optionalText(meta.provider);
	const name = optionalText(meta.model_name);
	const cents = number(row.cost);
	if (!name || cents === undefined) return undefined;
	const model = owner && !name.includes('/') ? `${owner}/${name}` : name;
	return { model, task: optionalText(meta.task), units: number(row.units) ?? 0, cents };
}

/** A model has a row for each price that it had within the month; the API counts in cents (docs/api.md#account). */
function sumByModel(rows: readonly Row[]): Dict[] {
	const sums = new Map<string, Row>();
	for (const row of rows) {
		const key = JSON.stringify([row.model, row.task]);
		const { units, cents } = sums.get(key) ?? { units: 0, cents: 0 };
		sums.set(key, { ...row, units: units + row.units, cents: cents + row.cents });
	}
	return [...sums.values()].map(({ model, task, units, cents }) => ({ model, task, units, costUsd: cents / 100 }));
}
