import { EscapeError, excerpt, InvalidOptionError } from '../../errors.js'
import { compilePaths, flatten, type FlatPath, type PathRegExpOptions } from './path-regexp.js'
import { parsePath } from './path.js'
import { setWildcards, wildcardsOf } from '../../server/routing.js'

/** Path of a route or of middleware: a path string, a regular expression, or several of them. */
export type Path = string | RegExp | readonly Path[]

/** Parameters of a matched path by name. Has no prototype. */
export type Params = Record<string, string>

/** Stands for a path without parameters. */
export const NO_PARAMS: Params = Object.freeze(Object.create(null)) as Params

/** What a path matched. */
export interface PathMatch {
  readonly params: Params
  /** How many characters of the path were matched. */
  readonly length: number
}

interface Matcher {
  readonly regexp: RegExp
  readonly names: readonly string[]
  /** Names of the wildcards that Express 5 gives as lists. */
  readonly lists: readonly string[]
}

/** The paths of one layer. */
export class PathMatcher {
  /** Every path without its optional parts; `undefined` when a regular expression is among them. */
  readonly flatPaths: readonly FlatPath[] | undefined
  readonly #matchers: readonly Matcher[]
  readonly #end: boolean

  /**
   * @param path - one or more paths
   * @throws InvalidOptionError `FH_ERR_INVALID_OPTION` for a malformed path
   */
  constructor(path: Path, options: PathRegExpOptions) {
    const paths = ([path] as unknown[]).flat(Infinity) as (string | RegExp)[]
    const flatPaths: FlatPath[] = []
    this.#end = options.end
    this.#matchers = paths.map((one) => {
      if (one instanceof RegExp) return regExpMatcher(one)
      if (typeof one !== 'string') throw new InvalidOptionError(`path is a ${typeof one}`)
      const flat = flatten(parsePath(options.strict ? one : withoutTrailingSlashes(one)))
      flatPaths.push(...flat)
      const { regexp, keys } = compilePaths(flat, options)
      const lists = keys.flatMap((key) => (key.type === 'wildcard' && key.list ? [key.name] : []))
      return { regexp, names: keys.map((key) => key.name), lists }
    })
    this.flatPaths = paths.some((one) => one instanceof RegExp) ? undefined : flatPaths
  }

  /**
   * Matches a path as it stands in the request target.
   *
   * @throws EscapeError `FH_ERR_ESCAPE` (status 400) when a parameter has a malformed percent escape
   */
  match(path: string): PathMatch | undefined {
    for (const { regexp, names, lists } of this.#matchers) {
      const found = regexp.exec(path)
      if (found === null || !(this.#end || isPrefix(found, path))) continue
      const params = toParams(found, names)
      if (lists.length > 0) setWildcards(params, toLists(found, names, lists))
      return { params, length: found[0].length }
    }
    return undefined
  }
}

/** A regular expression may match elsewhere or end within a segment. */
function isPrefix(found: RegExpExecArray, path: string): boolean {
  const after = path[found[0].length]
  return found.index === 0 && (after === undefined || after === '/')
}

function withoutTrailingSlashes(path: string): string {
  return path === '/' ? path : path.replace(/\/+$/, '')
}

/** Unnamed groups of a regular expression are numbered from 0, as in Express. */
function regExpMatcher(path: RegExp): Matcher {
  const names: string[] = []
  let unnamed = 0
  for (const [group, name] of path.source.matchAll(
    /\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?<(?![=!])([^>]*)>|(?!\?))/g
  )) {
    if (group[0] === '(') names.push(name ?? String(unnamed++))
  }
  return { regexp: new RegExp(path.source, path.flags.replace(/[gy]/g, '')), names, lists: [] }
}

function toParams(found: RegExpExecArray, names: readonly string[]): Params {
  const params = Object.create(null) as Params
  for (let i = 1; i < found.length; i++) {
    const value = found[i]
    const name = names[i - 1]!
    if (value !== undefined && name !== '') params[name] = decodeParam(value)
  }
  return params
}

/** Each segment is decoded by itself, so that an escaped slash stays within one. */
function toLists(
  found: RegExpExecArray,
  names: readonly string[],
  lists: readonly string[]
): Record<string, string[]> {
  const values = Object.create(null) as Record<string, string[]>
  for (const name of lists) {
    const value = found[names.indexOf(name) + 1]
    if (value !== undefined) values[name] = value.split('/').map(decodeParam)
  }
  return values
}

/** The parameters of a router that merges those of the routers around it into its own. */
export function mergeParams(parent: Params, own: Params): Params {
  const merged = Object.assign(Object.create(null), parent, own) as Params
  const lists = { ...wildcardsOf(parent) }
  for (const name of Object.keys(own)) delete lists[name]
  setWildcards(merged, Object.assign(lists, wildcardsOf(own)))
  return merged
}

function decodeParam(value: string): string {
  if (!value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch (cause) {
    throw new EscapeError(`cannot decode the parameter ${excerpt(value)}`, { cause })
  }
}
