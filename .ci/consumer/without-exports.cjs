// As Jest before 28 finds packages, which does not look at `exports`.
const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { sync: resolve } = require('resolve')

const paths = ['', '/adaptor', '/router', '/compat', '/fs', '/websocket', '/metrics']
for (const path of paths) {
  const file = resolve(`fasthttp${path}`, { basedir: __dirname })
  assert.equal(file, require.resolve(`fasthttp${path}`))
  // Before 27 it finds no `node:` either.
  assert.doesNotMatch(readFileSync(file, 'utf8'), /require\(['"]node:/)
}
