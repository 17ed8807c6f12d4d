import type http from 'node:http'
import { get, post, type Case, type Client, type Probe } from '../helpers/compare.js'

const HEADERS =
  'Host: a\r\nAccept: text/html\r\nAccept: text/plain\r\nContent-Type: a/b\r\nContent-Type: c/d\r\nCookie: a=1\r\nCookie: b=2\r\n' +
  'Set-Cookie: x=1\r\nSet-Cookie: y=2\r\nX-Mine: 1\r\nx-mine: 2\r\nAuthorization: one\r\nAuthorization: two\r\nUser-Agent: u\r\n' +
  'user-agent: v\r\nX-Empty:\r\nX-Space:   padded  \r\nX-Latin: caf\xe9\r\n'

async function text(req: http.IncomingMessage): Promise<string> {
  let all = ''
  for await (const chunk of req) all += String(chunk)
  return all
}

/** Sends a body in pieces and waits for the answer. */
const inPieces =
  (...pieces: (string | Buffer)[]) =>
  async (client: Client): Promise<void> => {
    for (const piece of pieces) {
      client.write(piece)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

const show = (probe: Probe, what: unknown): void => probe.log(JSON.stringify(what))

/** What handlers read from requests. */
export const requestCases: Case[] = [
  {
    name: 'method, url, version',
    send: 'PROPFIND /a//b/../c?q=%20+&q#f HTTP/1.1\r\nHost: a\r\n\r\n',
    handler: (req, res, probe) => {
      show(probe, [
        req.method,
        req.url,
        req.httpVersion,
        req.httpVersionMajor,
        req.httpVersionMinor,
      ])
      res.end()
    },
  },
  {
    name: 'absolute-form target',
    send: 'GET http://example.com:80/x?y HTTP/1.1\r\nHost: example.com\r\n\r\n',
    handler: (req, res) => res.end(req.url),
  },
  {
    name: 'asterisk-form target',
    send: 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
    handler: (req, res) => res.end(req.url),
  },
  {
    name: 'version 1.0',
    send: 'GET / HTTP/1.0\r\nHost: a\r\n\r\n',
    handler: (req, res, probe) => {
      show(probe, [req.httpVersion, req.httpVersionMajor, req.httpVersionMinor])
      res.end()
    },
  },
  {
    name: 'headers',
    send: `GET / HTTP/1.1\r\n${HEADERS}\r\n`,
    handler: (req, res, probe) => {
      show(probe, req.headers)
      show(probe, req.headersDistinct)
      show(probe, req.rawHeaders)
      res.end()
    },
  },
  {
    name: 'joinDuplicateHeaders',
    options: { joinDuplicateHeaders: true },
    send: `GET / HTTP/1.1\r\n${HEADERS}\r\n`,
    handler: (req, res, probe) => {
      show(probe, req.headers)
      res.end()
    },
  },
  {
    name: 'no headers but Host',
    handler: (req, res, probe) => {
      show(probe, [req.headers, req.rawHeaders, req.trailers, req.rawTrailers])
      res.end()
    },
  },
  {
    name: 'header names that are property names',
    send: get('/', '__proto__: x\r\nconstructor: y\r\n'),
    handler: (req, res, probe) => {
      show(probe, [req.rawHeaders, Object.keys(req.headers), req.headers['constructor']])
      res.end()
    },
  },
  {
    name: 'state of a fresh request',
    handler: (req, res, probe) => {
      show(probe, [
        req.complete,
        req.aborted,
        req.destroyed,
        req.readable,
        req.readableEnded,
        (req as any).upgrade,
        req.readableFlowing,
      ])
      show(probe, [
        req.readableLength,
        req.statusCode,
        req.statusMessage,
        req.socket === res.socket,
        req.connection === req.socket,
      ])
      show(probe, [res.req === req, typeof (req as any).client])
      res.end()
    },
  },
  {
    name: 'state of a request without a body a tick later',
    handler: (req, res, probe) => {
      setImmediate(() => {
        show(probe, [
          req.complete,
          req.aborted,
          req.destroyed,
          req.readable,
          req.readableEnded,
          req.closed,
        ])
        res.end()
      })
    },
  },
  {
    name: 'state after the response',
    unobserved: true,
    manual: true,
    handler: (req, res, probe) => {
      res.on('close', () =>
        setImmediate(() => {
          show(probe, [
            req.complete,
            req.aborted,
            req.destroyed,
            req.readable,
            req.readableEnded,
            req.closed,
          ])
          show(probe, [
            res.destroyed,
            res.closed,
            res.writableFinished,
            res.socket,
            req.socket !== null,
            res.req === req,
          ])
          probe.done()
        })
      )
      res.end()
    },
  },
  {
    name: 'the end event of an empty body',
    handler: (req, res, probe) => {
      req.on('end', () => {
        probe.log('ended')
        res.end()
      })
      req.resume()
    },
  },
  {
    name: 'data events of an empty body',
    handler: (req, res, probe) => {
      req.on('data', () => probe.log('data'))
      req.on('end', () => res.end('over'))
    },
  },
  {
    name: 'iterating over an empty body',
    handler: async (req, res) => void res.end(`[${await text(req)}]`),
  },
  {
    name: 'iterating over an empty body later',
    handler: async (req, res) => {
      await new Promise(setImmediate)
      res.end(`[${await text(req)}]`)
    },
  },
  {
    name: 'reading an empty body',
    handler: (req, res, probe) => {
      probe.log(String(req.read()))
      req.on('end', () => res.end('over'))
      setImmediate(() => req.read())
    },
  },
  {
    name: 'readable events of an empty body',
    handler: (req, res, probe) => {
      req.on('readable', () => probe.log(`readable ${String(req.read())}`))
      req.on('end', () => res.end('over'))
    },
  },
  {
    name: 'a body',
    send: post('hello'),
    handler: async (req, res) => void res.end(await text(req)),
  },
  {
    name: 'a body with data events',
    send: post('hello'),
    handler: (req, res, probe) => {
      req.on('data', (chunk: Buffer) => probe.log(`data ${chunk.toString()}`))
      req.on('end', () => {
        probe.log(`complete ${String(req.complete)}`)
        res.end('got it')
      })
    },
  },
  {
    name: 'a body in pieces',
    client: inPieces(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n',
      'abc',
      'def',
      'ghi'
    ),
    handler: async (req, res) => void res.end(await text(req)),
  },
  {
    name: 'a body read with readable events',
    send: post('hello'),
    handler: (req, res, probe) => {
      req.on('readable', () => {
        let chunk: Buffer | null
        while ((chunk = req.read(2) as Buffer | null) !== null) probe.log(chunk.toString())
      })
      req.on('end', () => res.end('over'))
    },
  },
  {
    name: 'setEncoding',
    client: inPieces(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n',
      Buffer.from([0xc3]),
      Buffer.from([0xa4]),
      'yz'
    ),
    handler: async (req, res) => {
      req.setEncoding('utf8')
      res.end(await text(req))
    },
  },
  { name: 'a piped echo', send: post('echo me'), handler: (req, res) => void req.pipe(res) },
  {
    name: 'a chunked body',
    send: 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n',
    handler: async (req, res) => void res.end(await text(req)),
  },
  {
    name: 'trailers',
    send: 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1\r\nx-t: 2\r\n\r\n',
    handler: async (req, res, probe) => {
      await text(req)
      show(probe, [req.trailers, req.rawTrailers, req.trailersDistinct])
      res.end()
    },
  },
  {
    name: 'a late listener finds the body',
    send: post('hello'),
    handler: (req, res) => {
      setTimeout(() => {
        req.on('data', (chunk) => res.write(chunk))
        req.on('end', () => res.end())
      }, 5)
    },
  },
  {
    name: 'complete without reading',
    send: post('hello'),
    handler: (req, res, probe) => {
      setTimeout(() => {
        show(probe, [req.complete, req.readableLength, req.readableEnded])
        res.end()
      }, 5)
    },
  },
  {
    name: 'pause and resume',
    send: post('hello'),
    handler: (req, res, probe) => {
      req.on('data', () => probe.log('data'))
      req.on('end', () => res.end('over'))
      req.pause()
      probe.log(String(req.isPaused()))
      setTimeout(() => req.resume(), 3)
    },
  },
  {
    name: 'unshift',
    send: post('lo'),
    handler: async (req, res) => {
      req.unshift(Buffer.from('hel'))
      res.end(await text(req))
    },
  },
  {
    name: 'a big body with back-pressure',
    send: post('z'.repeat(3_000_000)),
    handler: async (req, res) => {
      let size = 0
      for await (const chunk of req) {
        size += (chunk as Buffer).length
        await new Promise(setImmediate)
      }
      res.end(String(size))
    },
  },
  { name: 'an unread body', send: post('unread'), handler: (_req, res) => res.end('x') },
  {
    name: 'an unread big body',
    send: post('u'.repeat(2_000_000)),
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'an unread body that comes later',
    manual: true,
    client: async (client, probe) => {
      client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n')
      await client.until(/answered$/)
      client.write('late')
      probe.done()
    },
    handler: (_req, res) => res.end('answered'),
  },
  {
    name: 'an unread chunked body',
    send: 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'a body read after the response',
    send: post('hello'),
    handler: (req, res, probe) => {
      res.end('x')
      req.on('data', (chunk: Buffer) => probe.log(chunk.toString()))
    },
  },
  {
    name: 'a GET with a body',
    send: 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi',
    handler: async (req, res) => void res.end(await text(req)),
  },
  {
    name: 'Content-Length: 0',
    send: post(''),
    handler: async (req, res) => void res.end(`[${await text(req)}]`),
  },
  {
    name: 'instanceof and constructors',
    handler: async (req, res, probe) => {
      const { IncomingMessage, ServerResponse, OutgoingMessage } = await import('node:http')
      const { Readable, Stream } = await import('node:stream')
      const { Socket } = await import('node:net')
      show(probe, [
        req instanceof IncomingMessage,
        req instanceof Readable,
        res instanceof ServerResponse,
        res instanceof OutgoingMessage,
        res instanceof Stream,
        req.socket instanceof Socket,
      ])
      res.end()
    },
  },
  {
    name: 'the socket',
    handler: (req, res, probe) => {
      const s = req.socket
      show(probe, [
        s.remoteAddress,
        typeof s.remotePort,
        s.remoteFamily,
        s.localAddress,
        (s as any).encrypted,
        s.destroyed,
      ])
      show(probe, [
        s.readable,
        s.writable,
        (s as any)._httpMessage === res,
        s.setKeepAlive() === s,
        s.setNoDelay() === s,
      ])
      show(probe, [s.setTimeout(0) === s, s.ref() === s])
      res.end()
    },
  },
  {
    name: 'a close event on the socket',
    manual: true,
    last: true,
    send: get('/', 'Connection: close\r\n'),
    handler: (req, res, probe) => {
      req.socket.on('close', () => {
        probe.log('socket close')
        probe.done()
      })
      res.end('x')
    },
  },
  {
    name: 'req.setTimeout fires',
    send: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx',
    last: true,
    handler: (req, res, probe) => {
      req.setTimeout(20, () => {
        probe.log('timeout')
        res.setHeader('Connection', 'close')
        res.end('late')
      })
    },
  },
  {
    name: 'res.setTimeout fires',
    handler: (_req, res, probe) => {
      res.setTimeout(20, () => {
        probe.log('timeout')
        res.end('late')
      })
    },
  },
  {
    name: 'server timeout without listeners closes',
    ofServer: true,
    last: true,
    setup: (server) => void server.setTimeout(20),
    handler: () => {},
  },
  {
    name: 'server timeout with a listener',
    ofServer: true,
    setup: (server, probe) =>
      void server.setTimeout(20, (socket) => {
        probe.log('server timeout')
        socket.setTimeout(0)
        ;(socket as any)._httpMessage.end('by the server')
      }),
    handler: () => {},
  },
]
