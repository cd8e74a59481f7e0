const { spawn } = require('node:child_process');
const { rm } = require('node:fs/promises');
const path = require('node:path');
const { dest, parallel, series, src, watch } = require('gulp');
const { writeOutputSchemas } = require('./scripts/outputSchemas');

const copy = (from, to) => () => src(from, { encoding: false }).pipe(dest(to));

const ICONS = 'icons/*.svg';
const NODE_FILES = 'nodes/**/*.node.json';
const OPERATIONS = path.resolve('dist/nodes/shared/operations');

/** Made of what each operation says of its output, so it comes after the compiler. */
async function outputSchemas() {
	for (const file of Object.keys(require.cache)) if (file.startsWith(path.resolve('dist'))) delete require.cache[file];
	const { operations } = require(OPERATIONS);
	await writeOutputSchemas(operations, 'dist/nodes/DeepInfra/__schema__/v1.0.0');
}

const copied = parallel(copy(ICONS, 'dist/icons'), copy(NODE_FILES, 'dist/nodes'));

/** What n8n reads beside the compiled code: icons, the codex file of each node, output schemas. */
const assets = series(copied, outputSchemas);

/** Copies them at once and after each change; the name of the last step tells `npm run dev` that they are there. */
const assetsCopied = (done) => done();
const watchAssets = () => {
	watch([ICONS, NODE_FILES], { ignoreInitial: false }, series(copied, assetsCopied));
	watch('dist/nodes/shared/operations/**/*.js', { delay: 1000 }, outputSchemas);
};

const clean = () => rm('dist', { recursive: true, force: true });

/** By its file: linters bring older compilers whose command has the same name. */
const COMPILER = path.join(path.dirname(require.resolve('typescript7/package.json')), 'bin/tsc');
/** Four checkers, its default, work out the same types four times, and it seldom runs long enough to need tidying. */
const ONCE = { stdio: 'inherit', env: { ...process.env, GOGC: '400' } };
const tsc = (project) => () => spawn(process.execPath, [COMPILER, '--checkers', '1', '--project', project], ONCE);

const compile = tsc('tsconfig.json');
const typecheck = tsc('tsconfig.dev.json');
const build = series(clean, compile, assets);

module.exports = { clean, assets, build, typecheck, check: parallel(build, typecheck), watch: watchAssets };
