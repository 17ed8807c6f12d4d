import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'
import { expect, it } from 'vitest'
import plugin from '../../../codemods/eslint-plugin/index.js'
import { readCorpus } from './helpers/corpus.js'

const WARM_UPS = 3
const RUNS = 5
/** Every so many files of the corpus. */
const STRIDE = 4

let spent = 0

function timed<A extends unknown[], R>(run: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    const start = performance.now()
    try {
      return run(...args)
    } finally {
      spent += performance.now() - start
    }
  }
}

/** The same rule, with the time of its creation and of all its listeners added to `spent`. */
const timedRule = (rule: any): any => ({
  ...rule,
  create: timed((context: any) =>
    Object.fromEntries(
      Object.entries(rule.create(context)).map(([key, run]) => [key, timed(run as any)])
    )
  ),
})

const rules = Object.fromEntries(
  Object.entries(plugin.rules).map(([name, rule]) => [name, timedRule(rule)])
)

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

// The figures are printed and not asserted: machines differ.
it('prints what the recommended rules cost per file of the corpus', () => {
  const cases = ['retention', 'held-out']
    .flatMap((name) => readCorpus(`fixtures/lint/${name}`))
    .filter((_, index) => index % STRIDE === 0)
  const linter = new Linter()
  const costs = cases.map(() => [] as number[])
  for (let run = 0; run < WARM_UPS + RUNS; run++) {
    cases.forEach(({ code, language }, index) => {
      const config: any = {
        files: ['**'],
        plugins: { fasthttp: { rules } },
        rules: plugin.configs.recommended.rules,
        languageOptions: language === 'ts' ? { parser } : {},
      }
      spent = 0
      linter.verify(code, config, `case.${language}`)
      if (run >= WARM_UPS) costs[index]?.push(spent)
    })
  }
  const perFile = costs.map(median).sort((a, b) => a - b)
  const at = (share: number): string =>
    (perFile[Math.floor((perFile.length - 1) * share)] ?? 0).toFixed(3)
  console.log(
    `recommended, untyped, ${cases.length} files: median ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`
  )
  expect(perFile).toHaveLength(cases.length)
})
