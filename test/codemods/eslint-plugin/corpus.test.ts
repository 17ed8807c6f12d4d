import { describe, expect, it } from 'vitest'
import { readCorpus, type CorpusCase } from './helpers/corpus.js'
import { RECOMMENDED, applied, lint } from './helpers/lint.js'

interface Score {
  hits: number
  missed: string[]
  extra: string[]
  good: number
  clean: number
  mended: number
  hard: { hits: number; all: number }
  basic: { hits: number; all: number }
}

const name = (one: CorpusCase, line: number): string => `${one.file}: ${one.name} (line ${line})`

function score(cases: readonly CorpusCase[]): Score {
  const total: Score = {
    hits: 0,
    missed: [],
    extra: [],
    good: 0,
    clean: 0,
    mended: 0,
    hard: { hits: 0, all: 0 },
    basic: { hits: 0, all: 0 },
  }
  for (const one of cases) {
    const messages = lint(one.code, one.language, RECOMMENDED)
    const fatal = messages.find((message) => message.fatal)
    if (fatal) throw new Error(`${one.file}: ${one.name}: ${fatal.message}`)
    const lines = messages.map((message) => message.line)
    const group = one.hard ? total.hard : total.basic
    for (const line of one.lines) {
      group.all++
      if (lines.includes(line)) {
        total.hits++
        group.hits++
      } else total.missed.push(name(one, line))
    }
    lines.forEach((line, index) => {
      if (!one.lines.includes(line) || lines.indexOf(line) !== index)
        total.extra.push(name(one, line))
    })
    if (one.lines.length === 0) {
      total.good++
      if (messages.length === 0) total.clean++
    }
    total.mended += messages.filter((message) => isMended(one, message, messages.length)).length
  }
  return total
}

function isMended(one: CorpusCase, message: any, before: number): boolean {
  return (message.suggestions ?? []).some((suggestion: any) => {
    const after = lint(applied(one.code, suggestion.fix), one.language, RECOMMENDED)
    return !after.some((each) => each.fatal) && after.length < before
  })
}

const share = (part: number, all: number): number => (all === 0 ? 1 : part / all)
const percent = (part: number, all: number): string => `${(100 * share(part, all)).toFixed(1)} %`

describe.each(['retention', 'held-out'])('labelled corpus: %s', (folder) => {
  const cases = readCorpus(`fixtures/lint/${folder}`)
  const total = score(cases)
  const reports = total.hits + total.extra.length

  it('prints its figures', () => {
    console.log(
      [
        `${folder}: ${cases.length} files, ${total.hits + total.missed.length} retentions`,
        `precision ${percent(total.hits, reports)}, recall ${percent(total.hits, total.hits + total.missed.length)}`,
        `basic ${percent(total.basic.hits, total.basic.all)}, hard ${percent(total.hard.hits, total.hard.all)}`,
        `clean ${total.clean} of ${total.good} good files, mended ${percent(total.mended, reports)}`,
        ...total.missed.map((each) => `missed ${each}`),
        ...total.extra.map((each) => `false ${each}`),
      ].join('\n')
    )
    expect(cases.length).toBeGreaterThan(0)
  })

  it.each([
    ['precision', share(total.hits, reports), 0.95],
    ['recall', share(total.hits, total.hits + total.missed.length), 0.85],
    ['basic recall', share(total.basic.hits, total.basic.all), 0.98],
    ['hard recall', share(total.hard.hits, total.hard.all), 0.6],
    ['clean good files', share(total.clean, total.good), 0.955],
    ['mending suggestions', share(total.mended, reports), 0.7],
  ])('%s meets its bar', (_, found, bar) => {
    expect(found).toBeGreaterThanOrEqual(bar)
  })
})
