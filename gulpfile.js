const { rm } = require('node:fs/promises');
const { dest, parallel, src } = require('gulp');

const copy = (from, to) => () => src(from, { encoding: false }).pipe(dest(to));

/** What n8n reads beside the compiled code: icons, the codex file of each node, output schemas. */
const icons = copy('icons/*.svg', 'dist/icons');
const nodeFiles = copy(['nodes/**/*.node.json', 'nodes/**/__schema__/**/*.json'], 'dist/nodes');

const clean = () => rm('dist', { recursive: true, force: true });

module.exports = { clean, assets: parallel(icons, nodeFiles) };
