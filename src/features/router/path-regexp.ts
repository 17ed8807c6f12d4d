import { InvalidOptionError } from '../../errors.js'
import type { ParamToken, PathToken, TextToken, WildcardToken } from './path.js'

/** A path without optional parts. */
export type FlatPath = readonly FlatToken[]
export type FlatToken = TextToken | ParamToken | WildcardToken

/** Most combinations the optional parts of one path may have. */
const MAX_COMBINATIONS = 256

/** Lists what a path can be with each of its optional parts present or absent, the fullest first. */
export function flatten(tokens: readonly PathToken[]): FlatPath[] {
  let paths: FlatToken[][] = [[]]
  for (const token of tokens) {
    const tails = token.type === 'group' ? [...flatten(token.tokens), []] : [[token]]
    paths = paths.flatMap((head) => tails.map((tail) => joinText(head, tail)))
    if (paths.length > MAX_COMBINATIONS) {
      throw new InvalidOptionError(`more than ${MAX_COMBINATIONS} combinations in a path`)
    }
  }
  return paths
}

function joinText(head: FlatToken[], tail: FlatPath): FlatToken[] {
  const last = head.at(-1)
  const first = tail[0]
  if (last?.type !== 'text' || first?.type !== 'text') return [...head, ...tail]
  return [...head.slice(0, -1), { type: 'text', value: last.value + first.value }, ...tail.slice(1)]
}

/** A compiled path: `keys[i]` names capture `i + 1`. */
export interface PathRegExp {
  readonly regexp: RegExp
  readonly keys: readonly (ParamToken | WildcardToken)[]
}

export interface PathRegExpOptions {
  /** Match the whole path, not a prefix that ends at a slash. */
  readonly end: boolean
  readonly caseSensitive: boolean
  /** A slash at the end is significant. */
  readonly strict: boolean
}

/** Compiles flat paths to one regular expression with the language of Express 5. */
export function compilePaths(paths: readonly FlatPath[], options: PathRegExpOptions): PathRegExp {
  const keys: (ParamToken | WildcardToken)[] = []
  const sources = paths.map((path) => {
    keys.push(...path.filter((token) => token.type !== 'text'))
    return pathSource(path)
  })
  const slash = options.strict ? '' : '(?:\\/$)?'
  const end = options.end ? '$' : '(?=\\/|$)'
  const regexp = new RegExp(
    `^(?:${sources.join('|')})${slash}${end}`,
    options.caseSensitive ? '' : 'i'
  )
  return { regexp, keys }
}

function pathSource(path: FlatPath): string {
  let source = ''
  path.forEach((token, i) => {
    source += token.type === 'text' ? escapeRegExp(token.value) : captureSource(path, i)
  })
  return source
}

/**
 * Each capture stops at the text that separates it from the capture before or behind it, so that matching never backtracks over more than
 * one of them and stays linear in the length of the path.
 */
function captureSource(path: FlatPath, at: number): string {
  const token = path[at] as ParamToken | WildcardToken
  const before = captureBefore(path, at)
  if (before?.text === '' && before.token.type !== 'text' && !isPatterned(before.token, token)) {
    throw new InvalidOptionError(
      `no text between the parameters ${before.token.name} and ${token.name}`
    )
  }
  if (token.type === 'wildcard') {
    const stop = before?.wildcard === true && before.text !== '' ? notBefore(before.text) : ''
    return `(${stop === '' ? '[^]' : `(?:${stop}[^])`}${token.empty ? '*' : '+'})`
  }
  if (token.pattern !== undefined) return `(${token.pattern})`
  const after = path[at + 1]
  const beyond = path[at + 2]
  if (after?.type === 'text' && !after.value.includes('/') && beyond?.type === 'wildcard') {
    return `((?:${notBefore(after.value)}[^/])+)`
  }
  if (before === undefined || before.text.includes('/') || before.text === '') return '([^/]+)'
  const own = `(?:${notBefore(before.text)}[^/])+`
  return before.wildcard ? `(${own})` : `(${own}|${escapeRegExp(before.text)})`
}

/** The capture in front of `path[at]` and the text between the two. */
function captureBefore(path: FlatPath, at: number) {
  const previous = path[at - 1]
  const text = previous?.type === 'text' ? previous.value : ''
  const token = previous?.type === 'text' ? path[at - 2] : previous
  return token && { token, text, wildcard: token.type === 'wildcard' }
}

function isPatterned(...tokens: readonly FlatToken[]): boolean {
  return tokens.some((token) => token.type === 'param' && token.pattern !== undefined)
}

const notBefore = (text: string) => `(?!${escapeRegExp(text)})`

function escapeRegExp(text: string): string {
  return text.replace(/[.+*?^${}()[\]|/\\]/g, '\\$&')
}
