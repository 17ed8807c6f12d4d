/** A stretch of the original text that is carried over, inner edits included. */
export interface Span {
  start: number
  end: number
}

export type Part = string | Span

export interface Edit extends Span {
  text: string
  /** The range of the rewrite that made this edit: orders insertions at one position. */
  within: Span
  /** The text starts a statement with a parenthesis: it must not continue the line before. */
  guarded?: boolean
}

/**
 * Turns `[start, end)` into `parts`. Spans must be inside the range and in order; only the text
 * between them is replaced.
 */
export function rewrite(start: number, end: number, parts: readonly Part[]): Edit[] {
  const within = { start, end }
  const edits: Edit[] = []
  let cursor = start
  let literal = ''
  const flush = (to: number) => {
    if (cursor < to || literal !== '') edits.push({ start: cursor, end: to, text: literal, within })
    literal = ''
  }
  for (const part of parts) {
    if (typeof part === 'string') {
      literal += part
    } else {
      flush(part.start)
      cursor = part.end
    }
  }
  flush(end)
  return edits
}

export class OverlapError extends Error {
  readonly code = 'FH_MIGRATE_OVERLAP'
  override readonly name = 'OverlapError'
}

/** Splices all edits into the text in one pass; throws {@link OverlapError} when two collide. */
export function splice(text: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort(byPosition)
  let out = ''
  let cursor = 0
  for (const edit of sorted) {
    if (edit.start < cursor) {
      throw new OverlapError(`two edits meet at offset ${edit.start}`)
    }
    out += text.slice(cursor, edit.start)
    out += edit.guarded === true && continues(out) ? `;${edit.text}` : edit.text
    cursor = edit.end
  }
  return out + text.slice(cursor)
}

/** Whether a parenthesis after this text would be taken as a call of what stands there. */
function continues(before: string): boolean {
  return !/(^|[;{(,]|=>|\breturn)$/.test(before.trimEnd())
}

function byPosition(a: Edit, b: Edit): number {
  return a.start - b.start || rank(a) - rank(b) || nesting(a, b)
}

/** At one position: what closes comes first, then what opens, then what replaces text. */
function rank(edit: Edit): number {
  if (edit.end > edit.start) return 2
  return edit.within.start === edit.start && edit.within.end > edit.end ? 1 : 0
}

/** Inner ranges close before outer ones, outer ranges open before inner ones. */
function nesting(a: Edit, b: Edit): number {
  const sizeA = a.within.end - a.within.start
  const sizeB = b.within.end - b.within.start
  return rank(a) === 0 ? sizeA - sizeB : sizeB - sizeA
}
