import findMyWay from 'find-my-way'
import type { FlatPath } from './path-regexp.js'
import { NO_PARAMS, type Params, type PathMatcher } from './path-matcher.js'
import type { Middleware } from './types.js'

/** A route as it serves one method. */
export interface Entry {
  readonly matcher: PathMatcher
  readonly handlers: readonly Middleware[]
}

/** What an index knows about a path. */
export interface Found {
  /** Every route that may match, in the order of registration. */
  readonly entries: readonly Entry[]
  /** Parameters of the first entry when it is known to match; otherwise its matcher decides. */
  readonly params: Params | undefined
}

export interface IndexOptions {
  readonly caseSensitive: boolean
  readonly strict: boolean
}

/** Segments of a path: text in lower case unless case matters, `:` for one that varies, `*` for any rest. */
type Shape = readonly string[]

interface Indexed {
  readonly entry: Entry
  /** `undefined` when find-my-way cannot hold the path. */
  readonly shapes: readonly Shape[] | undefined
}

/** A pattern held by find-my-way. */
interface Node {
  readonly shape: Shape
  /** The route whose parameter names find-my-way was given, if a match of the pattern is a match of the route. */
  readonly exact: Entry | undefined
  readonly hasParams: boolean
  entries: readonly Entry[] | undefined
}

/** Takes the place of `%` in a lookup: no path holds it, so no text segment matches one with a percent escape. */
const PERCENT = '\x01'
/** Pattern sources that cannot match a slash. */
const SLASH_FREE = /^(?:\\[dw]|[\w|+*?{},()]|\?:|\[(?:\w-\w|\\[dw]|[\w-])+\])+$/

/**
 * Finds the routes of one method that may match a path. find-my-way prefers text to parameters, Express the first registered; so each
 * pattern that find-my-way finds leads to a list of all routes that overlap with it, in their order, and the routes' own matchers decide
 * wherever the pattern says less than the path string did.
 */
export class RouteIndex {
  readonly #options: IndexOptions
  readonly #indexed: Indexed[] = []
  readonly #unindexed: Entry[] = []
  readonly #keys = new Set<string>()
  readonly #tree: findMyWay.Instance<findMyWay.HTTPVersion.V1>

  /** @param entries - routes in the order of registration */
  constructor(entries: readonly Entry[], options: IndexOptions) {
    this.#options = options
    this.#tree = findMyWay({
      caseSensitive: options.caseSensitive,
      maxParamLength: Number.MAX_SAFE_INTEGER,
      querystringParser: () => NO_PARAMS,
    })
    for (const entry of entries) this.#add(entry)
    // An order of magnitude faster than walking the tree.
    this.#tree.compile()
  }

  /** @param path - as it stands in the request target */
  find(path: string): Found | undefined {
    const percent = path.includes('%')
    const text = percent ? path.replaceAll('%', PERCENT) : path
    const slash = !this.#options.strict && text.length > 1 && text.endsWith('/')
    let found = this.#tree.find('GET', slash ? text.slice(0, -1) : text)
    if (found === null && slash) found = this.#tree.find('GET', text)
    if (found === null)
      return this.#unindexed.length === 0 ? undefined : this.#anyOf(this.#unindexed)
    const node = found.store as Node
    const entries = (node.entries ??= this.#overlapping(node))
    if (node.exact !== entries[0]) return this.#anyOf(entries)
    if (!node.hasParams) return { entries, params: NO_PARAMS }
    // A parameter is neither empty nor, without decoding, one with an escape.
    if (percent || text.includes('//') || text.endsWith('/')) return this.#anyOf(entries)
    return { entries, params: found.params as Params }
  }

  #anyOf(entries: readonly Entry[]): Found {
    return { entries, params: undefined }
  }

  #add(entry: Entry): void {
    const paths = entry.matcher.flatPaths
    const shapes = paths?.map((path) => shapeOf(path, this.#options.caseSensitive))
    if (
      paths === undefined ||
      shapes === undefined ||
      !shapes.every((shape) => shape !== undefined)
    ) {
      this.#unindexed.push(entry)
      this.#indexed.push({ entry, shapes: undefined })
      return
    }
    this.#indexed.push({ entry, shapes })
    const only = paths.length === 1 ? plainNames(paths[0]!) : undefined
    for (const shape of shapes) this.#insert(entry, shape, only)
  }

  #insert(entry: Entry, shape: Shape, names: readonly string[] | undefined): void {
    const key = shape.join('/')
    if (this.#keys.has(key)) return
    this.#keys.add(key)
    let param = 0
    const pattern = shape.map((segment) => {
      if (segment === ':') return `:${names?.[param++] ?? 'p'}`
      return segment === '*' ? '*' : segment.replaceAll(':', '::')
    })
    const exact = names === undefined ? undefined : entry
    const node: Node = { shape, exact, hasParams: param > 0, entries: undefined }
    this.#tree.on('GET', `/${pattern.join('/')}`, noop, node)
  }

  /** Lists the routes that can match a path which `node` matches. */
  #overlapping(node: Node): readonly Entry[] {
    const key = node.shape.join('/')
    return this.#indexed
      .filter(({ shapes }) => {
        if (shapes === undefined) return true
        // find-my-way would have found a route that is text only.
        if (shapes.length === 1 && isText(shapes[0]!)) return shapes[0]!.join('/') === key
        return shapes.some((shape) => overlap(shape, node.shape))
      })
      .map(({ entry }) => entry)
  }
}

