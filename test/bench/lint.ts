/**
 * What the rules of the ESLint plugin cost for each file without types, and what the development-mode detector costs a server:
 * `npm run bench:lint [-- --rounds 5 --seconds 2]`. The bars: a median of 0.3 ms a file; off as without the option; on, ten times at most.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'
import plugin from '../../codemods/eslint-plugin/index.js'
import { readCorpus } from '../codemods/eslint-plugin/helpers/corpus.js'
import { load, median, spread, start, stop, type Sample } from './measure.js'
import { undisturbed } from './noise.js'
import { report } from './report.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
  },
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)

const CONNECTIONS = 64
const WARM_UPS = 3
const MAX_MEDIAN_MS = 0.3
const MAX_TIMES = 10

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

interface SourceFile {
  readonly name: string
  readonly code: string
}

/** Milliseconds that the rules add for each file: medians of the rounds with them less those without, by turns. */
function lintTimes(files: readonly SourceFile[]): number[] {
  const linter = new Linter()
  const verify = ({ name, code }: SourceFile, rules: object): number => {
    const config = {
      files: ['**'],
      plugins: { fasthttp: plugin },
      rules,
      languageOptions: { parser },
    }
    const begin = performance.now()
    linter.verify(code, config as unknown as Linter.Config, name)
    return performance.now() - begin
  }
  const times = files.map(() => ({ with: [] as number[], without: [] as number[] }))
  for (let round = 0; round < WARM_UPS + rounds; round++) {
    files.forEach((file, index) => {
      const without = verify(file, {})
      const withRules = verify(file, plugin.configs.recommended.rules ?? {})
      if (round < WARM_UPS) return
      times[index]!.without.push(without)
      times[index]!.with.push(withRules)
    })
  }
  return times.map((each) => Math.max(0, median(each.with) - median(each.without)))
}

function sourcesBelow(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]s$/.test(name) && !name.includes('node_modules'))
    .map((name) => ({ name, code: readFileSync(join(folder, name), 'utf8') }))
}

const corpus = ['retention', 'held-out']
  .flatMap((name) => readCorpus(here(`../../fixtures/lint/${name}`)))
  .map(({ code, language }) => ({ name: `case.${language}`, code }))
const plain = sourcesBelow(here('../../fixtures/apps'))

const lintRows = [
  ['corpus of handlers', corpus] as const,
  ['Express and node:http apps', plain] as const,
].map(([name, files]) => {
  const sorted = lintTimes(files).sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)]!
  return { name, cells: [files.length, at(0.5), at(0.95), at(1)] }
})
report({
  suite: 'lint',
  title: 'Time of the recommended rules for each file, without types',
  columns: ['files', 'median ms', 'p95 ms', 'max ms'],
  rows: lintRows,
  note: `Time with the rules less time without them, so parsing is not in it. The bar: a median of ${MAX_MEDIAN_MS} ms.`,
})

const MODES = [
  ['no debug option', 'none'],
  ["retention: 'off'", 'off'],
  ["retention: 'warn'", 'warn'],
] as const

const samples = new Map<string, Sample[]>(MODES.map(([name]) => [name, []]))
// A process each: the detector holds for a whole process.
const subjects = await Promise.all(
  MODES.map(([name, mode]) => start(name, here('servers/detector.mjs'), process.execPath, [mode]))
)
const running = subjects.filter((subject) => subject !== undefined)
try {
  for (let round = 0; round < rounds; round++) {
    for (const subject of running) {
      const { result } = await undisturbed(() =>
        load(subject, { connections: CONNECTIONS, seconds })
      )
      samples.get(subject.name)!.push(result)
    }
  }
} finally {
  stop(running)
}
const cpuOf = (name: string): number[] => samples.get(name)!.map((sample) => sample.cpu)
const base = median(cpuOf(MODES[0][0]))
const times = (name: string): number => median(cpuOf(name)) / base
report({
  suite: 'lint',
  title: 'The hello handler with the detector',
  columns: ['req/s', 'CPU µs/req', 'spread %', 'times'],
  rows: MODES.map(([name]) => ({
    name,
    cells: [
      median(samples.get(name)!.map((sample) => sample.rate)),
      median(cpuOf(name)),
      spread(cpuOf(name)),
      times(name),
    ],
  })),
  note: `CPU time of the whole server. The bar: ${MAX_TIMES} times at most with 'warn'.`,
})

const isSlow = lintRows.some(({ cells }) => Number(cells[1]) > MAX_MEDIAN_MS)
if (isSlow || times(MODES[2][0]) > MAX_TIMES) process.exitCode = 1
