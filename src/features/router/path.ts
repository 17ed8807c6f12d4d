import { excerpt, InvalidOptionError } from '../../errors.js'

/** A parameter: one path segment or part of one, or what `pattern` matches. */
export interface ParamToken {
  readonly type: 'param'
  /** Empty for one that is matched and not kept. */
  readonly name: string
  /** Source of a regular expression without capturing groups; `undefined` for anything but a slash. */
  readonly pattern: string | undefined
}

/** The rest of the path, slashes included. */
export interface WildcardToken {
  readonly type: 'wildcard'
  readonly name: string
  /** Whether it may match nothing, as the bare `*` of Express 4 does. */
  readonly empty: boolean
  /** Whether Express 5 gives its value as a list of segments. */
  readonly list: boolean
}

export interface TextToken {
  readonly type: 'text'
  readonly value: string
}

/** A part of the path that may be absent. */
export interface GroupToken {
  readonly type: 'group'
  readonly tokens: readonly PathToken[]
}

export type PathToken = TextToken | ParamToken | WildcardToken | GroupToken

const NAME = /[$_\p{ID_Start}][$\u200c\u200d\p{ID_Continue}]*/uy
/** `{name}`, `{name?}`, `{name:*}` and `{name:pattern}` of fasthttp's routers; anything else in braces is optional. */
const BRACED = /\{([$_\p{ID_Start}][$\p{ID_Continue}]*)(\?)?(?::((?:[^{}]|\{[^{}]*\})+))?\}/uy
const RESERVED = '()[]{}+?!'

/**
 * Parses a path string. Understood are `:name`, `:name(pattern)`, `:name?`, `*` and `(pattern)` of Express 4, `{optional}`, `*name`,
 * `:"name"` and `\` of Express 5, and `{name}`, `{name:pattern}`, `{name:*}` of fasthttp's routers.
 *
 * @param path - as given to a route
 * @throws InvalidOptionError `FH_ERR_INVALID_OPTION` when the string is malformed or holds a reserved character
 */
export function parsePath(path: string): PathToken[] {
  return new PathParser(path).parse()
}

class PathParser {
  readonly #path: string
  #at = 0
  #unnamed = 0

  constructor(path: string) {
    this.#path = path
  }

  parse(): PathToken[] {
    const tokens = this.#sequence('')
    if (this.#at < this.#path.length) this.#fail(`unexpected ${this.#path[this.#at]}`)
    return tokens
  }

  #sequence(end: string): PathToken[] {
    const tokens: PathToken[] = []
    while (this.#at < this.#path.length) {
      const char = this.#path[this.#at]!
      if (char === end) return tokens
      this.#token(char, tokens)
    }
    if (end !== '') this.#fail(`missing ${end}`)
    return tokens
  }

  #token(char: string, tokens: PathToken[]): void {
    switch (char) {
      case '\\':
        if (this.#at + 1 === this.#path.length) this.#fail('nothing after the last \\')
        pushText(tokens, this.#path[this.#at + 1]!)
        this.#at += 2
        return
      case ':':
        this.#at++
        this.#param(tokens)
        return
      case '*':
        this.#at++
        this.#wildcard(tokens)
        return
      case '{':
        this.#brace(tokens)
        return
      case '(':
        // Express 4 does not capture a group behind a slash.
        this.#push(tokens, isBehindSlash(tokens) ? '' : this.#unnamedName(), this.#pattern())
        return
      case '?':
        // `ab?` of Express 4: the character before is optional.
        this.#at++
        if (!makeLastOptional(tokens, false)) this.#fail('nothing before ?')
        return
      default:
        if (RESERVED.includes(char)) this.#fail(`unexpected ${char}`)
        pushText(tokens, char)
        this.#at++
    }
  }

  #param(tokens: PathToken[]): void {
    const name = this.#name()
    if (name === undefined) this.#fail('missing parameter name')
    const pattern = this.#path[this.#at] === '(' ? this.#pattern() : undefined
    this.#push(tokens, name, pattern)
  }

