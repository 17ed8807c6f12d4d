/**
 * Moves the sample Express app onto fasthttp and asks it something: `npm run demo`. The app is copied to a temporary folder first.
 */
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const app = mkdtempSync(join(tmpdir(), 'todo-api-'))

const say = (text) => console.log(`\n\x1b[1m${text}\x1b[0m`)

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function untilAnswered(url, child) {
  for (let attempt = 0; attempt < 100 && child.exitCode === null; attempt++) {
    try {
      return await fetch(url)
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  throw new Error('the migrated app did not start')
}

try {
  say('1. An Express app: fixtures/apps/express-mini-esm')
  cpSync(join(root, 'fixtures/apps/express-mini-esm'), app, {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  })
  mkdirSync(join(app, 'node_modules'))
  symlinkSync(join(root, 'node_modules/express'), join(app, 'node_modules/express'))
  symlinkSync(root, join(app, 'node_modules/fasthttp'))

  say('2. npx fh-migrate .')
  const migrate = spawnSync(
    process.execPath,
    // The copy is in no git repository, so there is nothing the guard could protect.
    [join(root, 'codemods/bin/fh-migrate.js'), '.', '--force', '--ignore', 'test'],
    { cwd: app, stdio: 'inherit' }
  )
  // 2 says that something is left to do by hand, and that the app works all the same.
  if (migrate.status !== 0 && migrate.status !== 2) throw new Error('the migration failed')

  say('3. node server.js, on fasthttp')
  const port = await freePort()
  const child = spawn(process.execPath, ['server.js'], {
    cwd: app,
    env: { ...process.env, PORT: String(port) },
    stdio: 'inherit',
  })
  try {
    const url = `http://localhost:${port}/todos?done=true`
    const response = await untilAnswered(url, child)
    say(`4. curl -i ${url}`)
    console.log(`HTTP/1.1 ${response.status} ${response.statusText}`)
    for (const [name, value] of response.headers) console.log(`${name}: ${value}`)
    console.log(`\n${await response.text()}`)
  } finally {
    child.kill()
  }
} finally {
  rmSync(app, { recursive: true, force: true })
}
