import { METHODS } from 'node:http'
import type { PathMatcher } from './path-matcher.js'
import type { Route } from './route.js'
import { RouteIndex, type Found, type IndexOptions } from './route-index.js'

const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS)

interface TableRow {
  readonly matcher: PathMatcher
  readonly route: Route
}

/** Neighbouring routes of a router, with an index per method made when it is first asked for. */
export class RouteTable {
  readonly #rows: readonly TableRow[]
  readonly #options: IndexOptions
  readonly #indexes = new Map<string, RouteIndex>()
  readonly #methods: ReadonlySet<string>

  constructor(rows: readonly TableRow[], options: IndexOptions) {
    this.#rows = rows
    this.#options = options
    this.#methods = new Set([...KNOWN_METHODS, ...rows.flatMap(({ route }) => route._methods())])
  }

  /**
   * Finds the routes for a request.
   *
   * @param method - as sent; one that no route names is served by routes for all methods
   * @param path - as it stands in the request target
   */
  find(method: string, path: string): Found | undefined {
    // Methods are the client's to invent, indexes must not be.
    const name = this.#methods.has(method) ? method : ''
    let index = this.#indexes.get(name)
    if (index === undefined) {
      index = new RouteIndex(this.#entriesFor(name), this.#options)
      this.#indexes.set(name, index)
    }
    return index.find(path)
  }

  /** Lists the methods that the routes of a path serve, each once and sorted. */
  methodsOf(path: string): string[] {
    const methods = this.#rows.flatMap(({ matcher, route }) =>
      matches(matcher, path) ? route._methods() : []
    )
    return [...new Set(methods)].sort()
  }

  #entriesFor(method: string) {
    return this.#rows
      .map(({ matcher, route }) => ({ matcher, handlers: route._handlersFor(method) }))
      .filter(({ handlers }) => handlers.length > 0)
  }
}

function matches(matcher: PathMatcher, path: string): boolean {
  try {
    return matcher.match(path) !== undefined
  } catch {
    return false
  }
}
