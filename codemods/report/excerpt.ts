import { structuredPatch } from 'diff'
import type { FileChange } from '../core/migrate.js'

/** A line of a change: kept, taken away or added. */
export interface DiffLine {
  sign: ' ' | '-' | '+'
  text: string
}

export interface Hunk {
  /** First line in the old text, from 1. */
  line: number
  /** Lines of the old text that it covers. */
  count: number
  lines: DiffLine[]
}

/** The changed parts of a file with `context` lines around each. */
export function hunksOf(change: FileChange, context: number): Hunk[] {
  const { hunks } = structuredPatch('', '', change.before, change.after, '', '', { context })
  return hunks.map(({ oldStart, oldLines, lines }) => ({
    line: oldStart,
    count: oldLines,
    lines: lines
      .filter((line) => !line.startsWith('\\'))
      .map((line) => ({ sign: line[0] as DiffLine['sign'], text: line.slice(1) })),
  }))
}

/** The smallest change that touches a line of the old text. */
export function hunkAt(hunks: readonly Hunk[], line: number): Hunk | undefined {
  return hunks.find((each) => line >= each.line && line < each.line + Math.max(each.count, 1))
}

/** Some lines of a text from `line` on, without the indentation they share. */
export function excerptAt(text: string, line: number, count: number): string {
  return dedent(text.split(/\r?\n/).slice(line - 1, line - 1 + count)).join('\n')
}

export function dedent(lines: readonly string[]): string[] {
  const filled = lines.filter((each) => each.trim() !== '')
  const indents = filled.map((each) => /^[ \t]*/.exec(each)![0].length)
  const shared = filled.length === 0 ? 0 : Math.min(...indents)
  return lines.map((each) => each.slice(Math.min(shared, /^[ \t]*/.exec(each)![0].length)))
}