function noop(): void {}

const isText = (shape: Shape) => !shape.includes(':') && !shape.includes('*')

/** Whether some path may match both shapes; never wrongly `false`. */
function overlap(a: Shape, b: Shape): boolean {
  for (let i = 0; ; i++) {
    const x = a[i]
    const y = b[i]
    if (x === '*' || y === '*') return true
    if (x === undefined) return y === undefined || (y === '' && i === b.length - 1)
    if (y === undefined) return x === '' && i === a.length - 1
    if (x !== y && x !== ':' && y !== ':') return false
  }
}

/** The shape of a path, which matches at least what the path does; `undefined` for one that find-my-way cannot hold. */
function shapeOf(path: FlatPath, caseSensitive: boolean): Shape | undefined {
  const shape: string[] = ['']
  const vary = (segment: ':' | '*') => (shape[shape.length - 1] = segment)
  for (const token of path) {
    if (token.type === 'wildcard' || (token.type === 'param' && mayMatchSlash(token.pattern))) {
      vary('*')
      break
    }
    if (token.type === 'param') {
      vary(':')
      continue
    }
    if (/[%*?#\x01]/.test(token.value)) return undefined
    const [head, ...rest] = (caseSensitive ? token.value : token.value.toLowerCase()).split('/')
    if (shape.at(-1) !== ':') shape[shape.length - 1] += head!
    shape.push(...rest)
  }
  // What is left of the first slash; an empty path matches `/` unless slashes are significant.
  const lead = shape.shift()
  if (lead === '*') return ['*']
  if (lead !== '') return undefined
  return shape.length === 0 ? [''] : shape
}

function mayMatchSlash(pattern: string | undefined): boolean {
  return pattern !== undefined && !SLASH_FREE.test(pattern)
}

/** The parameter names of a path whose shape says all: each segment is text or one parameter. Otherwise `undefined`. */
function plainNames(path: FlatPath): string[] | undefined {
  const names: string[] = []
  for (const [i, token] of path.entries()) {
    if (token.type === 'text') continue
    const before = path[i - 1]
    const after = path[i + 1]
    const alone =
      before?.type === 'text' &&
      before.value.endsWith('/') &&
      (after === undefined || (after.type === 'text' && after.value.startsWith('/')))
    // find-my-way ends a name at a dash, a dot or a parenthesis.
    if (
      token.type !== 'param' ||
      token.pattern !== undefined ||
      !alone ||
      !/^\w+$/.test(token.name)
    ) {
      return undefined
    }
    names.push(token.name)
  }
  return path.length === 0 ? undefined : names
}
