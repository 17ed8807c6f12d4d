/**
 * How long fh-migrate needs for a large TypeScript tree, against `tsc --noEmit` on the same tree: `npm run bench:codemod`.
 * The bar: at most twice the time, under 2 GB. `-- --files 200 --lines 30000` for a short run, `--rounds 3` for medians.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeTree } from './codemod-tree.js'
import { report } from './report.js'

const TIMES_TSC = 2
const MAX_MB = 2048

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '2000' },
    lines: { type: 'string', default: '300000' },
    rounds: { type: 'string', default: '1' },
  },
})

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'bench-codemod-'))
const tree = join(folder, 'tree')

interface Run {
  seconds: number
  /** Peak resident memory of the process, all its threads included. */
  megabytes: number
  output: string
}

/** Runs a script in the tree; the peak memory is written down by the process itself at its end. */
function runScript(script: string, args: string[], expected: readonly number[]): Run {
  const hook = join(folder, 'peak.cjs')
  const peak = join(folder, 'peak.txt')
  writeFileSync(
    hook,
    `if (require('worker_threads').isMainThread) process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)))`
  )
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', hook, script, ...args],
    { cwd: tree, encoding: 'utf8', maxBuffer: 512 * 1024 * 1024 }
  )
  const seconds = (performance.now() - started) / 1000
  if (!expected.includes(status ?? -1))
    throw new Error(`${script} gave ${status}: ${stdout}${stderr}`)
  return { seconds, megabytes: Number(readFileSync(peak, 'utf8')) / 1024, output: stdout }
}

function median(runs: readonly Run[]): Run {
  return [...runs].sort((a, b) => a.seconds - b.seconds)[Math.floor(runs.length / 2)]!
}

function row(name: string, runs: readonly Run[]): { name: string; cells: number[] } {
  return { name, cells: [median(runs).seconds, Math.max(...runs.map((run) => run.megabytes))] }
}

try {
  const { files, lines } = writeTree(tree, Number(values.files), Number(values.lines))
  console.log(
    `${files} files, ${lines} lines, Node ${process.version}, ${values.rounds} round(s)\n`
  )
  const tsc: Run[] = []
  const migrate: Run[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    tsc.push(runScript(join(root, 'node_modules/typescript/bin/tsc'), ['--noEmit', '-p', '.'], [0]))
    migrate.push(
      runScript(
        join(root, 'codemods/bin/fh-migrate.js'),
        ['.', '--dry-run', '--report', 'json'],
        [0, 2]
      )
    )
  }
  report({
    suite: 'codemod',
    title: `${files} files, ${lines} lines`,
    columns: ['seconds', 'peak MB'],
    rows: [row('tsc --noEmit', tsc), row('fh-migrate --dry-run', migrate)],
  })
  const { summary } = JSON.parse(migrate[0]!.output) as {
    summary: { handlers: number; native: number; filesChanged: number }
  }
  const ratio = median(migrate).seconds / median(tsc).seconds
  const peak = Math.max(...migrate.map((each) => each.megabytes))
  console.log(
    `\n${summary.native} of ${summary.handlers} handlers native, ${summary.filesChanged} files would change`
  )
  console.log(
    `${ratio.toFixed(2)} times tsc (bar: ${TIMES_TSC}), ${peak.toFixed(0)} MB (bar: ${MAX_MB})`
  )
  if (ratio > TIMES_TSC || peak > MAX_MB || summary.native === 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
