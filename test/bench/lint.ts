/**
 * What the recommended rules of the ESLint plugin cost for each file without types: `npm run bench:lint [-- --rounds 5]`.
 * The bar: a median of 0.3 ms.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'
import plugin from '../../codemods/eslint-plugin/index.js'
import { readCorpus } from '../codemods/eslint-plugin/helpers/corpus.js'
import { report } from './report.js'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })
const rounds = Number(values.rounds)

const WARM_UPS = 3
const MAX_MEDIAN_MS = 0.3

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

interface SourceFile {
  readonly name: string
  readonly code: string
}

const rules = plugin.configs.recommended.rules ?? {}
/** Rules that do nothing: what ESLint itself spends on a rule is no cost of ours. */
const idle = Object.fromEntries(
  Object.entries(plugin.rules).map(([name, { meta }]) => [name, { meta, create: () => ({}) }])
)

/** Milliseconds that the rules add for each file: the best of the rounds with them less the best with idle ones, by turns. */
function lintTimes(files: readonly SourceFile[]): number[] {
  const linter = new Linter()
  const verify = ({ name, code }: SourceFile, from: object): number => {
    const config = {
      files: ['**'],
      plugins: { fasthttp: { rules: from } },
      rules,
      languageOptions: { parser },
    }
    const begin = performance.now()
    linter.verify(code, config as unknown as Linter.Config, name)
    return performance.now() - begin
  }
  const times = files.map(() => ({ ours: Infinity, idle: Infinity }))
  for (let round = 0; round < WARM_UPS + rounds; round++) {
    files.forEach((file, index) => {
      const without = verify(file, idle)
      const withRules = verify(file, plugin.rules)
      if (round < WARM_UPS) return
      const best = times[index]!
      best.idle = Math.min(best.idle, without)
      best.ours = Math.min(best.ours, withRules)
    })
  }
  return times.map((each) => Math.max(0, each.ours - each.idle))
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

const rows = [
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
  rows,
  note: `Best time with the rules less best time with rules that do nothing, so parsing is not in it. The bar: a median of ${MAX_MEDIAN_MS} ms.`,
})
if (rows.some(({ cells }) => Number(cells[1]) > MAX_MEDIAN_MS)) process.exitCode = 1
