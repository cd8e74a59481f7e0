/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import path from 'node:path';

export const N8N_VERSION = '2.41.1';
/** n8n 2.36 and later need Node 24; an older machine gets this one from the npm registry, for n8n alone. */
export const NODE_VERSION = '24.21.0';
export const NODE_MAJOR_FOR_N8N = 24;

const project = path.resolve(__dirname, '..', '..');
const host = path.join(project, '.n8n-host');

export const places = {
	project,
	/** The real n8n and everything it writes; git ignores it, deleting it is safe. */
	host,
	modules: path.join(host, 'node_modules'),
	n8n: path.join(host, 'node_modules', 'n8n', 'bin', 'n8n'),
	/** Says which versions are completely installed. */
	marker: path.join(host, 'installed.json'),
	/** n8n's data for `npm start`: workflows, executions and login stay from one start to the next. */
	userFolder: path.join(host, 'user'),
	output: path.join(project, 'output'),
	workflows: path.join(project, 'test', 'workflows'),
	examples: path.join(project, 'examples'),
	fixtures: path.join(project, 'test', 'fixtures'),
};
