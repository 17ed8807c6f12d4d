/**
 * One row of Go's README table in a process of its own: `node inmemory-run.mjs fasthttp|node CLIENTS REQUESTS_PER_CONN REQUESTS`. Prints JSON.
 *
 * No network: a fake listener hands out CLIENTS connections, each of which delivers its requests in slices of 4096 bytes, cut wherever
 * that falls, and copies what is written away. All connections are open before the first byte arrives, and take turns.
 */
import { createServer } from 'node:http'
import { Duplex } from 'node:stream'
import { GCProfiler, getHeapStatistics } from 'node:v8'
import { Server } from 'fasthttp'

const [, , subject, clientsText, perConnText, countText] = process.argv
const clients = Number(clientsText)
const perConn = Number(perConnText)
const count = Number(countText)

const REQUEST =
  'GET /foobar?baz HTTP/1.1\r\nHost: google.com\r\n' +
  'User-Agent: aaa/bbb/ccc/ddd/eee Firefox Chrome MSIE Opera\r\n' +
  'Referer: http://example.com/aaa?bbb=ccc\r\n' +
  'Cookie: foo=bar; baz=baraz; aa=aakslsdweriwereowriewroire\r\n\r\n'
const BODY = 'Hello, world!'
const SLICE = 4096

/** The request over and over; a slice from any offset into the first one lies in it. */
const text = Buffer.from(REQUEST.repeat(Math.ceil(SLICE / REQUEST.length) + 2), 'latin1')
const slices = new Map()
function slice(offset, length) {
  const key = offset * 8192 + length
  let found = slices.get(key)
  if (found === undefined) slices.set(key, (found = text.subarray(offset, offset + length)))
  return found
}

const sink = Buffer.allocUnsafe(1 << 20)
let served = 0
let budget = 0

/** Bytes of the requests a connection has to deliver. */
class Source {
  left = perConn * REQUEST.length
  offset = 0
  next() {
    if (this.left === 0) return null
    const length = Math.min(SLICE, this.left)
    const chunk = slice(this.offset, length)
    this.left -= length
    this.offset = (this.offset + length) % REQUEST.length
    return chunk
  }
}

// fasthttp

const ADDR = { network: 'tcp', address: '1.2.3.4', port: 12345 }

/** A connection that is used again once it was closed. */
class FakeConn {
  remoteAddr = ADDR
  localAddr = ADDR
  encrypted = false
  pendingBytes = 0
  unsentBytes = 0
  stream = null
  receiver = null
  source = new Source()
  open(receiver) {
    this.receiver = receiver
  }
  write(data) {
    if (typeof data === 'string') sink.latin1Write(data, 0)
    else sink.set(data)
    return true
  }
  cork() {}
  uncork() {}
  pause() {}
  resume() {}
  end() {
    this.close()
  }
  close() {
    const { receiver } = this
    if (receiver === null) return
    this.receiver = null
    receiver.onClose(undefined)
  }
  destroy() {
    this.close()
  }
  detach() {
    return null
  }
  /** Delivers one slice; `false` once it is closed. */
  turn() {
    if (this.receiver === null) return false
    const chunk = this.source.next()
    if (chunk !== null) {
      this.receiver.onRead(chunk, chunk.length)
      if (this.receiver !== null && this.source.left > 0) return true
    }
    if (this.receiver !== null) {
      this.receiver.onEnd()
      this.close()
    }
    return false
  }
}

class FakeListener {
  free = Array.from({ length: clients }, () => new FakeConn())
  open = []
  waiting = null
  accept() {
    if (budget === 0) return Promise.resolve(undefined)
    const conn = this.free.pop()
    if (conn === undefined) return new Promise((resolve) => (this.waiting = resolve))
    return Promise.resolve(this.take(conn))
  }
  take(conn) {
    budget = Math.max(0, budget - perConn)
    conn.source.left = perConn * REQUEST.length
    conn.source.offset = 0
    this.open.push(conn)
    return conn
  }
  /** Every open connection delivers a slice; those that are done can be accepted again. */
  turn() {
    const { open } = this
    let kept = 0
    for (let i = 0; i < open.length; i++) {
      if (open[i].turn()) open[kept++] = open[i]
      else this.free.push(open[i])
    }
    open.length = kept
    if (this.waiting === null) return
    const resolve = this.waiting
    if (budget === 0) resolve(undefined)
    else if (this.free.length > 0) resolve(this.take(this.free.pop()))
    else return
    this.waiting = null
  }
  close() {}
  addr() {
    return ADDR
  }
}

const server = new Server({
  concurrency: 16 * clients,
  handler: (ctx) => {
    if (!ctx.isGet()) throw new Error('not a GET')
    ctx.success('text/plain', BODY)
    if (perConn === 1) ctx.setConnectionClose()
    served++
  },
})

async function fasthttpRounds() {
  const listener = new FakeListener()
  const serving = server.serve(listener)
  while (budget > 0 || listener.open.length > 0 || listener.waiting !== null) {
    listener.turn()
    // Lets the server accept what became free, all of it before the next bytes arrive.
    do await null
    while (budget > 0 && listener.waiting === null)
  }
  await serving
}

// node:http

class FakeSocket extends Duplex {
  remoteAddress = ADDR.address
  remotePort = ADDR.port
  source = new Source()
  constructor() {
    super({ allowHalfOpen: true })
  }
  _read() {}
  turn() {
    if (this.destroyed) return false
    const chunk = this.source.next()
    this.push(chunk)
    return chunk !== null
  }
  _write(chunk, _encoding, done) {
    sink.set(chunk)
    done()
  }
  _writev(chunks, done) {
    for (const { chunk } of chunks) sink.set(chunk)
    done()
  }
  setTimeout() {
    return this
  }
  setNoDelay() {}
  setKeepAlive() {}
}

const nodeServer = createServer((req, res) => {
  if (req.method !== 'GET') throw new Error('not a GET')
  res.setHeader('Server', 'node')
  res.setHeader('Content-Type', 'text/plain')
  res.setHeader('Content-Length', BODY.length)
  if (perConn === 1) res.setHeader('Connection', 'close')
  res.end(BODY)
  served++
})

async function nodeRounds() {
  let open = []
  while (budget > 0 || open.length > 0) {
    while (open.length < clients && budget > 0) {
      budget = Math.max(0, budget - perConn)
      const socket = new FakeSocket()
      open.push(socket)
      nodeServer.emit('connection', socket)
    }
    open = open.filter((socket) => socket.turn())
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function run(requests) {
  budget = requests
  served = 0
  await (subject === 'fasthttp' ? fasthttpRounds() : nodeRounds())
  return served
}

await run(Math.min(count, 50_000))

/** Nanoseconds per request, and heap bytes allocated: what the heap grew by between one collection and the next. */
async function measure() {
  const profiler = new GCProfiler()
  profiler.start()
  const used = getHeapStatistics().used_heap_size
  const start = process.hrtime.bigint()
  const done = await run(count)
  const ns = Number(process.hrtime.bigint() - start) / done
  let allocated = getHeapStatistics().used_heap_size
  for (const { beforeGC, afterGC } of profiler.stop().statistics) {
    allocated += beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize
  }
  return { ns, bytes: (allocated - used) / done }
}

const first = await measure()
const second = await measure()
console.log(
  JSON.stringify({ ns: Math.min(first.ns, second.ns), bytes: Math.min(first.bytes, second.bytes) })
)
process.exit(0)
