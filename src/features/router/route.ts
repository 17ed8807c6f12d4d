import { METHODS } from 'node:http'
import { InvalidOptionError } from '../../errors.js'
import type { Middleware } from './types.js'

/** A handler, or nested lists of them. */
export type Handlers<H = Middleware> = H | readonly Handlers<H>[]

interface RouteHandler {
  /** Upper case; `undefined` for every method. */
  readonly method: string | undefined
  readonly handler: Middleware
}

/** The handlers of one path, by method and in order. Made by {@link Router.route}. */
export class Route {
  readonly #handlers: RouteHandler[] = []
  readonly #methods = new Set<string>()
  readonly #changed: () => void
  #all = false

  /** @internal */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** Adds handlers for every method. */
  all(...handlers: Handlers[]): this {
    this.#all = true
    return this.#add(undefined, handlers)
  }

  /** Adds handlers for one method, any token in upper or lower case. */
  handle(method: string, ...handlers: Handlers[]): this {
    const name = method.toUpperCase()
    this.#methods.add(name)
    return this.#add(name, handlers)
  }

  get(...handlers: Handlers[]): this {
    return this.handle('GET', handlers)
  }

  post(...handlers: Handlers[]): this {
    return this.handle('POST', handlers)
  }

  put(...handlers: Handlers[]): this {
    return this.handle('PUT', handlers)
  }

  patch(...handlers: Handlers[]): this {
    return this.handle('PATCH', handlers)
  }

  delete(...handlers: Handlers[]): this {
    return this.handle('DELETE', handlers)
  }

  head(...handlers: Handlers[]): this {
    return this.handle('HEAD', handlers)
  }

  options(...handlers: Handlers[]): this {
    return this.handle('OPTIONS', handlers)
  }

  trace(...handlers: Handlers[]): this {
    return this.handle('TRACE', handlers)
  }

  /** Methods with handlers of their own, and HEAD where GET answers it. @internal */
  _methods(): string[] {
    if (this.#all) return METHODS
    return this.#methods.has('GET') ? [...new Set([...this.#methods, 'HEAD'])] : [...this.#methods]
  }

  /** What serves `method`, in order; empty when nothing does. GET serves HEAD unless HEAD has handlers. @internal */
  _handlersFor(method: string): readonly Middleware[] {
    const name = method === 'HEAD' && !this.#methods.has('HEAD') ? 'GET' : method
    if (!this.#all && !this.#methods.has(name)) return []
    return this.#handlers
      .filter((entry) => entry.method === undefined || entry.method === name)
      .map((entry) => entry.handler)
  }

  #add(method: string | undefined, handlers: readonly Handlers[]): this {
    for (const handler of flattenHandlers(handlers)) this.#handlers.push({ method, handler })
    this.#changed()
    return this
  }
}

/**
 * Flattens nested lists of handlers.
 *
 * @throws InvalidOptionError `FH_ERR_INVALID_OPTION` when there is none or one is not a function
 */
export function flattenHandlers<H extends (...args: never) => unknown>(
  handlers: readonly Handlers<H>[]
): H[] {
  const flat = (handlers as readonly unknown[]).flat(Infinity) as H[]
  if (flat.length === 0) throw new InvalidOptionError('no handler given')
  for (const handler of flat) {
    if (typeof handler !== 'function') {
      throw new InvalidOptionError(`handler is ${handler === null ? 'null' : typeof handler}`)
    }
  }
  return flat
}
