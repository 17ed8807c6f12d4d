/**
 * From the start of a process to its first answer, and what an installation weighs: `npm run bench:startup [-- --rounds 10 --node PATH]`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { freePort, median } from './measure.js'
import { report } from './report.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    node: { type: 'string', default: process.execPath },
  },
})

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const root = here('../../')
const SERVERS = [
  ['fasthttp', 'servers/fasthttp.mjs'],
  ['node:http', 'servers/node-http.mjs'],
  ['fastify', 'servers/fastify.mjs'],
  ['hono', 'servers/hono.mjs'],
  ['koa', 'servers/koa.mjs'],
  ['express', 'servers/express.mjs'],
] as const

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ port, host: '127.0.0.1', agent: false }, (res) => {
      res.resume().on('end', () => resolve(true))
    }).on('error', () => resolve(false))
  })
}

/** Milliseconds to the first answer. */
async function startUp(script: string): Promise<number> {
  const port = await freePort()
  const begin = performance.now()
  const child = spawn(values.node, [here(script), String(port)], { stdio: 'ignore' })
  try {
    while (!(await answers(port))) {
      if (child.exitCode !== null) return NaN
    }
    return performance.now() - begin
  } finally {
    child.kill('SIGKILL')
  }
}

/** Files below a folder: how many, and their size in KiB. */
function weigh(folder: string): { files: number; size: number } {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.map((name) => statSync(join(folder, name))).filter((stat) => stat.isFile())
  return { files: files.length, size: files.reduce((sum, stat) => sum + stat.size, 0) / 1024 }
}

/** Installs a package, by name or tarball, into an empty folder. */
function install(spec: string): { files: number; size: number } {
  const folder = mkdtempSync(join(tmpdir(), 'fasthttp-install-'))
  try {
    const args = [
      'install',
      '--prefix',
      folder,
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      spec,
    ]
    const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8', cwd: folder })
    if (status !== 0) throw new Error(stderr)
    return weigh(join(folder, 'node_modules'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const times = new Map<string, number[]>(SERVERS.map(([name]) => [name, []]))
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, script] of SERVERS) times.get(name)!.push(await startUp(script))
}
report({
  suite: 'startup',
  title: 'Start of the process to the first answer',
  columns: ['ms'],
  rows: [...times].map(([name, all]) => ({ name, cells: [median(all)] })),
  chart: 0,
})

const packed = mkdtempSync(join(tmpdir(), 'fasthttp-pack-'))
try {
  spawnSync('npm', ['pack', '--ignore-scripts', '--pack-destination', packed], { cwd: root })
  const tarball = join(packed, readdirSync(packed)[0]!)
  const packages = [
    ['fasthttp', tarball],
    ...['fastify', 'hono', 'koa', 'express'].map((n) => [n, n]),
  ]
  report({
    suite: 'startup',
    title: 'An installation with all its dependencies',
    columns: ['KiB', 'files'],
    rows: packages.map(([name, spec]) => {
      const { files, size } = install(spec!)
      return { name: name!, cells: [size, files] }
    }),
    chart: 0,
  })
} finally {
  rmSync(packed, { recursive: true })
}
