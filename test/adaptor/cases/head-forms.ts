import type http from 'node:http'
import { GET, get, type Case, type Probe } from '../helpers/compare.js'

type Head = (res: http.ServerResponse) => unknown

/** A head written in one of the many ways, with a short body. */
function head(name: string, write: Head, body: string | undefined = 'x', send = GET): Case {
  return {
    name,
    send,
    handler: (_req, res) => {
      write(res)
      res.end(body)
    },
  }
}

/** Calls that node:http refuses, and how; the answer goes on. */
function refusedHead(name: string, write: Head): Case {
  return {
    name,
    handler: (_req, res, probe) => {
      attempt(probe, () => write(res))
      probe.log(`${String(res.headersSent)} ${res.statusCode} ${res.getHeaderNames().join()}`)
      if (!res.headersSent) res.statusCode = 200
      res.end('after')
    },
  }
}

function attempt(probe: Probe, action: () => unknown): void {
  try {
    action()
    probe.log('no error')
  } catch (err) {
    const { name, code, message } = err as NodeJS.ErrnoException
    probe.log(`${name} ${code} ${message}`)
  }
}

const loose = (value: unknown): any => value

/** Forms of `writeHead`, fields that decide on the framing, and what the connection's fate depends on. */
export const headFormCases: Case[] = [
  head('writeHead: raw fields with a name twice', (res) =>
    res.writeHead(200, loose(['X-A', '1', 'X-B', '2', 'x-a', '3']))
  ),
  head('writeHead: raw fields with arrays of values', (res) =>
    res.writeHead(200, loose(['Set-Cookie', ['a=1', 'b=2'], 'X-A', '1']))
  ),
  head('writeHead: raw cookies one by one', (res) =>
    res.writeHead(200, loose(['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']))
  ),
  head('writeHead: raw fields replace those set before', (res) => {
    res.setHeader('X-A', 'old')
    res.setHeader('X-B', 'kept')
    res.writeHead(200, loose(['X-A', 'new', 'X-A', 'newer']))
  }),
  head('writeHead: numbers as values', (res) => res.writeHead(200, { 'X-N': 42, 'X-Z': 0 })),
  head('writeHead: an array as value', (res) => res.writeHead(200, { Link: ['<a>', '<b>'] })),
  head('writeHead: an undefined reason and fields', (res) =>
    res.writeHead(200, undefined, { 'X-A': '1' })
  ),
  head('writeHead: fields in the place of the reason, undefined behind', (res) =>
    loose(res).writeHead(200, { 'X-A': '1' }, undefined)
  ),
  head('writeHead: a status in text', (res) => res.writeHead(loose('201'))),
  head('writeHead: a status with a fraction', (res) => res.writeHead(201.9)),
  head('writeHead: statusMessage goes before', (res) => {
    res.statusMessage = 'Mine'
    res.writeHead(200)
  }),
  head('writeHead: a reason goes before statusMessage', (res) => {
    res.statusMessage = 'Mine'
    res.writeHead(200, 'Theirs')
  }),
  head('writeHead: Content-Length in raw fields', (res) =>
    res.writeHead(200, loose(['Content-Length', '1']))
  ),
  head('writeHead: Connection: close in raw fields', (res) =>
    res.writeHead(200, loose(['Connection', 'close']))
  ),
  head('writeHead: an empty array', (res) => res.writeHead(200, loose([]))),
  head('writeHead: a Date of its own in raw fields', (res) =>
    res.writeHead(200, loose(['date', 'never']))
  ),
  head('writeHead: null as value', (res) => res.writeHead(200, loose({ 'X-A': null }))),
  head('writeHead: a prototype does not count', (res) =>
    res.writeHead(200, Object.create({ 'X-A': 'inherited' }) as http.OutgoingHttpHeaders)
  ),
  {
    name: 'writeHead returns the response',
    handler: (_req, res, probe) => {
      probe.log(String(res.writeHead(200) === res))
      res.end()
    },
  },
  {
    name: 'writeHead: getHeader afterwards',
    handler: (_req, res, probe) => {
      res.setHeader('X-A', '1')
      res.writeHead(200, { 'X-B': '2' })
      probe.log(JSON.stringify([res.getHeaders(), res.getHeader('x-b'), res.hasHeader('X-B')]))
      res.end()
    },
  },
  {
    name: 'writeHead: getHeader afterwards, nothing set before',
    handler: (_req, res, probe) => {
      res.writeHead(200, { 'X-B': '2' })
      probe.log(JSON.stringify([res.getHeaders(), res.getHeader('x-b'), res.hasHeader('X-B')]))
      res.end()
    },
  },
  refusedHead('writeHead: a status of 99', (res) => res.writeHead(99)),
  refusedHead('writeHead: a status of 1000', (res) => res.writeHead(1000)),
  refusedHead('writeHead: no status', (res) => loose(res).writeHead()),
  refusedHead('writeHead: an odd number of raw fields', (res) =>
    res.writeHead(200, loose(['X-A', '1', 'X-B']))
  ),
  refusedHead('writeHead: a line break in raw fields', (res) =>
    res.writeHead(200, loose(['X-A', 'a\r\nb']))
  ),
  refusedHead('writeHead: a bad name in raw fields', (res) =>
    res.writeHead(200, loose(['X A', '1']))
  ),
  refusedHead('writeHead: undefined as value', (res) =>
    res.writeHead(200, loose({ 'X-A': undefined }))
  ),
  refusedHead('writeHead: a line break in the reason', (res) => {
    try {
      res.writeHead(200, 'a\r\nb')
    } finally {
      res.statusMessage = 'OK'
    }
  }),
  refusedHead('writeHead: pairs where fields were set before', (res) => {
    res.setHeader('X-A', 'old')
    res.writeHead(200, loose([['X-A', 'new']]))
  }),
  refusedHead('writeHead: an empty name', (res) => res.writeHead(200, { '': '1' })),
  refusedHead('a line break in statusMessage', (res) => {
    res.statusMessage = 'a\nb'
    try {
      res.writeHead(200)
    } finally {
      res.statusMessage = 'OK'
    }
  }),
  refusedHead('setHeader: a character beyond latin1', (res) => res.setHeader('X-A', '世')),
  refusedHead('setHeader: no value', (res) => loose(res).setHeader('X-A')),
  refusedHead('setHeader: no name', (res) => loose(res).setHeader()),
  refusedHead('setHeader: a number as name', (res) => loose(res).setHeader(1, 'x')),
  refusedHead('setHeader: an array with a bad value', (res) =>
    res.setHeader('X-A', ['fine', 'not\nfine'])
  ),
  refusedHead('appendHeader: a bad name', (res) => res.appendHeader('X A', '1')),
  refusedHead('appendHeader: a bad value', (res) => res.appendHeader('X-A', 'a\nb')),
  refusedHead('setHeaders: a plain object', (res) => res.setHeaders(loose({ a: '1' }))),
  refusedHead('getHeader: a number', (res) => res.getHeader(loose(1))),
  refusedHead('hasHeader: undefined', (res) => res.hasHeader(loose(undefined))),
  refusedHead('removeHeader: undefined', (res) => res.removeHeader(loose(undefined))),

  head(
    'HTTP/1.0 with a close of the app',
    (res) => res.setHeader('Connection', 'close'),
    'x',
    'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'
  ),
  head(
    'HTTP/1.0 with keep-alive of the app',
    (res) => res.setHeader('Connection', 'keep-alive'),
    'x',
    'GET / HTTP/1.0\r\n\r\n'
  ),
  head(
    'HTTP/1.0 with keep-alive and 204',
    (res) => res.writeHead(204),
    undefined,
    'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'
  ),
  head(
    'HTTP/1.0 with keep-alive and 304',
    (res) => res.writeHead(304),
    undefined,
    'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'
  ),
  head(
    'HTTP/1.0 with keep-alive and HEAD',
    (res) => res.writeHead(200),
    'body',
    'HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'
  ),
  head(
    'HTTP/1.0 with keep-alive and a chunked answer',
    (res) => void res.write('a'),
    'b',
    'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'
  ),
  head(
    'HTTP/1.0 with a Transfer-Encoding of the app',
    (res) => res.setHeader('Transfer-Encoding', 'chunked'),
    'x',
    'GET / HTTP/1.0\r\n\r\n'
  ),
  head('HTTP/1.0 without Host', (res) => res.writeHead(200), 'x', 'GET / HTTP/1.0\r\n\r\n'),
  head(
    'HTTP/1.1 with Keep-Alive of the client',
    (res) => res.writeHead(200),
    'x',
    get('/', 'Connection: keep-alive\r\nKeep-Alive: timeout=2\r\n')
  ),
  head(
    'a close with a chunked answer',
    (res) => void res.setHeader('Connection', 'close').write('a'),
    'b'
  ),
  head('Connection: close, Keep-Alive of its own', (res) => {
    res.setHeader('Connection', 'close')
    res.setHeader('Keep-Alive', 'timeout=9')
  }),
  head('Connection in pieces', (res) => res.setHeader('Connection', ['X-Hop', 'close'])),
  head('Connection that names a field', (res) => res.setHeader('Connection', 'X-Hop')),
  head('Transfer-Encoding: identity', (res) => res.setHeader('Transfer-Encoding', 'identity')),
  head('Transfer-Encoding: gzip, chunked', (res) =>
    res.setHeader('Transfer-Encoding', 'gzip, chunked')
  ),
  head('Transfer-Encoding with Content-Length', (res) => {
    res.setHeader('Transfer-Encoding', 'chunked')
    res.setHeader('Content-Length', '1')
  }),
  head('Content-Length that is too large', (res) => res.setHeader('Content-Length', '0001')),
  head('useChunkedEncodingByDefault off', (res) => {
    loose(res).useChunkedEncodingByDefault = false
    res.write('a')
  }),
  head('chunkedEncoding asked for', (res) => {
    res.chunkedEncoding = true
    res.write('a')
  }),
  head('a removed Date and a removed Connection', (res) => {
    res.removeHeader('date')
    res.removeHeader('connection')
  }),
  head('shouldKeepAlive off with a length', (res) => {
    res.shouldKeepAlive = false
    res.setHeader('Content-Length', 1)
  }),
  head('HEAD with chunks', (res) => void res.write('a'), 'b', 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n'),
  head('HEAD with 204', (res) => res.writeHead(204), 'b', 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n'),
  head(
    'HEAD with a Transfer-Encoding',
    (res) => res.setHeader('Transfer-Encoding', 'chunked'),
    'b',
    'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n'
  ),
  head('204 with a length', (res) => res.writeHead(204, { 'Content-Length': '0' }), undefined),
  head('204 with write', (res) => void res.writeHead(204).write('a'), 'b'),
  head('304 with a body', (res) => res.writeHead(304), 'dropped'),
  head('304 with write', (res) => void res.writeHead(304).write('a'), 'b'),
  head(
    '304 with a Transfer-Encoding',
    (res) => res.writeHead(304, { 'Transfer-Encoding': 'chunked' }),
    undefined
  ),
  head('205 with a body', (res) => res.writeHead(205), 'reset'),
  head('status 100 as the answer', (res) => res.writeHead(102), undefined),
  head(
    'OPTIONS',
    (res) => res.writeHead(200, { Allow: 'GET' }),
    undefined,
    'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n'
  ),
  head('TRACE', (res) => res.writeHead(200), 'x', 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n'),
]
