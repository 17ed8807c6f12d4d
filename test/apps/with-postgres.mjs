/**
 * Runs a command with a PostgreSQL server of its own, in a temporary folder and on a unix socket: DATABASE_URL says where it is.
 * node test/apps/with-postgres.mjs COMMAND ARGUMENTS... ; needs PostgreSQL (Debian: apt-get install postgresql).
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where Debian keeps the programs, which are not on the PATH there. */
function programs() {
  const versions = '/usr/lib/postgresql'
  const folders = existsSync(versions)
    ? readdirSync(versions).map((version) => join(versions, version, 'bin'))
    : []
  folders.push(...(process.env.PATH ?? '').split(':'))
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')))
  if (found === undefined) throw new Error('no initdb: apt-get install postgresql')
  return found
}

/** PostgreSQL refuses to run as root; its package brings a user. */
function user() {
  if (process.getuid() !== 0) return {}
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

const folder = mkdtempSync(join(tmpdir(), 'postgres-'))
const bin = programs()
const owner = user()
if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid)
const options = { cwd: folder, ...owner }
const data = join(folder, 'data')

let database
try {
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync']
  execFileSync(join(bin, 'initdb'), initdb, { ...options, stdio: ['ignore', 'ignore', 'inherit'] })
  // What is lost in a crash is of no interest here.
  const fast = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off']
  const postgres = ['-D', data, '-k', folder, '-c', 'listen_addresses=', ...fast]
  database = spawn(join(bin, 'postgres'), postgres, {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await new Promise((resolve, reject) => {
    let log = ''
    database.stderr.on('data', (text) => {
      log += text
      if (log.includes('ready to accept connections')) resolve()
    })
    database.once('close', () => reject(new Error(log)))
  })

  const [command, ...args] = process.argv.slice(2)
  const DATABASE_URL = `postgres://postgres@localhost/postgres?host=${folder}`
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, DATABASE_URL } })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  const [code] = await once(child, 'close')
  process.exitCode = code ?? 1
} finally {
  if (database !== undefined && database.exitCode === null) {
    // The fast shutdown, which does not wait for clients.
    database.kill('SIGINT')
    await once(database, 'close')
  }
  rmSync(folder, { recursive: true, force: true })
}
