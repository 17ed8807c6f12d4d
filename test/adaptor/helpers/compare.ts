import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'

/** What a case's handler and client may use. */
export interface Probe {
  /** Notes something in the order of events. */
  log(entry: string): void
  /** Ends the case; called by itself when the first response emits 'close', unless the case is `manual`. */
  done(): void
  /** Resolves when `release(name)` is called. */
  waitFor(name: string): Promise<void>
  release(name: string): void
}

/** The client's end of the connection, in raw bytes. */
export interface Client {
  write(data: string | Buffer): void
  end(data?: string): void
  destroy(): void
  /** Closes with a reset. */
  reset(): void
  /** Resolves when what arrived matches. */
  until(pattern: RegExp): Promise<void>
  pause(): void
  resume(): void
  readonly received: string
}

export type Handler = (req: http.IncomingMessage, res: http.ServerResponse, probe: Probe) => unknown

export interface Case {
  readonly name: string
  readonly handler: Handler
  /** Bytes of the request; a GET of `/` otherwise. */
  readonly send?: string | Buffer
  /** In place of `send`: a conversation. */
  readonly client?: (client: Client, probe: Probe) => unknown
  readonly options?: http.ServerOptions
  /** Adds listeners to the server before it listens. */
  readonly setup?: (server: http.Server, probe: Probe) => void
  /** The case calls `probe.done()`. */
  readonly manual?: boolean
  /** Does not look whether the connection goes on afterwards. */
  readonly last?: boolean
  /** About the listening server itself: its connections, timeouts and parser. */
  readonly ofServer?: boolean
  /** The server closes the connection, for which the client waits. */
  readonly closes?: boolean
  /** Notes only what the handler logs: no listener of the harness on the messages. */
  readonly unobserved?: boolean
}

export interface Outcome {
  /** All bytes the client got, as latin1, with the date masked. */
  readonly wire: string
  readonly log: readonly string[]
}

export type CreateServer = (
  options: http.ServerOptions,
  listener: http.RequestListener
) => http.Server

export const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
export const get = (path: string, extra = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\n${extra}\r\n`
export const post = (body: string, extra = ''): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${extra}\r\n${body}`

const PROBE_PATH = '/--probe'
const PROBE_BODY = 'probe-answer'
const LIMIT_MS = 10_000

/** Runs one case on a server of `createServer` and says what the client and the listeners saw. */
export async function run(
  createServer: CreateServer,
  one: Case,
  observe: boolean
): Promise<Outcome> {
  const log: string[] = []
  const gates = new Map<string, { promise: Promise<void>; open: () => void }>()
  const gate = (name: string): { promise: Promise<void>; open: () => void } => {
    let found = gates.get(name)
    if (found === undefined) {
      let open = (): void => {}
      const promise = new Promise<void>((resolve) => (open = resolve))
      found = { promise, open }
      gates.set(name, found)
    }
    return found
  }
  const probe: Probe = {
    log: (entry) => log.push(entry),
    done: () => gate('done').open(),
    waitFor: (name) => gate(name).promise,
    release: (name) => gate(name).open(),
  }
  let first = true
  const server = createServer(one.options ?? {}, (req, res) => {
    if (req.url === PROBE_PATH) {
      res.end(PROBE_BODY)
      return
    }
    if (observe && one.unobserved !== true) watch(req, res, log)
    if (first && one.manual !== true) res.once('close', () => setImmediate(probe.done))
    first = false
    return one.handler(req, res, probe)
  })
  one.setup?.(server, probe)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  const client = clientOf(socket)
  try {
    await within(once(socket, 'connect'), 'connect')
    if (one.client !== undefined) void one.client(client, probe)
    else client.write(one.send ?? GET)
    await within(
      gate('done').promise,
      `done (got ${JSON.stringify(client.received.slice(0, 200))}, log ${log.join()})`
    )
    if (one.closes === true) {
      await within(client.closed, `close by the server (log ${log.join()})`)
    } else if (one.last !== true) {
      client.resume()
      client.write(get(PROBE_PATH, 'Connection: close\r\n'))
      await within(
        client.closed,
        `close (got ${JSON.stringify(client.received.slice(0, 200))}, log ${log.join()})`
      )
    }
  } finally {
    socket.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { wire: mask(client.received), log }
}

/** The date differs from run to run. */
function mask(wire: string): string {
  return wire.replace(/^(Date|date|DATE): .*GMT\r$/gm, '$1: (now)\r')
}

function watch(req: http.IncomingMessage, res: http.ServerResponse, log: string[]): void {
  for (const name of ['aborted', 'end', 'close']) req.on(name, () => log.push(`req ${name}`))
  req.on('error', (err: NodeJS.ErrnoException) => log.push(`req error ${err.code} ${err.message}`))
  for (const name of ['prefinish', 'finish', 'close', 'pipe', 'unpipe'])
    res.on(name, () => log.push(`res ${name}`))
  res.on('error', (err: NodeJS.ErrnoException) => log.push(`res error ${err.code} ${err.message}`))
}

function clientOf(socket: net.Socket): Client & { closed: Promise<unknown> } {
  let received = ''
  const waiting = new Set<{ pattern: RegExp; resolve: () => void }>()
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
    for (const one of waiting) {
      if (!one.pattern.test(received)) continue
      waiting.delete(one)
      one.resolve()
    }
  })
  // A reset is one of the ways in which a server may close; that it closed is what counts.
  socket.on('error', () => {})
  return {
    closed: new Promise((resolve) => socket.once('close', resolve)),
    write: (data) => void socket.write(data),
    end: (data = '') => void socket.end(data),
    destroy: () => void socket.destroy(),
    reset: () => void socket.resetAndDestroy(),
    until: (pattern) =>
      new Promise((resolve) => {
        if (pattern.test(received)) resolve()
        else waiting.add({ pattern, resolve })
      }),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    get received() {
      return received
    },
  }
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), LIMIT_MS)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
