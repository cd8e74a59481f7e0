/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { existsSync } from 'node:fs';
import { cleanEnvironment } from '../../../scripts/host/environment';
import { Failure } from '../../../scripts/host/failure';
import { places } from '../../../scripts/host/places';
import { essentialLines, runProgram } from '../../../scripts/host/run';

/** Installs packages from Debian's archive; needs root and apt. */
export async function installDebianPackages(packages: readonly string[], signal: AbortSignal): Promise<void> {
	const command = `apt-get update && apt-get install -y ${packages.join(' ')}`;
	const advice = `Install what is missing yourself (on Debian or Ubuntu, as root: ${command}), then run the command again.`;
	const missing = `this part of the tests needs ${packages.join(' and ')}, which`;
	if (!existsSync('/usr/bin/apt-get'))
		throw new Failure(`${missing} cannot be installed here without apt-get.`, advice);
	if (process.getuid?.() !== 0) throw new Failure(`${missing} only root can install.`, advice);
	// Without the policy, Debian starts a service of its own for a database that it installs.
	const env = cleanEnvironment(process.env, process.execPath, { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' });
	for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
		const result = await runProgram('apt-get', args, { cwd: places.project, env, signal });
		if (result.code !== 0) {
			throw new Failure(`${missing} apt-get could not install. It says:`, advice, essentialLines(result.output));
		}
	}
}
