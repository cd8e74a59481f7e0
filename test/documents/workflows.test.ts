/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { places } from '../../scripts/host/places';
import { runProgram } from '../../scripts/host/run';
import { dictOf, listOf, textOf, type Dict } from '../../scripts/json';

/** The workflows of .github: what they may do, and that a release is what its tag says. */

const folder = path.join(places.project, '.github', 'workflows');
const files = readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')] as const);

function readYaml(source: string): Dict {
	const document = parseDocument(source, { strict: true, uniqueKeys: true });
	expect([...document.errors, ...document.warnings]).toEqual([]);
	return dictOf(document.toJS());
}

const jobsOf = (workflow: Dict): Array<[string, Dict]> =>
	Object.entries(dictOf(workflow.jobs)).map(([name, job]) => [name, dictOf(job)]);
const stepsOf = (job: Dict): Dict[] => listOf(job.steps).map(dictOf);

/** An action of somebody else, at one commit, with the version in a comment that a person can read. */
const PINNED = /^\s*(?:- )?uses: [\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

const JOB_KEYS = ['name', 'needs', 'runs-on', 'timeout-minutes', 'strategy', 'environment', 'permissions', 'steps'];
const STEP_KEYS = ['name', 'uses', 'with', 'run', 'env'];

describe.each(files)('%s', (_name, source) => {
	const workflow = readYaml(source);

	it('is a workflow whose keys GitHub knows', () => {
		expect(Object.keys(workflow)).toEqual(expect.arrayContaining(['name', 'on', 'permissions', 'jobs']));
		expect(jobsOf(workflow).length).toBeGreaterThan(0);
		for (const [name, job] of jobsOf(workflow)) {
			const unknown = Object.keys(job).filter((key) => !JOB_KEYS.includes(key));
			expect([name, ...unknown]).toEqual([name]);
			expect([name, job['runs-on'], typeof job['timeout-minutes']]).toEqual([name, 'ubuntu-latest', 'number']);
			expect(stepsOf(job).length).toBeGreaterThan(0);
			for (const step of stepsOf(job)) {
				expect(Object.keys(step).filter((key) => !STEP_KEYS.includes(key))).toEqual([]);
				expect([step.uses, step.run].filter((each) => each !== undefined)).toHaveLength(1);
			}
		}
	});

	it('names every action by its commit', () => {
		const lines = source.split('\n').filter((line) => /^\s*(?:- )?uses:/.test(line));
		expect(lines.length).toBeGreaterThan(0);
		expect(lines.filter((line) => !PINNED.test(line))).toEqual([]);
		const used = jobsOf(workflow).flatMap(([, job]) => stepsOf(job).filter(({ uses }) => uses !== undefined));
		expect(used).toHaveLength(lines.length);
	});

	it('has one version of each action', () => {
		const pins = new Set([...source.matchAll(/uses: (\S+@\S+)/g)].map(([, pin]) => pin));
		const actions = new Set([...pins].map((pin) => pin?.split('@')[0]));
		expect(pins.size).toBe(actions.size);
	});

	it('may read at most, but for what signs a release, and leaves no token behind', () => {
		for (const rights of [workflow.permissions, ...jobsOf(workflow).map(([, job]) => job.permissions ?? {})]) {
			const writes = Object.entries(dictOf(rights)).filter(([, right]) => right !== 'read' && right !== 'none');
			expect(writes.filter(([name, right]) => `${name}: ${String(right)}` !== 'id-token: write')).toEqual([]);
		}
		for (const step of jobsOf(workflow).flatMap(([, job]) => stepsOf(job))) {
			if (textOf(step.uses)?.startsWith('actions/checkout@')) {
				expect(dictOf(step.with)['persist-credentials']).toBe(false);
			}
		}
	});

	it('puts nothing that a stranger can choose into a shell', () => {
		for (const step of jobsOf(workflow).flatMap(([, job]) => stepsOf(job))) {
			expect(textOf(step.run) ?? '').not.toContain('${{');
		}
	});

	it('runs npm scripts that are there', () => {
		const { scripts } = dictOf(JSON.parse(readFileSync(path.join(places.project, 'package.json'), 'utf8')));
		for (const [, name] of source.matchAll(/^\s*(?:- )?run: npm run (\S+)/gm)) {
			expect(Object.keys(dictOf(scripts))).toContain(name);
		}
	});
});

it('both workflows are here', async () => expect((await readdir(folder)).sort()).toEqual(['ci.yml', 'publish.yml']));

it('a pin that is a tag, a branch or a short commit is seen', () => {
	const commit = 'a'.repeat(40);
	expect(PINNED.test(`      - uses: actions/cache@${commit} # v4.2.0`)).toBe(true);
	for (const wrong of ['v4', 'main', commit.slice(1), `${commit} # v4`, commit]) {
		expect([wrong, PINNED.test(`      - uses: actions/cache@${wrong}`)]).toEqual([wrong, false]);
	}
});

describe('publishing', () => {
	const workflow = readYaml(readFileSync(path.join(folder, 'publish.yml'), 'utf8'));
	const jobs = jobsOf(workflow);
	const runsOf = (job: Dict) => stepsOf(job).map(({ run }) => textOf(run) ?? '');
	const publishers = jobs.filter(([, job]) => runsOf(job).some((run) => run.includes('npm publish')));

	it('happens for version tags alone', () => {
		expect(workflow.on).toEqual({ push: { tags: ['v[0-9]+.[0-9]+.[0-9]+'] } });
		expect(workflow.permissions).toEqual({});
	});

	it('is one job, behind the protected environment and all tests, with provenance', () => {
		expect(publishers).toHaveLength(1);
		for (const [, job] of publishers) {
			expect([job.environment, job.needs]).toEqual(['npm', 'test']);
			expect(job.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
			expect(runsOf(job).at(-1)).toMatch(/^npm publish .*--provenance/);
		}
		const others = jobs.filter((each) => !publishers.includes(each));
		for (const [, job] of others) expect(job.permissions).toEqual({ contents: 'read' });
		expect(runsOf(dictOf(dictOf(workflow.jobs).test))).toEqual(expect.arrayContaining(['npm test', 'npm run scan']));
	});

	const check = jobs.flatMap(([, job]) => stepsOf(job)).find(({ env }) => 'TAG' in dictOf(env));

	/** Runs the workflow's own step in a folder with this version and changelog. */
	async function runCheck(tag: string, version: string, changelog: string) {
		const place = await mkdtemp(path.join(tmpdir(), 'tag-'));
		await writeFile(path.join(place, 'package.json'), JSON.stringify({ version }));
		await writeFile(path.join(place, 'CHANGELOG.md'), changelog);
		const env = { PATH: process.env.PATH ?? '', TAG: tag };
		const script = textOf(check?.run) ?? '';
		// As GitHub runs it.
		const result = await runProgram('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
			cwd: place,
			env,
			signal: new AbortController().signal,
		});
		await rm(place, { recursive: true });
		return result;
	}

	it('stops where the tag is not the version', async () => {
		const changelog = '# Changelog\n\n## [1.2.3] - 2026-12-01\n';
		expect(dictOf(check?.env).TAG).toBe('${{ github.ref_name }}');
		expect(await runCheck('v1.2.3', '1.2.3', changelog)).toEqual({ code: 0, output: '' });
		for (const [tag, version] of [
			['v1.2.4', '1.2.3'],
			['v1.2.3', '1.2.30'],
			['1.2.3', '1.2.3'],
			['v1.2.3"; true; "', '1.2.3'],
		] as const) {
			const { code, output } = await runCheck(tag, version, changelog);
			expect([tag, code]).toEqual([tag, 1]);
			expect(output).toContain(`package.json says ${version}`);
		}
	});

	it('stops where the changelog does not date the version', async () => {
		for (const changelog of ['', '## [Unreleased]\n', '## [1.2.3]\n', '## [1x2.3] - 2026-12-01\n']) {
			const { code, output } = await runCheck('v1.2.3', '1.2.3', changelog);
			expect([changelog, code]).toEqual([changelog, 1]);
			expect(output).toContain('no dated section for 1.2.3');
		}
	});
});
