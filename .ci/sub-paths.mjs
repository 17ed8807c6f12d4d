// `node .ci/sub-paths.mjs [--remove]`: a folder for each sub-path of the package, which npm packs, for resolvers that do not look at
// `exports`: Jest before 28, webpack 4, eslint-plugin-import.
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import process from 'node:process'

const root = new URL('../', import.meta.url)
const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))

for (const [path, conditions] of Object.entries(exports)) {
  const main = conditions.require?.default
  if (path === '.' || main === undefined) continue
  const folder = new URL(`${path}/`, root)
  const file = new URL('package.json', folder)
  if (process.argv.includes('--remove')) {
    rmSync(file, { force: true })
    if (readdirSync(folder).length === 0) rmdirSync(folder)
  } else {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, JSON.stringify({ type: 'module', main: `.${main}` }) + '\n')
  }
}
