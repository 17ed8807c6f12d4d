import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GET, get, type Case, type Probe } from '../helpers/compare.js'

function attempt(probe: Probe, action: () => unknown): void {
  try {
    probe.log(`returned ${String(action())}`)
  } catch (err) {
    const { name, code, message } = err as NodeJS.ErrnoException
    probe.log(`${name} ${code} ${message}`)
  }
}

const loose = (value: unknown): any => value

/** Writing in pieces: corks, trailers, lengths that are checked, interim answers, parting from the socket. */
export const responseStreamCases: Case[] = [
  {
    name: 'cork twice, uncork twice',
    handler: (_req, res, probe) => {
      res.cork()
      res.cork()
      res.write('a')
      res.uncork()
      probe.log(String(res.writableCorked))
      res.write('b')
      res.uncork()
      probe.log(String(res.writableCorked))
      res.end('c')
    },
  },
  {
    name: 'cork, flushHeaders, end',
    handler: (_req, res) => {
      res.cork()
      res.flushHeaders()
      res.write('a')
      res.write('b')
      res.end('c')
    },
  },
  {
    name: 'cork with a length',
    handler: (_req, res) => {
      res.setHeader('Content-Length', 3)
      res.cork()
      res.write('a')
      res.write('bc')
      res.uncork()
      res.end()
    },
  },
  {
    name: 'cork, callbacks',
    handler: (_req, res, probe) => {
      res.cork()
      res.write('a', () => probe.log('a'))
      res.write('b', () => probe.log('b'))
      process.nextTick(() => res.uncork())
      setTimeout(() => res.end('c', () => probe.log('c')), 5)
    },
  },
  {
    name: 'cork, no uncork, end with nothing',
    handler: (_req, res) => {
      res.cork()
      res.write('a')
      res.end()
    },
  },
  {
    name: 'uncork without cork',
    handler: (_req, res, probe) => {
      res.uncork()
      probe.log(String(res.writableCorked))
      res.end('x')
    },
  },
  {
    name: 'cork, end with a single piece',
    handler: (_req, res) => {
      res.cork()
      res.end('x')
    },
  },
  {
    name: 'cork of the socket',
    handler: (req, res) => {
      req.socket.cork()
      res.write('a')
      req.socket.uncork()
      res.end('b')
    },
  },
  {
    name: 'addTrailers twice',
    handler: (_req, res) => {
      res.write('a')
      res.addTrailers({ 'X-A': '1' })
      res.addTrailers({ 'X-B': '2' })
      res.end()
    },
  },
  {
    name: 'addTrailers from an object with arrays',
    handler: (_req, res, probe) => {
      res.write('a')
      attempt(probe, () => res.addTrailers(loose({ 'X-A': ['1', '2'] })))
      res.end()
    },
  },
  {
    name: 'addTrailers before the head',
    handler: (_req, res) => {
      res.setHeader('Trailer', 'X-A')
      res.addTrailers({ 'X-A': '1' })
      res.write('a')
      res.end('b')
    },
  },
  {
    name: 'addTrailers with end alone',
    handler: (_req, res) => {
      res.setHeader('Transfer-Encoding', 'chunked')
      res.addTrailers({ 'X-A': '1' })
      res.end('b')
    },
  },
  {
    name: 'addTrailers on HTTP/1.0',
    send: 'GET / HTTP/1.0\r\n\r\n',
    handler: (_req, res) => {
      res.write('a')
      res.addTrailers({ 'X-A': '1' })
      res.end()
    },
  },
  {
    name: 'addTrailers on HEAD',
    send: 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n',
    handler: (_req, res) => {
      res.write('a')
      res.addTrailers({ 'X-A': '1' })
      res.end()
    },
  },
  {
    name: 'addTrailers after the end',
    handler: (_req, res, probe) => {
      res.write('a')
      res.end()
      attempt(probe, () => res.addTrailers({ 'X-A': '1' }))
    },
  },
  {
    name: 'addTrailers with a latin1 value',
    handler: (_req, res) => {
      res.write('a')
      res.addTrailers({ 'X-A': 'ü' })
      res.end()
    },
  },
  {
    name: 'strictContentLength: end with too much',
    last: true,
    handler: (_req, res, probe) => {
      res.strictContentLength = true
      res.setHeader('Content-Length', 2)
      attempt(probe, () => res.end('abc'))
      probe.log(`${String(res.writableEnded)} ${String(res.headersSent)}`)
      setImmediate(() => res.destroy())
    },
  },
  {
    name: 'strictContentLength: end with too little',
    last: true,
    handler: (_req, res, probe) => {
      res.strictContentLength = true
      res.setHeader('Content-Length', 4)
      attempt(probe, () => res.end('abc'))
      probe.log(`${String(res.writableEnded)} ${String(res.headersSent)}`)
      setImmediate(() => res.destroy())
    },
  },
  {
    name: 'strictContentLength: characters beyond ASCII',
    handler: (_req, res, probe) => {
      res.strictContentLength = true
      res.setHeader('Content-Length', 4)
      attempt(probe, () => res.write('ü') && res.end('ü') === res)
    },
  },
  {
    name: 'strictContentLength: HEAD',
    send: 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n',
    handler: (_req, res, probe) => {
      res.strictContentLength = true
      res.setHeader('Content-Length', 4)
      attempt(probe, () => res.end() === res)
    },
  },
  {
    name: 'strictContentLength: no length',
    handler: (_req, res, probe) => {
      res.strictContentLength = true
      attempt(probe, () => res.end('abc') === res)
    },
  },
  {
    name: 'a length that is not kept: too little',
    last: true,
    handler: (_req, res) => {
      res.setHeader('Content-Length', 10)
      res.setHeader('Connection', 'close')
      res.end('abc')
    },
  },
  {
    name: 'a length that is not kept: too much',
    last: true,
    handler: (_req, res) => {
      res.setHeader('Content-Length', 1)
      res.setHeader('Connection', 'close')
      res.end('abc')
    },
  },
  {
    name: 'writeContinue twice, with callbacks',
    handler: (_req, res, probe) => {
      loose(res).writeContinue(() => probe.log('first'))
      loose(res).writeContinue(() => probe.log('second'))
      setImmediate(() => res.end('x'))
    },
  },
  {
    name: 'writeProcessing with a callback, headersSent',
    handler: (_req, res, probe) => {
      loose(res).writeProcessing(() => probe.log('called back'))
      probe.log(String(res.headersSent))
      setImmediate(() => res.end('x'))
    },
  },
  {
    name: 'writeEarlyHints with further fields and a callback',
    handler: (_req, res, probe) => {
      res.writeEarlyHints(
        {
          link: ['</a.css>; rel=preload; as=style', '</b.js>; rel=preload; as=script'],
          'x-id': '1',
        },
        () => probe.log('called back')
      )
      probe.log(String(res.headersSent))
      setImmediate(() => res.end('x'))
    },
  },
  {
    name: 'writeEarlyHints with no link in the list',
    handler: (_req, res, probe) => {
      attempt(probe, () => res.writeEarlyHints({ link: [] }))
      res.end('x')
    },
  },
  {
    name: 'writeEarlyHints with a line break in a field',
    handler: (_req, res, probe) => {
      attempt(probe, () =>
        res.writeEarlyHints({ link: '</a.css>; rel=preload', 'x-a': 'a\r\nb: c' })
      )
      res.end('x')
    },
  },
  {
    name: 'writeContinue after the head',
    handler: (_req, res, probe) => {
      res.writeHead(200, { 'Content-Length': 1 })
      attempt(probe, () => res.writeContinue())
      res.end('x')
    },
    last: true,
  },
  {
    name: 'detachSocket and assignSocket again',
    handler: (req, res, probe) => {
      const { socket } = req
      loose(res).detachSocket(socket)
      probe.log(`${String(res.socket)} ${String(res.writable)}`)
      loose(res).assignSocket(socket)
      probe.log(String(res.socket === socket))
      res.end('x')
    },
  },
  {
    name: 'writes while detached',
    handler: (req, res, probe) => {
      const { socket } = req
      loose(res).detachSocket(socket)
      probe.log(String(res.write('a')))
      probe.log(String(loose(res).outputSize > 0))
      loose(res).assignSocket(socket)
      loose(res)._flush()
      res.end('b')
    },
  },
  {
    name: 'the socket while and after the answer',
    handler: (req, res, probe) => {
      const { socket } = req
      probe.log(`${String(res.socket === socket)} ${String(res.connection === socket)}`)
      probe.log(String(loose(socket)._httpMessage === res))
      res.on('finish', () => probe.log(`finish ${String(res.socket === null)}`))
      res.on('close', () =>
        probe.log(`close ${String(res.socket)} ${String(loose(socket)._httpMessage)}`)
      )
      res.end('x')
    },
  },
  {
    name: 'writable states of each stage',
    handler: (_req, res, probe) => {
      const note = (stage: string): void =>
        probe.log(
          `${stage} ${[
            res.writable,
            res.writableEnded,
            res.writableFinished,
            res.writableObjectMode,
            res.writableHighWaterMark,
            res.writableNeedDrain,
            res.finished,
            res.closed,
            res.destroyed,
            res.errored,
          ].join()}`
        )
      note('fresh')
      res.write('a')
      note('written')
      res.on('prefinish', () => note('prefinish'))
      res.on('finish', () => note('finish'))
      res.on('close', () => note('close'))
      res.end('b')
      note('ended')
    },
  },
  {
    name: 'the order of write callbacks, finish and close',
    handler: (_req, res, probe) => {
      res.write('a', () => probe.log('a'))
      res.write('b', () => probe.log('b'))
      res.end('c', () => probe.log('c'))
      process.nextTick(() => probe.log('tick'))
      void Promise.resolve().then(() => probe.log('microtask'))
      setImmediate(() => probe.log('immediate'))
    },
  },
  {
    name: 'the order of a single end',
    handler: (_req, res, probe) => {
      res.end('c', () => probe.log('c'))
      process.nextTick(() => probe.log('tick'))
      void Promise.resolve().then(() => probe.log('microtask'))
    },
  },
  {
    name: 'listeners added after end',
    unobserved: true,
    handler: (_req, res, probe) => {
      res.end('c')
      res.on('finish', () => probe.log('finish'))
      res.on('close', () => probe.log('close'))
    },
  },
  {
    name: 'listeners added in a microtask after end',
    unobserved: true,
    manual: true,
    handler: (_req, res, probe) => {
      res.end('c')
      void Promise.resolve().then(() => {
        res.on('finish', () => probe.log('finish'))
        res.on('close', () => probe.log('close'))
      })
      setTimeout(probe.done, 20)
    },
  },
  {
    name: 'end in a listener of finish',
    handler: (_req, res, probe) => {
      res.on('finish', () => attempt(probe, () => res.end() === res))
      res.end('x')
    },
  },
  {
    name: 'write of empty pieces',
    handler: (_req, res, probe) => {
      probe.log(String(res.write('')))
      probe.log(String(res.write(Buffer.alloc(0))))
      res.write('a')
      res.end('')
    },
  },
  {
    name: 'write with a callback in the place of the encoding',
    handler: (_req, res, probe) => {
      res.write('a', () => probe.log('a'))
      res.write('6162', 'hex', () => probe.log('hex'))
      res.write(Buffer.from('b'), () => probe.log('b'))
      setImmediate(() => res.end())
    },
  },
  {
    name: 'write with an unknown encoding',
    ofServer: true,
    handler: (_req, res, probe) => {
      attempt(probe, () => res.write('a', loose('nope')))
      res.end('b')
    },
    last: true,
    manual: true,
    setup: (server, probe) =>
      void server.on('connection', (socket) => socket.on('close', probe.done)),
    client: async (client) => {
      client.write(get('/', 'Connection: close\r\n'))
    },
  },
  {
    name: 'end with null',
    handler: (_req, res, probe) => {
      attempt(probe, () => res.end(null) === res)
    },
  },
  {
    name: 'end with undefined and a callback',
    handler: (_req, res, probe) => {
      loose(res).end(undefined, undefined, () => probe.log('called back'))
    },
  },
  {
    name: 'end with null and an encoding',
    handler: (_req, res) => void loose(res).end(null, 'utf8'),
  },
  {
    name: 'a DataView and a typed array as body',
    handler: (_req, res, probe) => {
      attempt(probe, () => res.write(new Uint16Array([0x6261, 0x6463])))
      attempt(probe, () => res.write(new DataView(new ArrayBuffer(2))))
      res.end('z')
    },
  },
  {
    name: 'a view of a larger buffer',
    handler: (_req, res) => res.end(Buffer.from('0123456789').subarray(2, 5)),
  },
  {
    name: 'pipeline from a readable',
    handler: async (_req, res, probe) => {
      await pipeline(Readable.from(['a', 'b', 'c']), res)
      probe.log(`${String(res.writableEnded)} ${String(res.writableFinished)}`)
    },
  },
  {
    name: 'pipeline from a readable that fails',
    last: true,
    handler: async (_req, res, probe) => {
      const source = new Readable({
        read() {
          this.push('a')
          this.destroy(new Error('broken source'))
        },
      })
      await pipeline(source, res).catch((err: Error) => probe.log(err.message))
      probe.log(`${String(res.destroyed)} ${String(res.errored)}`)
    },
  },
  {
    name: 'a readable piped, unpiped and ended',
    handler: (_req, res) => {
      const source = Readable.from(['a', 'b'])
      source.pipe(res, { end: false })
      source.on('end', () => {
        source.unpipe(res)
        res.end('z')
      })
    },
  },
  {
    name: 'waiting for drain with once',
    handler: async (_req, res, probe) => {
      const piece = Buffer.alloc(64 * 1024, 'x')
      for (let i = 0; i < 4; i++) if (!res.write(piece)) await once(res, 'drain')
      res.end()
      probe.log('all')
    },
    unobserved: true,
  },
  {
    name: 'setDefaultEncoding is missing, as are the methods of Writable',
    handler: (_req, res, probe) => {
      probe.log(
        ['setDefaultEncoding', '_write', '_destroy', 'addListener', 'pipe', 'toWeb']
          .map((name) => typeof loose(res)[name])
          .join()
      )
      res.end()
    },
  },
  {
    name: 'own and inherited members that middlewares read',
    handler: (_req, res, probe) => {
      probe.log(
        JSON.stringify([
          loose(res)._headers,
          loose(res)._headerNames,
          loose(res)._header,
          loose(res)._hasBody,
          loose(res)._contentLength,
          loose(res)._sent100,
          loose(res)._expect_continue,
          loose(res)._trailer,
          loose(res)._last,
          loose(res)._removedTE,
          loose(res)._defaultKeepAlive,
          loose(res).outputData,
          loose(res).outputSize,
          loose(res).useChunkedEncodingByDefault,
          res.shouldKeepAlive,
          res.chunkedEncoding,
          res.sendDate,
          loose(res).maxRequestsOnConnectionReached,
        ])
      )
      res.end()
    },
    send: GET,
  },
  {
    name: 'own keys of a response by name',
    handler: (_req, res, probe) => {
      const ours = new Set(['_writeRaw', '_finish', 'setHeader', 'end', 'socket'])
      probe.log(
        Object.keys(res)
          .filter((key) => !ours.has(key))
          .join()
      )
      res.end()
    },
  },
  {
    name: 'own keys of a request by name',
    handler: (req, res, probe) => {
      probe.log(
        Object.keys(req)
          .filter((key) => key !== '_read')
          .join()
      )
      res.end()
    },
  },
]
