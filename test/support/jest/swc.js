/** How tests are compiled: without a look at types, which `npm test` checks before. */
module.exports = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } };
