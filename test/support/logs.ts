/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import { LoggerProxy } from 'n8n-workflow';

/** All that is written to logs and consoles from now on, instead of to them; `jest.restoreAllMocks` ends it. */
export function catchLogs(): unknown[] {
	const logged: unknown[] = [];
	const note = (...words: unknown[]) => logged.push(words);
	LoggerProxy.init({ error: note, warn: note, info: note, debug: note });
	for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
		jest.spyOn(console, method).mockImplementation(note);
	}
	for (const stream of [process.stdout, process.stderr]) {
		jest.spyOn(stream, 'write').mockImplementation((words) => {
			note(words);
			return true;
		});
	}
	return logged;
}