  /** Adds a parameter and the modifier that may follow it. */
  #push(tokens: PathToken[], name: string, pattern: string | undefined): void {
    const modifier = this.#path[this.#at]
    if (modifier === '*' || modifier === '+') {
      tokens.push({ type: 'wildcard', name, empty: false, list: false })
    } else tokens.push({ type: 'param', name, pattern })
    if (modifier !== '?' && modifier !== '*' && modifier !== '+') return
    this.#at++
    // The slash or dot in front belongs to an optional parameter.
    if (modifier !== '+') makeLastOptional(tokens, true)
  }

  #wildcard(tokens: PathToken[]): void {
    const name = this.#name()
    const isNamed = name !== undefined
    tokens.push({
      type: 'wildcard',
      name: name ?? this.#unnamedName(),
      empty: !isNamed,
      list: isNamed,
    })
  }

  #brace(tokens: PathToken[]): void {
    BRACED.lastIndex = this.#at
    const braced = BRACED.exec(this.#path)
    const afterWord = /[\p{L}\p{N}]/u.test(this.#path[this.#at - 1] ?? '')
    // `file{s}` is Express's optional letter, `file-{name}` and `file{name:pattern}` are parameters.
    if (braced !== null && !(afterWord && braced[3] === undefined)) {
      const [all, name, optional, pattern] = braced
      this.#at += all.length
      if (pattern === '*') tokens.push({ type: 'wildcard', name: name!, empty: true, list: false })
      else tokens.push({ type: 'param', name: name!, pattern: pattern && withoutCaptures(pattern) })
      if (optional !== undefined) makeLastOptional(tokens, true)
      return
    }
    this.#at++
    const group = this.#sequence('}')
    this.#at++
    tokens.push({ type: 'group', tokens: group })
  }

  #name(): string | undefined {
    if (this.#path[this.#at] === '"') return this.#quotedName()
    NAME.lastIndex = this.#at
    const name = NAME.exec(this.#path)?.[0]
    this.#at += name?.length ?? 0
    return name
  }

  #quotedName(): string {
    let name = ''
    for (let i = this.#at + 1; i < this.#path.length; i++) {
      if (this.#path[i] === '"') {
        this.#at = i + 1
        return name
      }
      if (this.#path[i] === '\\') i++
      name += this.#path[i] ?? ''
    }
    this.#fail('unterminated quote')
  }

  /** Reads `(pattern)`. */
  #pattern(): string {
    const start = this.#at
    for (let depth = 0; this.#at < this.#path.length; this.#at++) {
      const char = this.#path[this.#at]
      if (char === '\\') this.#at++
      else if (char === '(') depth++
      else if (char === ')' && --depth === 0) {
        return withoutCaptures(this.#path.slice(start + 1, this.#at++))
      }
    }
    this.#fail('missing )')
  }

  #unnamedName(): string {
    return String(this.#unnamed++)
  }

  #fail(reason: string): never {
    throw new InvalidOptionError(`${reason} in the path ${excerpt(this.#path)}`)
  }
}

function pushText(tokens: PathToken[], value: string): void {
  const last = tokens.at(-1)
  if (last?.type === 'text') tokens[tokens.length - 1] = { type: 'text', value: last.value + value }
  else tokens.push({ type: 'text', value })
}

function isBehindSlash(tokens: readonly PathToken[]): boolean {
  const last = tokens.at(-1)
  return last?.type === 'text' && last.value.endsWith('/')
}

/** Makes the last token, or the last character of a text, optional; with `prefix` the slash or dot in front of it as well. */
function makeLastOptional(tokens: PathToken[], prefix: boolean): boolean {
  const last = tokens.pop()
  if (last === undefined) return false
  const group: PathToken[] = [last]
  if (last.type === 'text') {
    if (last.value.length > 1) tokens.push({ type: 'text', value: last.value.slice(0, -1) })
    group[0] = { type: 'text', value: last.value.slice(-1) }
  } else if (prefix) {
    const before = tokens.at(-1)
    if (before?.type === 'text' && /[/.]$/.test(before.value)) {
      tokens.pop()
      if (before.value.length > 1) tokens.push({ type: 'text', value: before.value.slice(0, -1) })
      group.unshift({ type: 'text', value: before.value.slice(-1) })
    }
  }
  tokens.push({ type: 'group', tokens: group })
  return true
}

/** Turns the capturing groups of a pattern into plain ones, so that captures keep counting parameters. */
function withoutCaptures(pattern: string): string {
  return pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?<(?![=!])[^>]*>|(?!\?))/g, (part) =>
    part[0] === '(' ? '(?:' : part
  )
}
