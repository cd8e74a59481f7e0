import { isDict, list, number, optionalText, text } from '../../core/answer';
import { field } from '../../core/fields';
import { defineOperation, type Dict } from '../../core/operation';
import { InputError } from '../../core/problem';
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
	items: (answer) =>
		list(answer.months, 'the months').flatMap((month) => {
			const period = text(month.period, 'a period').replace('.', '-');
			return sumByModel(list(month.items, 'the list of models')).map((sums) => ({ json: { ...sums, period } }));
		}),
});

/** A model has a row for each price that it had within the month; the API counts in cents (docs/api.md#account). */
function sumByModel(rows: readonly Dict[]): Dict[] {
	const sums = new Map<string, { model: string; task?: string; units: number; cents: number }>();
	for (const row of rows) {
		const meta = isDict(row.model) ? row.model : { model_name: row.model };
		const owner = optionalText(meta.provider);
		const name = text(meta.model_name, 'the name of a model');
		const model = owner && !name.includes('/') ? `${owner}/${name}` : name;
		const task = optionalText(meta.task);
		const key = JSON.stringify([model, task]);
		const sum = sums.get(key) ?? { model, task, units: 0, cents: 0 };
		sums.set(key, {
			...sum,
			units: sum.units + (number(row.units) ?? 0),
			cents: sum.cents + (number(row.cost) ?? 0),
		});
	}
	return [...sums.values()].map(({ model, task, units, cents }) => ({ model, task, units, costUsd: cents / 100 }));
}
