import type http from 'node:http'
import type { Case, Probe } from '../helpers/compare.js'

/** Notes code, name and message of what `fn` throws. */
function attempt(probe: Probe, fn: () => unknown): void {
  try {
    fn()
    probe.log('no error')
  } catch (err) {
    const { name, code, message } = err as NodeJS.ErrnoException
    probe.log(`${name} ${code} ${message}`)
  }
}

/** A case that makes one call that node:http refuses, then answers. */
function refused(name: string, call: (res: http.ServerResponse) => unknown): Case {
  return {
    name,
    handler: (_req, res, probe) => {
      attempt(probe, () => call(res))
      if (!res.writableEnded) res.end('x')
    },
  }
}

const bad = (value: unknown): any => value

/** Misuse: codes and messages are node's. */
export const responseErrorCases: Case[] = [
  refused('setHeader with a bad name', (res) => res.setHeader('X Y', '1')),
  refused('setHeader with an empty name', (res) => res.setHeader('', '1')),
  refused('setHeader with a number as name', (res) => res.setHeader(bad(1), '1')),
  refused('setHeader with undefined', (res) => res.setHeader('X', bad(undefined))),
  refused('setHeader with a newline', (res) => res.setHeader('X', 'a\r\nb')),
  refused('setHeader with a wide character', (res) => res.setHeader('X', '世')),
  refused('appendHeader with a newline', (res) => res.appendHeader('X', 'a\nb')),
  refused('getHeader without a name', (res) => res.getHeader(bad(undefined))),
  refused('removeHeader without a name', (res) => res.removeHeader(bad(undefined))),
  refused('hasHeader without a name', (res) => res.hasHeader(bad(undefined))),
  refused('setHeaders with an array', (res) => res.setHeaders(bad([]))),
  refused('writeHead with status 99', (res) => res.writeHead(99)),
  refused('writeHead with status 1000', (res) => res.writeHead(1000)),
  refused('writeHead with a word as status', (res) => res.writeHead(bad('ok'))),
  refused('writeHead with a bad reason', (res) => {
    try {
      res.writeHead(200, 'a\nb')
    } finally {
      res.statusMessage = 'Fine'
    }
  }),
  refused('writeHead with odd raw fields', (res) => res.writeHead(200, bad(['A', '1', 'B']))),
  refused('writeHead with a bad value', (res) => res.writeHead(200, { X: 'a\nb' })),
  refused('writeHead with a bad name', (res) => res.writeHead(200, { 'X Y': 'a' })),
  refused('writeHead with an undefined value', (res) => res.writeHead(200, { X: undefined })),
  refused('a bad statusCode', (res) => {
    res.statusCode = 1000
    try {
      res.end('x')
    } finally {
      res.statusCode = 200
    }
  }),
  refused('write of null', (res) => res.write(null)),
  refused('write of undefined', (res) => res.write(undefined)),
  refused('write of a number', (res) => res.write(1)),
  refused('write of an object', (res) => res.write({})),
  refused('end with a number', (res) => res.end(1)),
  refused('end with an object', (res) => res.end({})),
  refused('writeEarlyHints without an object', (res) => res.writeEarlyHints(bad('x'))),
  refused('writeEarlyHints with a bad link', (res) => res.writeEarlyHints({ link: 'x' })),
  refused('writeEarlyHints without a link', (res) => res.writeEarlyHints(bad({ a: '1' }))),
  refused('trailers with a bad name', (res) => res.addTrailers({ 'X Y': '1' })),
  refused('trailers with a bad value', (res) => res.addTrailers({ X: 'a\nb' })),
  refused('Trailer without chunks', (res) => {
    res.setHeader('Trailer', 'X')
    res.setHeader('Content-Length', 1)
    try {
      res.writeHead(200)
    } finally {
      res.removeHeader('Trailer')
    }
  }),
  {
    name: 'after the head',
    handler: (_req, res, probe) => {
      res.writeHead(200, { 'Content-Length': '1' })
      attempt(probe, () => res.setHeader('X', '1'))
      attempt(probe, () => res.appendHeader('X', '1'))
      attempt(probe, () => res.removeHeader('X'))
      attempt(probe, () => res.writeHead(200))
      attempt(probe, () => res.setHeaders(new Map()))
      attempt(probe, () => (res as any)._renderHeaders())
      res.end('x')
    },
  },
  {
    name: 'after the end',
    handler: (_req, res, probe) => {
      res.on('error', (err) => probe.log(`late ${(err as any).code} ${err.message}`))
      res.end('x')
      attempt(probe, () => res.setHeader('X', '1'))
      attempt(probe, () => res.writeHead(200))
      probe.log(`write ${String(res.write('y'))}`)
    },
  },
  {
    name: 'write after end tells the callback',
    handler: (_req, res, probe) => {
      res.on('error', () => {})
      res.end('x')
      res.write('y', (err) => probe.log(`callback ${(err as any).code}`))
    },
  },
  {
    name: 'end twice',
    handler: (_req, res, probe) => {
      res.end('x')
      probe.log(String(res.end() === res))
    },
  },
  {
    name: 'end twice with callbacks',
    handler: (_req, res, probe) => {
      res.end('x', () => probe.log('first'))
      res.end((err?: any) => probe.log(`second ${String(err?.code)}`))
      setImmediate(() => res.end((err?: any) => probe.log(`third ${String(err?.code)}`)))
    },
  },
  {
    name: 'end twice with a body',
    handler: (_req, res, probe) => {
      res.on('error', (err) => probe.log(`error ${(err as any).code}`))
      res.end('x')
      res.end('y', (err?: any) => probe.log(`callback ${String(err?.code)}`))
    },
  },
  {
    name: 'strictContentLength: too much',
    handler: (_req, res, probe) => {
      res.strictContentLength = true
      res.writeHead(200, { 'Content-Length': 2 })
      attempt(probe, () => res.write('abc'))
      res.end('ab')
    },
  },
  {
    name: 'strictContentLength: too little',
    handler: (_req, res, probe) => {
      res.strictContentLength = true
      res.writeHead(200, { 'Content-Length': 4 })
      res.write('ab')
      attempt(probe, () => res.end('c'))
      res.end('cd')
    },
  },
  {
    name: 'strictContentLength: right',
    handler: (_req, res) => {
      res.strictContentLength = true
      res.setHeader('Content-Length', 4)
      res.write('ab')
      res.end('cd')
    },
  },
  {
    name: 'rejectNonStandardBodyWrites',
    options: { rejectNonStandardBodyWrites: true } as any,
    handler: (_req, res, probe) => {
      res.writeHead(204)
      attempt(probe, () => res.write('x'))
      res.end()
    },
  },
  {
    name: 'piping from a response',
    handler: (_req, res, probe) => {
      res.on('error', (err) => probe.log(`error ${(err as any).code}`))
      ;(res as any).pipe(process.stdout)
      res.end('x')
    },
  },
  {
    name: 'assignSocket when there is one',
    handler: (_req, res, probe) => {
      attempt(probe, () => (res as any).assignSocket(res.socket))
      res.end('x')
    },
  },
  {
    name: 'destroy before the answer',
    last: true,
    handler: (_req, res, probe) => {
      res.destroy()
      probe.log(`${String(res.destroyed)} ${String(res.write('x'))}`)
    },
  },
  {
    name: 'destroy with an error',
    last: true,
    handler: (req, res, probe) => {
      req.socket.on('error', (err) => probe.log(`socket ${err.message}`))
      res.destroy(new Error('mine'))
      probe.log(String(res.errored?.message))
    },
  },
  {
    name: 'destroy in the middle',
    last: true,
    handler: (_req, res) => {
      res.write('part')
      setTimeout(() => res.destroy(), 5)
    },
  },
  {
    name: 'req.destroy before the answer',
    last: true,
    handler: (req) => void req.destroy(),
  },
  {
    name: 'socket.destroy before the answer',
    last: true,
    handler: (req) => void req.socket.destroy(),
  },
]
