import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** One labelled file of the corpus. */
export interface CorpusCase {
  readonly file: string
  readonly name: string
  readonly language: 'js' | 'ts'
  readonly hard: boolean
  readonly code: string
  /** Lines (from 1) that must be reported; none for a good file. */
  readonly lines: readonly number[]
}

const CASE = /^### (.+)\n+```(js|ts)\n([\s\S]*?)^```/gm
const MARK = /\/\/ REPORT$/

/** Reads the cases of one Markdown file: a heading and a fenced block each, lines marked `// REPORT`. */
export function parseCases(file: string, markdown: string): CorpusCase[] {
  return [...markdown.matchAll(CASE)].map(([, title = '', language, body = '']) => {
    const lines = body.split('\n').flatMap((line, index) => (MARK.test(line) ? [index + 1] : []))
    return {
      file,
      name: title.replace(/ \[hard\]$/, ''),
      language: language as 'js' | 'ts',
      hard: title.endsWith('[hard]'),
      code: body.replace(/ *\/\/ REPORT$/gm, ''),
      lines,
    }
  })
}

export function readCorpus(folder: string): CorpusCase[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .flatMap((name) => parseCases(name, readFileSync(join(folder, name), 'utf8')))
}
