import { GET, get, type Case } from '../helpers/compare.js'

/** What goes into a response head: fields, their order and spelling, framing and keep-alive. */
export const responseHeadCases: Case[] = [
  { name: 'end without a body', handler: (_req, res) => res.end() },
  { name: 'end with text', handler: (_req, res) => res.end('hello') },
  { name: 'end with text beyond latin1', handler: (_req, res) => res.end('grüße, 世界 🎉') },
  { name: 'end with a latin1 string', handler: (_req, res) => res.end('grüße', 'latin1') },
  { name: 'end with base64', handler: (_req, res) => res.end('aGVsbG8=', 'base64') },
  { name: 'end with hex', handler: (_req, res) => res.end('68656c6c6f', 'hex') },
  { name: 'end with utf16', handler: (_req, res) => res.end('hé', 'utf16le') },
  { name: 'end with a Buffer', handler: (_req, res) => res.end(Buffer.from([0, 1, 255, 13, 10])) },
  { name: 'end with a Uint8Array', handler: (_req, res) => res.end(new Uint8Array([104, 105])) },
  { name: 'end with an empty string', handler: (_req, res) => res.end('') },
  { name: 'end with an empty Buffer', handler: (_req, res) => res.end(Buffer.alloc(0)) },
  {
    name: 'setHeader keeps spelling and order',
    handler: (_req, res) => {
      res.setHeader('X-B', '1')
      res.setHeader('x-a', '2')
      res.setHeader('Content-TYPE', 'text/plain')
      res.end('x')
    },
  },
  {
    name: 'setHeader again replaces value and spelling',
    handler: (_req, res) => {
      res.setHeader('X-One', '1')
      res.setHeader('X-Two', '2')
      res.setHeader('x-one', '3')
      res.end()
    },
  },
  { name: 'a number as value', handler: (_req, res) => res.setHeader('X-N', 42).end() },
  {
    name: 'an array of values',
    handler: (_req, res) => res.setHeader('Set-Cookie', ['a=1', 'b=2']).end(),
  },
  {
    name: 'an array for Cookie is joined',
    handler: (_req, res) => res.setHeader('Cookie', ['a=1', 'b=2']).end(),
  },
  { name: 'an empty array', handler: (_req, res) => res.setHeader('X-None', []).end('x') },
  {
    name: 'latin1 characters in a value',
    handler: (_req, res) => res.setHeader('X-L', 'caf\xe9').end('x'),
  },
  {
    name: 'latin1 value with a utf8 body',
    handler: (_req, res) => res.setHeader('X-L', 'caf\xe9').end('世界'),
  },
  {
    name: 'latin1 Content-Disposition',
    handler: (_req, res) => {
      res.setHeader('Content-Disposition', 'attachment; filename="caf\xe9.txt"')
      res.end('x')
    },
  },
  {
    name: 'appendHeader',
    handler: (_req, res) => {
      res.appendHeader('X-A', '1')
      res.appendHeader('X-A', ['2', '3'])
      res.end()
    },
  },
  {
    name: 'setHeaders from Headers with cookies',
    handler: (_req, res) => {
      const headers = new Headers({ 'X-H': '1' })
      headers.append('Set-Cookie', 'a=1')
      headers.append('Set-Cookie', 'b=2')
      res.setHeaders(headers).end()
    },
  },
  {
    name: 'setHeaders from a Map',
    handler: (_req, res) => res.setHeaders(new Map([['X-M', '1']])).end(),
  },
  {
    name: 'removeHeader',
    handler: (_req, res) => {
      res.setHeader('X-Gone', '1')
      res.removeHeader('x-gone')
      res.end('x')
    },
  },
  {
    name: 'reading headers back',
    handler: (_req, res, probe) => {
      res.setHeader('X-Abc', ['1', '2'])
      res.setHeader('Y', 3)
      probe.log(
        JSON.stringify([
          res.getHeader('x-abc'),
          res.getHeaderNames(),
          res.getHeaders(),
          res.hasHeader('Y'),
        ])
      )
      probe.log(JSON.stringify((res as any).getRawHeaderNames()))
      res.end()
    },
  },
  { name: 'writeHead with a status', handler: (_req, res) => res.writeHead(201).end('x') },
  { name: 'writeHead with a reason', handler: (_req, res) => res.writeHead(200, 'Fine').end('x') },
  {
    name: 'writeHead with an empty reason',
    handler: (_req, res) => res.writeHead(200, '').end('x'),
  },
  {
    name: 'writeHead with fields',
    handler: (_req, res) => res.writeHead(200, { 'X-A': '1', b: 2 }).end('x'),
  },
  {
    name: 'writeHead with reason and fields',
    handler: (_req, res) => res.writeHead(404, 'Nope', { 'X-A': ['1', '2'] }).end('x'),
  },
  {
    name: 'writeHead with raw fields',
    handler: (_req, res) => res.writeHead(200, ['X-A', '1', 'X-A', '2'] as any).end(),
  },
  {
    name: 'writeHead with pairs',
    handler: (_req, res) =>
      res
        .writeHead(200, [
          ['X-A', '1'],
          ['X-B', '2'],
        ] as any)
        .end(),
  },
  {
    name: 'writeHead merges over setHeader',
    handler: (_req, res) => {
      res.setHeader('X-A', '1')
      res.setHeader('X-B', '2')
      res.writeHead(200, { 'x-a': '3', 'X-C': '4' }).end('x')
    },
  },
  {
    name: 'writeHead with raw fields over setHeader',
    handler: (_req, res) => {
      res.setHeader('X-A', '1')
      res.writeHead(200, ['X-A', '3', 'X-A', '4'] as any).end('x')
    },
  },
  {
    name: 'writeHead with a length',
    handler: (_req, res) => res.writeHead(200, { 'Content-Length': 1 }).end('x'),
  },
  {
    name: 'writeHead without a length is chunked',
    handler: (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/plain' })
      res.end('abc')
    },
  },
  { name: 'statusCode', handler: (_req, res) => void ((res.statusCode = 418), res.end()) },
  {
    name: 'statusMessage',
    handler: (_req, res) => {
      res.statusCode = 299
      res.statusMessage = 'Odd But True'
      res.end()
    },
  },
  { name: 'an unknown status', handler: (_req, res) => res.writeHead(799).end() },
  { name: '204 has no body', handler: (_req, res) => res.writeHead(204).end() },
  { name: '204 with a body', handler: (_req, res) => res.writeHead(204).end('dropped') },
  { name: '304 has no body', handler: (_req, res) => res.writeHead(304, { ETag: '"1"' }).end() },
  {
    name: '304 with a length',
    handler: (_req, res) => res.writeHead(304, { 'Content-Length': 5 }).end(),
  },
  {
    name: '204 that asks for chunks closes',
    handler: (_req, res) => res.writeHead(204, { 'Transfer-Encoding': 'chunked' }).end(),
  },
  { name: '205', handler: (_req, res) => res.writeHead(205).end() },
  {
    name: 'HEAD',
    send: 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n',
    handler: (_req, res) => res.end('dropped'),
  },
  {
    name: 'HEAD with a length',
    send: 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n',
    handler: (_req, res) => res.writeHead(200, { 'Content-Length': 7 }).end(),
  },
  {
    name: 'HEAD with write',
    send: 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n',
    handler: (_req, res, probe) => {
      probe.log(String(res.write('abc')))
      res.end('def')
    },
  },
  { name: 'sendDate off', handler: (_req, res) => void ((res.sendDate = false), res.end('x')) },
  { name: 'a Date of its own', handler: (_req, res) => res.setHeader('Date', 'never').end('x') },
  {
    name: 'a removed Date',
    handler: (_req, res) => {
      res.removeHeader('Date')
      res.end('x')
    },
  },
  {
    name: 'Connection: close',
    handler: (_req, res) => res.setHeader('Connection', 'close').end('x'),
  },
  {
    name: 'Connection: Close, Upgrade',
    handler: (_req, res) => res.setHeader('Connection', 'Upgrade, Close').end('x'),
  },
  {
    name: 'Connection: keep-alive',
    handler: (_req, res) => res.setHeader('Connection', 'keep-alive').end('x'),
  },
  {
    name: 'a removed Connection',
    handler: (_req, res) => {
      res.removeHeader('Connection')
      res.end('x')
    },
  },
  {
    name: 'Keep-Alive of its own',
    handler: (_req, res) => {
      res.setHeader('Keep-Alive', 'timeout=99')
      res.end('x')
    },
  },
  {
    name: 'shouldKeepAlive off',
    handler: (_req, res) => void ((res.shouldKeepAlive = false), res.end('x')),
  },
  {
    name: 'the client asks to close',
    send: get('/', 'Connection: close\r\n'),
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'the client asks to close in a list',
    send: get('/', 'Connection: foo, Close\r\n'),
    handler: (_req, res) => res.end('x'),
  },
  { name: 'HTTP/1.0', send: 'GET / HTTP/1.0\r\n\r\n', handler: (_req, res) => res.end('x') },
  {
    name: 'HTTP/1.0 with keep-alive',
    send: 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'HTTP/1.0 with keep-alive and write',
    send: 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
    handler: (_req, res) => {
      res.write('a')
      res.end('b')
    },
  },
  {
    name: 'HTTP/1.0 with TE',
    send: 'GET / HTTP/1.0\r\nTE: chunked\r\n\r\n',
    handler: (_req, res) => {
      res.write('a')
      res.end('b')
    },
  },
  {
    name: 'HTTP/1.0 with keep-alive and a length',
    send: 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
    handler: (_req, res) => {
      res.setHeader('Content-Length', 2)
      res.write('a')
      res.end('b')
    },
  },
  {
    name: 'removed Content-Length',
    handler: (_req, res) => {
      res.removeHeader('Content-Length')
      res.end('x')
    },
  },
  {
    name: 'removed Transfer-Encoding',
    handler: (_req, res) => {
      res.removeHeader('Transfer-Encoding')
      res.write('x')
      res.end('y')
    },
  },
  {
    name: 'Transfer-Encoding of its own',
    handler: (_req, res) => {
      res.setHeader('Transfer-Encoding', 'chunked')
      res.end('xyz')
    },
  },
  {
    name: 'keepAliveTimeout of the server',
    options: { keepAliveTimeout: 7500 },
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'keepAliveTimeout 0',
    options: { keepAliveTimeout: 0 },
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'uniqueHeaders',
    options: { uniqueHeaders: ['x-u'] },
    handler: (_req, res) => res.setHeader('X-U', ['1', '2']).end('x'),
  },
  {
    name: 'maxRequestsPerSocket',
    setup: (server) => void (server.maxRequestsPerSocket = 3),
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'maxRequestsPerSocket reached',
    setup: (server) => void (server.maxRequestsPerSocket = 1),
    handler: (_req, res) => res.end('x'),
    last: true,
  },
  {
    name: '_header and headersSent',
    handler: (_req, res, probe) => {
      probe.log(`${String(res.headersSent)} ${String((res as any)._header)}`)
      res.writeHead(200, { 'X-A': '1', Date: 'never' })
      probe.log(`${String(res.headersSent)} ${JSON.stringify((res as any)._header)}`)
      res.end('x')
    },
  },
  {
    name: '_implicitHeader',
    handler: (_req, res, probe) => {
      res.statusCode = 202
      ;(res as any)._implicitHeader()
      probe.log(String(res.headersSent))
      res.end('x')
    },
  },
  {
    name: 'flushHeaders',
    handler: async (_req, res, probe) => {
      res.setHeader('X-A', '1')
      res.flushHeaders()
      probe.log(String(res.headersSent))
      await new Promise(setImmediate)
      res.end('x')
    },
  },
  {
    name: 'two pipelined requests',
    send: GET + get('/2'),
    handler: (req, res) => void setImmediate(() => res.end(req.url)),
    client: async (client, probe) => {
      client.write(GET + get('/2') + get('/3'))
      await client.until(/\/3$/)
      probe.done()
    },
    manual: true,
  },
]
