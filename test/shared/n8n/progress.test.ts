import { Progress, tagExecution } from '../../../nodes/shared/n8n/progress';
import { clock } from '../../../nodes/shared/n8n/http/clock';

function listen(mode: 'manual' | 'trigger', broken = false) {
	const lines: string[] = [];
	const log = (level: string) => (line: string) => {
		if (broken) throw new Error('the log is full');
		lines.push(`${level} ${line}`);
	};
	const logger = {
		info: log('info'),
		debug: log('debug'),
		warn: log('warn'),
		error: log('error'),
		scoped: () => logger,
	};
	const context = {
		logger,
		getMode: () => mode,
		getNode: () => ({
			id: '1',
			name: 'N',
			type: 't',
			typeVersion: 1,
			position: [0, 0] as [number, number],
			parameters: {},
		}),
		sendMessageToUI: (line: unknown) => lines.push(`console ${String(line)}`),
	};
	return { context, lines };
}

describe('the log of a run', () => {
	it('has a line at its start and its end, in a manual run also on the console', () => {
		const { context, lines } = listen('manual');
		const progress = new Progress(context, 'text: classify');
		progress.start('3 items', () => '');
		progress.detail('sent again');
		progress.stop('3 items in');
		expect(lines).toEqual([
			'info DeepInfra text: classify: 3 items',
			'console DeepInfra text: classify: 3 items',
			'debug DeepInfra text: classify: sent again',
			'info DeepInfra text: classify: 3 items in',
			'console DeepInfra text: classify: 3 items in',
		]);
	});

	it('has a line every ten seconds while it goes on, and none after', async () => {
		const { context, lines } = listen('trigger');
		const pauses: number[] = [];
		const sleep = jest.spyOn(clock, 'sleep').mockImplementation(async (milliseconds) => {
			pauses.push(milliseconds);
			if (pauses.length === 3) progress.stop('end');
			await Promise.resolve();
		});
		const progress = new Progress(context, 'x');
		progress.start('begin', () => 'half');
		for (let turn = 0; turn < 50; turn++) await Promise.resolve();
		sleep.mockRestore();
		expect(pauses).toEqual([10_000, 10_000, 10_000]);
		expect(lines).toEqual(['begin', 'half', 'half', 'end'].map((line) => `info DeepInfra x: ${line}`));
	});

	it('never fails the run that it tells about', () => {
		const { context } = listen('manual', true);
		const progress = new Progress(context, 'x');
		expect(() => {
			progress.start('begin', () => 'half');
			progress.detail('more');
			progress.stop('end');
		}).not.toThrow();
	});
});

describe("the execution's own data", () => {
	const store = () => {
		const values = new Map<string, string>();
		const customData = {
			get: (key: string) => values.get(key),
			set: (key: string, value: string) => values.set(key, value),
		};
		return { values, context: { customData } };
	};

	it('sums over the nodes of a run, to the nano-dollar', () => {
		const { values, context } = store();
		tagExecution(context, { costUsd: 0.1, failed: 2, model: 'a/b' });
		tagExecution(context, { costUsd: 0.2, failed: 1, model: 'c/d' });
		tagExecution(context, { failed: 0, model: 'a/b' });
		expect(Object.fromEntries(values)).toEqual({
			deepInfraCostUsd: '0.3',
			deepInfraFailed: '3',
			deepInfraModel: 'a/b, c/d',
		});
	});

	it('has no exponent and no value that is too long', () => {
		const { values, context } = store();
		tagExecution(context, { costUsd: 1e-9, failed: 0, model: 'x'.repeat(300) });
		expect(values.get('deepInfraCostUsd')).toBe('0.000000001');
		expect(values.get('deepInfraModel')).toHaveLength(255);
	});

	it.each([[{}], [{ customData: null }], [{ customData: { get: 1 } }]])(
		'is left alone where n8n has none: %j',
		(context) => expect(() => tagExecution(context, { failed: 1, model: 'm' })).not.toThrow(),
	);

	it('is left alone where n8n refuses to give it', () => {
		const context = Object.defineProperty({}, 'customData', {
			get: () => {
				throw new Error('not available in this context');
			},
		});
		expect(() => tagExecution(context, { failed: 1, model: 'm' })).not.toThrow();
	});
});
