import type net from 'node:net'
import type { ListenOptions } from 'node:net'
import type { ServerOptions } from '../../server/options.js'
import { Server } from '../../server/server.js'
import { Router } from './router.js'

/** What a `net.Server` has beside listening and closing; kept by the server behind the router. */
const EVENTS = [
  'addListener',
  'on',
  'once',
  'prependListener',
  'prependOnceListener',
  'off',
  'removeListener',
  'removeAllListeners',
  'setMaxListeners',
  'ref',
  'unref',
  'emit',
  'eventNames',
  'getMaxListeners',
  'listenerCount',
  'listeners',
  'rawListeners',
] as const

type ListenCallback = (err?: Error) => void
/** Port, host, backlog, path, options or callback, in the orders that `net.Server.listen` knows. */
type ListenArgument = number | string | ListenOptions | ListenCallback | undefined

type ServerEvents = Pick<net.Server, (typeof EVENTS)[number]>

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- the members are put on the prototype below
export interface ListeningRouter extends ServerEvents {}

/** A router with a server of its own, to be used where a `net.Server` is: supertest and process managers take it. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- see above
export class ListeningRouter extends Router {
  /** Not enforced: the option `concurrency` is. */
  maxConnections = Infinity

  readonly #options: Omit<ServerOptions, 'handler'>
  #server: Server | undefined

  /** @param options - for the server */
  constructor(options: Omit<ServerOptions, 'handler'>) {
    super()
    this.#options = options
  }

  /** The server behind {@link listen}; made when it is first asked for. */
  get server(): Server {
    // Express sends neither a content type nor a name of its own accord.
    this.#server ??= new Server({
      noDefaultContentType: true,
      noDefaultServerHeader: true,
      ...this.#options,
      handler: this.handler,
    })
    return this.#server
  }

  /** A server made elsewhere takes its place, as in `app.server = new Server({ handler: app.handler })`. */
  set server(server: Server) {
    this.#server = server
  }

  /** Whether {@link server} is bound to a port or socket. */
  get listening(): boolean {
    return this.server.listening
  }

  /** Connections that are being served. */
  get connections(): number {
    return this.server.openConnectionsCount()
  }

  /** As of `net.Server`. */
  getConnections(callback: (err: Error | null, count: number) => void): this {
    process.nextTick(callback, null, this.connections)
    return this
  }

  /**
   * Listens with {@link server}; with a further one when that listens already. The arguments are those of {@link Server.listen}; the
   * callback is told of an error as well, as in Express 5.
   *
   * @returns the server
   */
  listen(...args: ListenArgument[]): Server & net.Server {
    if (this.server.address() !== null) this.#server = undefined
    const { server } = this
    const list: unknown[] = args
    const callback = list.at(-1)
    if (typeof callback === 'function') {
      let called = false
      const once = (...told: unknown[]) => {
        if (!called) callback(...told)
        called = true
      }
      list[list.length - 1] = once
      server.once('error', once)
    }
    return server.listen(...(list as [number])) as Server & net.Server
  }

  /** Where {@link server} listens, `null` when it does not. */
  address(): ReturnType<Server['address']> {
    return this.server.address()
  }

  /** Closes {@link server}, as {@link Server.close}. */
  close(callback?: (err?: Error) => void): this {
    this.server.close(callback)
    return this
  }

  /** Closes {@link server} and waits for the last request. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown()
  }
}

for (const name of EVENTS) {
  Object.defineProperty(ListeningRouter.prototype, name, {
    configurable: true,
    writable: true,
    value(this: ListeningRouter, ...args: unknown[]): unknown {
      const { server } = this
      const method = server[name] as (...args: unknown[]) => unknown
      const result = method.apply(server, args)
      return result === server ? this : result
    },
  })
}
