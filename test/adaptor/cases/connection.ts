import type { Duplex } from 'node:stream'
import { GET, get, post, type Case } from '../helpers/compare.js'

const EXPECT = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n'

/** Expectations, upgrades, aborts, half-closed and pipelined connections, errors of the parser. */
export const connectionCases: Case[] = [
  {
    name: 'Expect: 100-continue',
    client: async (client) => {
      client.write(EXPECT)
      await client.until(/100 Continue/)
      client.write('hi')
    },
    handler: (req, res) => void req.pipe(res),
  },
  {
    name: 'Expect in capitals',
    client: async (client) => {
      client.write(EXPECT.replace('100-continue', '100-Continue'))
      await client.until(/100 Continue/)
      client.write('hi')
    },
    handler: (req, res) => void req.pipe(res),
  },
  {
    name: 'Expect with checkContinue that accepts',
    client: async (client) => {
      client.write(EXPECT)
      await client.until(/100 Continue/)
      client.write('hi')
    },
    setup: (server, probe) =>
      void server.on('checkContinue', (req, res) => {
        probe.log('checkContinue')
        res.writeContinue()
        server.emit('request', req, res)
      }),
    handler: (req, res) => void req.pipe(res),
  },
  {
    name: 'Expect with checkContinue that refuses',
    send: EXPECT,
    manual: true,
    setup: (server, probe) =>
      void server.on('checkContinue', (_req, res) => {
        res.on('close', probe.done)
        res.writeHead(413).end('too big')
      }),
    handler: () => {},
  },
  {
    name: 'an unknown expectation',
    send: get('/', 'Expect: tea\r\n'),
    manual: true,
    client: async (client, probe) => {
      client.write(get('/', 'Expect: tea\r\n'))
      await client.until(/\r\n\r\n/)
      probe.done()
    },
    handler: () => {},
  },
  {
    name: 'checkExpectation',
    send: get('/', 'Expect: tea\r\n'),
    manual: true,
    setup: (server, probe) =>
      void server.on('checkExpectation', (req, res) => {
        res.on('close', probe.done)
        res.end(`expected ${req.headers.expect}`)
      }),
    handler: () => {},
  },
  {
    name: 'Expect on HTTP/1.0',
    send: 'POST / HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi',
    handler: (req, res) => void req.pipe(res),
  },
  {
    name: 'an upgrade nobody takes is a request',
    send: get('/', 'Connection: Upgrade\r\nUpgrade: foo\r\n'),
    handler: (req, res) => res.end(String((req as any).upgrade)),
  },
  {
    name: 'an upgrade',
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('upgrade', (req, socket: Duplex, head) => {
        probe.log(
          `upgrade ${req.url} ${String((req as any).upgrade)} ${req.headers.upgrade} [${head.toString()}]`
        )
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n'
        )
        socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()))
        socket.on('end', () => {
          probe.log('socket end')
          socket.end()
          probe.done()
        })
      }),
    client: async (client) => {
      client.write(get('/ws', 'Connection: Upgrade\r\nUpgrade: foo\r\n'))
      await client.until(/101/)
      client.write('hello')
      await client.until(/HELLO/)
      client.end()
    },
    handler: () => {},
  },
  {
    name: 'an upgrade with bytes behind the head',
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('upgrade', (_req, socket: Duplex, head: Buffer) => {
        probe.log(`head ${head.toString()}`)
        socket.end('bye')
        socket.on('close', probe.done)
        socket.resume()
      }),
    client: async (client) => {
      client.write(get('/ws', 'Connection: Upgrade\r\nUpgrade: foo\r\n') + 'early')
      await client.until(/bye/)
      client.end()
    },
    handler: () => {},
  },
  {
    name: 'CONNECT',
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('connect', (req, socket: Duplex, head: Buffer) => {
        probe.log(`connect ${req.method} ${req.url} [${head.toString()}]`)
        socket.end('HTTP/1.1 200 OK\r\n\r\n')
        socket.on('close', probe.done)
        socket.resume()
      }),
    client: async (client) => {
      client.write('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n')
      await client.until(/200 OK/)
      client.end()
    },
    handler: () => {},
  },
  {
    name: 'CONNECT nobody takes closes',
    ofServer: true,
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('connection', (socket) => socket.on('close', probe.done)),
    send: 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n',
    handler: () => {},
  },
  {
    name: 'abort before the answer',
    last: true,
    client: async (client, probe) => {
      client.write(GET)
      await probe.waitFor('seen')
      client.destroy()
    },
    handler: (_req, _res, probe) => probe.release('seen'),
  },
  {
    name: 'abort in the middle of the answer',
    last: true,
    client: async (client) => {
      client.write(GET)
      await client.until(/part/)
      client.destroy()
    },
    handler: (_req, res) => void res.write('part'),
  },
  {
    name: 'abort in the middle of the request body',
    last: true,
    client: async (client, probe) => {
      client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf')
      await probe.waitFor('seen')
      client.destroy()
    },
    handler: (req, _res, probe) => void req.on('data', () => probe.release('seen')),
  },
  {
    name: 'abort while the body is iterated',
    last: true,
    client: async (client, probe) => {
      client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf')
      await probe.waitFor('seen')
      client.destroy()
    },
    unobserved: true,
    handler: async (req, _res, probe) => {
      try {
        for await (const chunk of req) {
          probe.log(String(chunk))
          probe.release('seen')
        }
      } catch (err) {
        probe.log(`${(err as any).code} ${(err as any).message}`)
      }
    },
  },
  {
    name: 'abort after the body was read',
    last: true,
    client: async (client, probe) => {
      client.write(post('hi'))
      await probe.waitFor('seen')
      client.destroy()
    },
    handler: (req, _res, probe) => {
      req.on('end', () => probe.release('seen'))
      req.resume()
    },
  },
  {
    name: 'writing after an abort',
    last: true,
    client: async (client, probe) => {
      client.write(GET)
      await probe.waitFor('seen')
      client.destroy()
    },
    handler: (_req, res, probe) => {
      res.on('close', () => {
        probe.log(
          `write ${String(res.write('x'))} destroyed ${String(res.destroyed)} ended ${String(res.writableEnded)}`
        )
        res.end()
        probe.log(`ended ${String(res.writableEnded)} finished ${String(res.writableFinished)}`)
      })
      probe.release('seen')
    },
  },
  {
    name: 'the client half-closes, the answer is immediate',
    last: true,
    client: (client) => client.end(GET),
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'the client half-closes with httpAllowHalfOpen',
    last: true,
    setup: (server) => void ((server as any).httpAllowHalfOpen = true),
    client: (client) => client.end(GET),
    handler: (_req, res) => void setTimeout(() => res.end('late'), 10),
  },
  {
    name: 'ten pipelined requests',
    manual: true,
    unobserved: true,
    client: async (client, probe) => {
      client.write(Array.from({ length: 10 }, (_, i) => get(`/${i}`)).join(''))
      await client.until(/\/9$/)
      probe.done()
    },
    handler: (req, res) => void res.end(req.url),
  },
  {
    name: 'pipelined posts with bodies read',
    manual: true,
    unobserved: true,
    client: async (client, probe) => {
      client.write(post('one') + post('two') + post('three'))
      await client.until(/three/)
      probe.done()
    },
    handler: (req, res) => void req.pipe(res),
  },
  {
    name: 'a request in single bytes',
    unobserved: true,
    client: async (client) => {
      for (const c of post('hi')) {
        client.write(c)
        await new Promise(setImmediate)
      }
    },
    handler: (req, res) => void req.pipe(res),
  },
  {
    name: 'no Host on HTTP/1.1',
    ofServer: true,
    manual: true,
    last: true,
    client: async (client, probe) => {
      client.write('GET / HTTP/1.1\r\n\r\n')
      await client.until(/\r\n\r\n/)
      probe.done()
    },
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'clientError',
    ofServer: true,
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('clientError', (err, socket) => {
        probe.log(`clientError ${String((err as any).code).slice(0, 4)}`)
        socket.end('HTTP/1.1 400 Mine\r\n\r\n')
        socket.on('close', probe.done)
      }),
    send: 'nonsense\r\n\r\n',
    handler: () => {},
  },
  {
    name: 'a broken chunk before the answer',
    manual: true,
    last: true,
    client: async (client, probe) => {
      client.write(
        'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n'
      )
      await client.until(/close\r\n\r\n/)
      probe.done()
    },
    handler: (req) => {
      req.on('error', () => {})
      req.resume()
    },
  },
]
