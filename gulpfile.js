const { rm } = require('node:fs/promises');
const { dest, parallel, series, src, watch } = require('gulp');

const copy = (from, to) => () => src(from, { encoding: false }).pipe(dest(to));

const ICONS = 'icons/*.svg';
const NODE_FILES = ['nodes/**/*.node.json', 'nodes/**/__schema__/**/*.json'];

/** What n8n reads beside the compiled code: icons, the codex file of each node, output schemas. */
const assets = parallel(copy(ICONS, 'dist/icons'), copy(NODE_FILES, 'dist/nodes'));

/** Copies them at once and after each change; the name of the last step tells `npm run dev` that they are there. */
const assetsCopied = (done) => done();
const watchAssets = () => watch([ICONS, ...NODE_FILES], { ignoreInitial: false }, series(assets, assetsCopied));

const clean = () => rm('dist', { recursive: true, force: true });

module.exports = { clean, assets, watch: watchAssets };
