import http from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { get, type Case } from '../helpers/compare.js'

const BIG = 'x'.repeat(1_000_000)

/** Bodies: pieces, chunks, trailers, back-pressure, 1xx responses. */
export const responseBodyCases: Case[] = [
  {
    name: 'write and end',
    handler: (_req, res) => {
      res.write('a')
      res.end('b')
    },
  },
  {
    name: 'write alone, end later',
    handler: async (_req, res) => {
      res.write('a')
      await new Promise(setImmediate)
      res.write(Buffer.from('bc'))
      await new Promise(setImmediate)
      res.end()
    },
  },
  {
    name: 'write with a length',
    handler: (_req, res) => {
      res.setHeader('Content-Length', 6)
      res.write('abc')
      res.end('def')
    },
  },
  {
    name: 'write of text beyond latin1',
    handler: (_req, res) => {
      res.write('ü')
      res.write('世')
      res.end('🎉')
    },
  },
  {
    name: 'write with encodings',
    handler: (_req, res) => {
      res.write('aGk=', 'base64')
      res.write('6869', 'hex')
      res.write('\xe9', 'latin1')
      res.end('é', 'utf8')
    },
  },
  {
    name: 'write of nothing',
    handler: (_req, res, probe) => {
      probe.log(String(res.write('')))
      res.end('x')
    },
  },
  {
    name: 'write callbacks',
    handler: (_req, res, probe) => {
      res.write('a', () => probe.log('first'))
      res.write('b', 'utf8', () => probe.log('second'))
      res.end('c', () => probe.log('end'))
      probe.log('returned')
    },
  },
  {
    name: 'end callback alone',
    handler: (_req, res, probe) => void res.end(() => probe.log('end')),
  },
  {
    name: 'end with encoding and callback',
    handler: (_req, res, probe) => void res.end('eA==', 'base64', () => probe.log('end')),
  },
  {
    name: 'end returns the response',
    handler: (_req, res, probe) => probe.log(String(res.end('x') === res)),
  },
  {
    name: 'cork and uncork',
    handler: (_req, res, probe) => {
      res.cork()
      res.write('a')
      res.write('b')
      probe.log(`corked ${res.writableCorked}`)
      res.uncork()
      res.end('c')
    },
  },
  {
    name: 'end undoes cork',
    handler: (_req, res) => {
      res.cork()
      res.cork()
      res.write('a')
      res.end('b')
    },
  },
  {
    name: 'trailers',
    handler: (_req, res) => {
      res.setHeader('Trailer', 'X-T')
      res.write('a')
      res.addTrailers({ 'X-T': '1' })
      res.end()
    },
  },
  {
    name: 'trailers as pairs',
    handler: (_req, res) => {
      res.writeHead(200, { Trailer: 'X-T' })
      res.addTrailers([
        ['X-T', '1'],
        ['X-U', '2'],
      ] as any)
      res.end('body')
    },
  },
  {
    name: 'trailers without chunks are dropped',
    handler: (_req, res) => {
      res.addTrailers({ 'X-T': '1' })
      res.end('a')
    },
  },
  {
    name: 'states on the way',
    handler: (_req, res, probe) => {
      const state = (at: string): void =>
        probe.log(
          `${at}: ended ${res.writableEnded} finished ${res.writableFinished} ${res.finished} closed ${res.closed} ` +
            `destroyed ${res.destroyed} sent ${res.headersSent} writable ${res.writable} socket ${res.socket !== null} ` +
            `drain ${res.writableNeedDrain} object ${res.writableObjectMode}`
        )
      state('start')
      res.on('prefinish', () => state('prefinish'))
      res.on('finish', () => state('finish'))
      res.on('close', () => state('close'))
      res.write('a')
      state('written')
      res.end('b')
      state('ended')
    },
  },
  {
    name: 'a big string at once',
    handler: (_req, res) => res.end(BIG),
  },
  {
    name: 'a big Buffer at once',
    handler: (_req, res) => res.end(Buffer.from(BIG)),
  },
  {
    name: 'big writes ask to wait',
    handler: (_req, res, probe) => {
      res.setHeader('Content-Length', BIG.length * 2)
      probe.log(`write ${res.write(BIG)} ${res.writableNeedDrain}`)
      res.once('drain', () => {
        probe.log(`drain ${res.writableNeedDrain}`)
        res.end(BIG)
      })
    },
  },
  {
    name: 'many writes with back-pressure',
    unobserved: true,
    handler: (_req, res, probe) => {
      const chunk = Buffer.alloc(50_000, 'y')
      let left = 60
      const more = (): void => {
        while (left-- > 0) if (!res.write(chunk)) return void res.once('drain', more)
        res.end()
        probe.log('all written')
      }
      more()
    },
  },
  {
    name: 'a piped stream',
    handler: (_req, res) => void Readable.from(['a', 'b', 'c']).pipe(res),
  },
  {
    name: 'a pipeline through gzip',
    handler: async (_req, res) => {
      res.setHeader('Content-Encoding', 'gzip')
      await pipeline(Readable.from([BIG]), createGzip({ level: 1 }), res)
    },
  },
  {
    name: 'writeContinue by hand',
    handler: (_req, res) => {
      res.writeContinue()
      res.end('x')
    },
  },
  {
    name: 'writeProcessing',
    handler: (_req, res) => {
      ;(res as any).writeProcessing()
      res.end('x')
    },
  },
  {
    name: 'writeEarlyHints',
    handler: (_req, res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload; as=style', 'x-hint': '1' })
      res.end('x')
    },
  },
  {
    name: 'writeEarlyHints with several links',
    handler: (_req, res) => {
      res.writeEarlyHints({ link: ['</a.css>; rel=preload', '</b.js>; rel=preload'] })
      res.end('x')
    },
  },
  {
    name: 'end in the next tick',
    handler: (_req, res) => process.nextTick(() => res.end('x')),
  },
  {
    name: 'end in a microtask',
    handler: async (_req, res) => {
      await undefined
      res.end('x')
    },
  },
  {
    name: 'end in a timer',
    handler: (_req, res) => void setTimeout(() => res.end('x'), 1),
  },
  {
    name: 'patched write and end',
    handler: (_req, res) => {
      const { write, end } = res
      res.write = function (this: typeof res, ...args: any[]) {
        return (write as any).call(this, String(args[0]).toUpperCase())
      } as any
      res.end = function (this: typeof res, chunk: any) {
        if (chunk) this.write(chunk)
        return (end as any).call(this)
      } as any
      res.write('a')
      res.end('b')
    },
  },
  {
    name: 'patched writeHead sees the implicit head',
    handler: (_req, res, probe) => {
      const { writeHead } = res
      res.writeHead = function (this: typeof res, ...args: any[]) {
        probe.log(`writeHead ${args.length} ${String(args[0])}`)
        this.setHeader('X-Late', '1')
        return (writeHead as any).apply(this, args)
      } as any
      res.end('x')
    },
  },
  {
    name: 'patched setHeader',
    handler: (_req, res, probe) => {
      const { setHeader } = res
      res.setHeader = function (this: typeof res, name: string, value: any) {
        probe.log(name)
        return setHeader.call(this, name, value) as any
      } as any
      res.writeHead(200, { 'X-A': '1' })
      res.end('x')
    },
  },
  {
    name: 'a foreign prototype',
    handler: (req, res) => {
      Object.setPrototypeOf(req, Object.create(http.IncomingMessage.prototype) as object)
      Object.setPrototypeOf(res, Object.create(http.ServerResponse.prototype) as object)
      res.setHeader('X-A', '1')
      res.write('a')
      res.end('b')
    },
  },
  {
    name: 'answers in order when the first is slow',
    manual: true,
    handler: (req, res) => {
      if (req.url === '/slow') setTimeout(() => res.end('slow'), 5)
      else res.end('fast')
    },
    client: async (client, probe) => {
      client.write(get('/slow') + get('/fast'))
      await client.until(/fast$/)
      probe.done()
    },
  },
]
