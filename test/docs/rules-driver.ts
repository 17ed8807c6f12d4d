/**
 * What the examples of the rules take for granted (`db`, `listener`, `sleep` ...), and the requests that set them going. Bundled with each
 * example and run in a process of its own with FASTHTTP_DEBUG=retention; the last line of output says what the detector saw.
 */
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, Server as NetServer, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { auditRetention, Server, type RequestCtx, type RequestHandler } from '../../src/index.js'
import { InmemoryListener } from '../../src/features/fasthttputil/index.js'

/** Time that the examples' own waiting takes; longer than any of it but for the timers of a second, which are sped up. */
const LATE = 60

const touches: string[] = []
process.on('warning', (warning: NodeJS.ErrnoException) => {
  if (warning.code === 'FH_ERR_CTX_RELEASED') touches.push(warning.message.split('\n')[0]!)
})
// A guarded handle cannot be cloned: that fails the handler.
const logged = process.stderr.write.bind(process.stderr)
process.stderr.write = ((text: string) => {
  if (text.includes('DataCloneError')) touches.push(text)
  return logged(text)
}) as never
// What a late promise throws is the example's, not the driver's.
process.on('unhandledRejection', () => {})

const timer = globalThis.setTimeout
globalThis.setTimeout = ((fn: (...args: never[]) => void, ms = 0) =>
  timer(fn, Math.min(ms, 20))) as unknown as typeof globalThis.setTimeout

let port = 0
const listen = NetServer.prototype.listen
NetServer.prototype.listen = function (this: NetServer) {
  this.once('listening', () => (port = (this.address() as AddressInfo).port))
  return (listen as (port: number, host: string) => NetServer).call(this, 0, '127.0.0.1')
} as never

const listener = new InmemoryListener()
const soon = <T>(value: T): Promise<T> => delay(10, value)
/** Byte views that an example gave away, to be looked at when its handler has settled. */
const given: Uint8Array[] = []
/** What an example wants to be done last. */
const last: (() => void)[] = []
/** Objects that an example gave away. */
const objects: object[] = []

Object.assign(globalThis, {
  listener,
  db: { find: (id: string) => soon({ id }) },
  work: () => Promise.reject(new Error('work failed')),
  connected: () => soon(undefined),
  store: (key: string, value: string) => soon([key, value]),
  write: () => {},
  sleep: (ms: number) => delay(Math.min(ms, 5)),
  busy: () => true,
  worker: { postMessage: (view: Uint8Array) => void given.push(view) },
  handler: async (ctx: RequestCtx) => {
    await soon(undefined)
    ctx.setBody('done')
  },
  // With an argument: keeps what it is given; without one: a page that takes longer than `sleep`.
  render: (object?: object) => {
    if (object === undefined) return delay(20, '<p>hello</p>')
    objects.push(object)
    return undefined
  },
  files: (name: string) => (existsSync(name) ? readFileSync(name).length : -1),
  keep: (views: Iterable<Uint8Array>) => void given.push(...views),
  later: (fn: () => void) => void last.push(fn),
  drive,
})
writeFileSync('motd.txt', 'hello')

const REQUEST =
  'POST /users/1?full=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 20\r\n\r\n01234567 and no more'

/** Serves a request with `handler`. */
async function drive(handler: RequestHandler): Promise<void> {
  await ask(new Server({ handler, logger: { printf() {} } }))
}

async function ask(server?: Server): Promise<void> {
  if (server !== undefined || port !== 0) {
    if (server !== undefined) await once(server.listen(0), 'listening')
    const socket = connect(port, '127.0.0.1')
    socket.end(REQUEST.replace('POST', 'GET'))
    socket.resume()
    await once(socket, 'close')
    return
  }
  for (const method of ['GET', 'POST']) {
    const { stream } = await listener.dial()
    stream.write(REQUEST.replace('POST', method))
    stream.resume()
    await once(stream, 'end')
  }
}

/** Looks at everything that was given away, as late as a program would, and prints what that showed. */
export async function verdict(served: boolean): Promise<void> {
  await delay(0)
  if (served) await ask()
  await delay(LATE)
  for (const fn of last) fn()
  const emptied = given.filter((view) => view.byteLength === 0).length
  for (const object of objects) JSON.stringify(Object.values(object).map(touchAll))
  await delay(0)
  const kept = touches.length > 0 ? [] : await auditRetention()
  console.log(JSON.stringify({ touches, kept: kept.length, emptied }))
  process.exit()
}

/** Reads a member of a value, as code that was handed it would. */
function touchAll(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, 'constructor') : value
}
