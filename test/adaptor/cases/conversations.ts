import type http from 'node:http'
import type { Duplex } from 'node:stream'
import { GET, get, post, type Case } from '../helpers/compare.js'

const EXPECTS = 'Expect: 100-continue\r\n'
const loose = (value: unknown): any => value
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** More than one request on a connection, half-closed connections, expectations, limits and timeouts. */
export const conversationCases: Case[] = [
  {
    name: 'Expect on a request without a body',
    send: get('/', EXPECTS),
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'Expect in a list',
    client: async (client) => {
      client.write(
        'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: a, 100-continue\r\n\r\n'
      )
      await client.until(/100 Continue/)
      client.write('hi')
    },
    handler: (req, res) => void req.pipe(res),
  },
  {
    name: 'Expect with a chunked body',
    client: async (client) => {
      client.write(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n${EXPECTS}\r\n`)
      await client.until(/100 Continue/)
      client.write('2\r\nhi\r\n0\r\n\r\n')
    },
    handler: (req, res) => void req.pipe(res),
  },
  {
    name: 'Expect and the body at once',
    send: post('hi', EXPECTS),
    handler: (req, res) => void req.pipe(res),
  },
  {
    name: 'checkContinue and nobody answers 100',
    manual: true,
    setup: (server, probe) =>
      void server.on('checkContinue', (req, res) => {
        res.on('close', probe.done)
        probe.log(String(req.headers.expect))
        res.end('no thanks')
      }),
    send: post('hi', EXPECTS),
    handler: () => {},
  },
  {
    name: 'checkContinue with the answer before the 100',
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('checkContinue', (_req, res) => {
        res.on('close', probe.done)
        res.setHeader('Connection', 'close')
        res.writeHead(200)
        res.end('first')
      }),
    send: post('hi', EXPECTS),
    handler: () => {},
  },
  {
    name: 'an unknown expectation with a body',
    send: post('hi', 'Expect: tea\r\n'),
    manual: true,
    client: async (client, probe) => {
      client.write(post('hi', 'Expect: tea\r\n'))
      await client.until(/\r\n\r\n/)
      probe.done()
    },
    handler: () => {},
  },
  {
    name: 'pipelined: the second is ready first',
    manual: true,
    client: async (client, probe) => {
      client.write(get('/slow') + get('/fast'))
      await client.until(/fast$/)
      probe.done()
    },
    unobserved: true,
    handler: (req, res, probe) => {
      probe.log(`${String(req.url)} ${String(res.socket !== null)}`)
      if (req.url === '/fast') {
        res.end('fast')
        probe.log(`ended ${String(res.writableFinished)}`)
        res.on('finish', () => probe.log('fast finished'))
      } else {
        res.on('finish', () => probe.log('slow finished'))
        setTimeout(() => res.end('slow'), 15)
      }
    },
  },
  {
    name: 'pipelined: the second writes in pieces while it waits',
    manual: true,
    client: async (client, probe) => {
      client.write(get('/slow') + get('/fast'))
      await client.until(/0\r\n\r\n$/)
      probe.done()
    },
    unobserved: true,
    handler: (req, res, probe) => {
      if (req.url === '/fast') {
        probe.log(`write ${String(res.write('one'))}`)
        res.write('two', () => probe.log('two is written'))
        setTimeout(() => res.end('three'), 30)
      } else setTimeout(() => res.end('slow'), 10)
    },
  },
  {
    name: 'pipelined: close with the first',
    ofServer: true,
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('connection', (socket) => socket.on('close', probe.done)),
    closes: true,
    client: (client) => client.write(get('/1') + get('/2')),
    unobserved: true,
    handler: (req, res) => {
      res.setHeader('Connection', 'close')
      res.end(req.url)
    },
  },
  {
    name: 'pipelined: the client asks to close with the second',
    ofServer: true,
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('connection', (socket) => socket.on('close', probe.done)),
    closes: true,
    client: (client) => client.write(get('/1') + get('/2', 'Connection: close\r\n')),
    unobserved: true,
    handler: (req, res) => void setTimeout(() => res.end(req.url), 5),
  },
  {
    name: 'pipelined: aborted behind an unanswered one',
    manual: true,
    last: true,
    client: async (client, probe) => {
      client.write(get('/1') + get('/2'))
      await probe.waitFor('both')
      client.destroy()
      await probe.waitFor('error of /1')
      await probe.waitFor('error of /2')
      probe.done()
    },
    unobserved: true,
    handler: (req, res, probe) => {
      req.on('aborted', () => probe.log(`${String(req.url)} aborted`))
      req.on('error', (err: NodeJS.ErrnoException) => {
        probe.log(`${String(req.url)} error ${err.code}`)
        probe.release(`error of ${String(req.url)}`)
      })
      if (req.url === '/1') res.on('close', () => probe.log('close'))
      else probe.release('both')
    },
  },
  {
    name: 'pipelined: HEAD, then GET',
    manual: true,
    client: async (client, probe) => {
      client.write('HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\n' + get('/2'))
      await client.until(/\/2$/)
      probe.done()
    },
    unobserved: true,
    handler: (req, res) => void setTimeout(() => res.end(req.url), 3),
  },
  {
    name: 'pipelined: posts that nobody reads',
    manual: true,
    client: async (client, probe) => {
      client.write(post('one') + post('two') + get('/3'))
      await client.until(/\/3$/)
      probe.done()
    },
    unobserved: true,
    handler: (req, res) => void setTimeout(() => res.end(req.url), 2),
  },
  {
    name: 'pipelined: a broken request behind one that is answered',
    ofServer: true,
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('connection', (socket) => socket.on('close', probe.done)),
    closes: true,
    client: async (client) => {
      client.write(get('/1'))
      await client.until(/\/1$/)
      client.write('nonsense\r\n\r\n')
    },
    unobserved: true,
    handler: (req, res) => res.end(req.url),
  },
  {
    name: 'empty lines between requests',
    client: async (client) => {
      client.write('\r\n\r\n' + GET)
      await client.until(/x$/)
    },
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'half-closed: a slow answer',
    last: true,
    client: (client) => client.end(GET),
    handler: (_req, res) => void setTimeout(() => res.end('late'), 20),
  },
  {
    name: 'half-closed: a streaming answer',
    last: true,
    client: (client) => client.end(GET),
    handler: (_req, res, probe) => {
      res.write('a')
      setTimeout(() => {
        probe.log(`writable ${String(res.writable)} ${String(res.socket?.writable)}`)
        res.end('b')
      }, 20)
    },
  },
  {
    name: 'half-closed in the middle of a body',
    closes: true,
    client: (client) => client.end('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf'),
    handler: (req) => void req.resume(),
  },
  {
    name: 'half-closed in the middle of a body, clientError',
    last: true,
    setup: (server, probe) =>
      void server.on('clientError', (err, socket) => {
        probe.log(`clientError ${loose(err).code}`)
        socket.destroy()
      }),
    client: (client) => client.end('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf'),
    handler: (req) => void req.resume(),
  },
  {
    name: 'half-closed in the middle of a head, clientError',
    ofServer: true,
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('clientError', (err, socket) => {
        probe.log(`clientError ${loose(err).code}`)
        socket.destroy()
        probe.done()
      }),
    client: (client) => client.end('GET / HTTP/1.1\r\nHos'),
    handler: () => {},
  },
  {
    name: 'half-closed after a kept connection',
    ofServer: true,
    last: true,
    manual: true,
    setup: (server, probe) =>
      void server.on('connection', (socket) => socket.on('close', probe.done)),
    closes: true,
    client: async (client) => {
      client.write(GET)
      await client.until(/x$/)
      client.end()
    },
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'closed without a request',
    ofServer: true,
    last: true,
    manual: true,
    setup: (server, probe) => {
      server.on('clientError', (err) => probe.log(`clientError ${loose(err).code}`))
      server.on('connection', (socket) => socket.on('close', probe.done))
    },
    client: (client) => client.end(),
    handler: () => {},
  },
  {
    name: 'an unknown method',
    ofServer: true,
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('connection', (socket) => socket.on('close', probe.done)),
    closes: true,
    send: 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n',
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'an unknown method, clientError',
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('clientError', (err, socket) => {
        probe.log(`clientError ${loose(err).code} ${err.name}`)
        socket.on('close', probe.done)
        socket.end('HTTP/1.1 405 Mine\r\nContent-Length: 0\r\n\r\n')
      }),
    send: 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n',
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'a method in lower case',
    ofServer: true,
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('connection', (socket) => socket.on('close', probe.done)),
    closes: true,
    send: 'get / HTTP/1.1\r\nHost: a\r\n\r\n',
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'methods of WebDAV',
    send: 'PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n',
    handler: (req, res) => res.end(req.method),
  },
  {
    name: 'requireHostHeader off',
    ofServer: true,
    options: loose({ requireHostHeader: false }),
    send: 'GET / HTTP/1.1\r\n\r\n',
    handler: (req, res) => res.end(String(req.headers.host)),
  },
  {
    name: 'no Host, clientError is not told',
    ofServer: true,
    manual: true,
    last: true,
    setup: (server, probe) => {
      server.on('clientError', () => probe.log('clientError'))
      server.on('connection', (socket) => socket.on('close', probe.done))
    },
    closes: true,
    send: 'GET / HTTP/1.1\r\n\r\n',
    handler: (_req, res) => res.end('x'),
  },
  {
    name: 'an empty Host',
    ofServer: true,
    send: 'GET / HTTP/1.1\r\nHost:\r\n\r\n',
    handler: (req, res) => res.end(JSON.stringify(req.headers.host)),
  },
  {
    name: 'maxRequestsPerSocket: a request too many',
    manual: true,
    setup: (server, probe) => {
      server.maxRequestsPerSocket = 2
      server.on('dropRequest', (req: http.IncomingMessage) => probe.log(`dropped ${req.url}`))
    },
    last: true,
    client: async (client, probe) => {
      client.write(get('/1'))
      await client.until(/\/1$/)
      client.write(get('/2'))
      await client.until(/\/2$/)
      client.write(get('/3'))
      await client.until(/503[^]*\r\n\r\n/)
      probe.done()
    },
    unobserved: true,
    handler: (req, res) => res.end(req.url),
  },
  {
    name: 'maxRequestsPerSocket: pipelined',
    manual: true,
    setup: (server) => void (server.maxRequestsPerSocket = 1),
    last: true,
    client: async (client, probe) => {
      client.write(get('/1') + get('/2'))
      await client.until(/503[^]*\r\n\r\n/)
      probe.done()
    },
    unobserved: true,
    handler: (req, res) => res.end(req.url),
  },
  {
    name: 'req.setTimeout without a listener',
    last: true,
    handler: (req, _res, probe) => {
      probe.log(String(req.setTimeout(20) === req))
    },
  },
  {
    name: 'res.setTimeout with a callback that answers',
    last: true,
    handler: (_req, res, probe) => {
      loose(res).setTimeout(20, (socket: unknown) => {
        probe.log(`timed out ${String(socket === res.socket)}`)
        res.statusCode = 503
        res.setHeader('Connection', 'close')
        res.end('too late')
      })
    },
  },
  {
    name: 'setTimeout while data comes',
    last: true,
    client: async (client, probe) => {
      client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf')
      await probe.waitFor('timed out')
      client.write('other')
    },
    handler: (req, res, probe) => {
      req.setTimeout(20, () => {
        probe.log('timed out')
        probe.release('timed out')
        req.setTimeout(0)
      })
      req.resume().on('end', () => res.setHeader('Connection', 'close').end('all'))
    },
  },
  {
    name: 'socket.setTimeout with a listener of its own',
    last: true,
    handler: (req, res, probe) => {
      req.socket.setTimeout(20)
      req.socket.once('timeout', () => {
        probe.log('socket timeout')
        res.setHeader('Connection', 'close').end('x')
      })
      res.on('timeout', () => probe.log('res timeout'))
    },
  },
  {
    name: 'server.setTimeout with a callback',
    ofServer: true,
    last: true,
    setup: (server, probe) =>
      void server.setTimeout(20, (socket) => {
        probe.log('server timeout')
        socket.destroy()
      }),
    handler: () => {},
  },
  {
    name: 'pause, a look at the state, resume',
    send: post('hello'),
    handler: async (req, res, probe) => {
      req.on('data', (chunk) => probe.log(`data ${String(chunk)}`))
      req.pause()
      probe.log(`${String(req.isPaused())} ${String(req.readableFlowing)}`)
      await tick()
      probe.log(`${String(req.readableLength)} ${String(req.complete)}`)
      req.resume()
      req.on('end', () => res.end('x'))
    },
  },
  {
    name: 'unshift before the rest is read',
    send: post('world'),
    handler: async (req, res, probe) => {
      await tick()
      req.unshift(Buffer.from('hello '))
      const chunks: string[] = []
      for await (const chunk of req) chunks.push(String(chunk))
      probe.log(chunks.join('|'))
      res.end('x')
    },
  },
  {
    name: 'unshift after the end',
    send: post('x'),
    handler: (req, res, probe) => {
      req.on('error', () => {})
      req.resume().on('end', () => {
        probe.log(String(req.unshift(Buffer.from('late'))))
        setImmediate(() => res.end('x'))
      })
    },
  },
  {
    name: 'read in sizes',
    send: post('0123456789'),
    handler: (req, res, probe) => {
      req.on('readable', () => {
        let chunk: Buffer | null
        while ((chunk = req.read(4) as Buffer | null) !== null) probe.log(String(chunk))
      })
      req.on('end', () => res.end('x'))
    },
  },
  {
    name: 'setEncoding in the middle of a character',
    client: async (client, probe) => {
      client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n')
      client.write(Buffer.from([0xc3]))
      await probe.waitFor('first')
      client.write(Buffer.from([0xbc, 0xc3, 0xa4]))
    },
    handler: (req, res, probe) => {
      req.setEncoding('utf8')
      let text = ''
      req.on('data', (chunk: string) => (text += chunk))
      req.on('end', () => {
        probe.log(`${text} ${String(req.readableEncoding)}`)
        res.end('x')
      })
      setTimeout(() => probe.release('first'), 10)
    },
  },
  {
    name: 'leaving an iteration destroys the request',
    send: post('0123456789'),
    last: true,
    handler: async (req, res, probe) => {
      const { socket } = req
      for await (const chunk of req) {
        probe.log(String(chunk))
        break
      }
      probe.log(`${String(req.destroyed)} ${String(socket.destroyed)}`)
      res.end('x')
    },
  },
  {
    name: 'trailers of the request, raw and distinct',
    send: 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-A\r\n\r\n1\r\nx\r\n0\r\nX-A: 1\r\nx-a: 2\r\n\r\n',
    handler: (req, res, probe) => {
      req.resume().on('end', () => {
        probe.log(JSON.stringify([req.trailers, req.rawTrailers, loose(req).trailersDistinct]))
        res.end('x')
      })
    },
  },
  {
    name: 'chunk extensions',
    send: 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nhi\r\n0\r\n\r\n',
    handler: (req, res) => void req.pipe(res),
  },
  {
    name: 'an answer before the whole body came, then the rest',
    manual: true,
    client: async (client, probe) => {
      client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf')
      await client.until(/early$/)
      client.write('other')
      probe.done()
    },
    handler: (_req, res) => res.end('early'),
  },
  {
    name: 'an upgrade whose socket is written and destroyed',
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('upgrade', (req, socket: Duplex) => {
        probe.log(`${String(req.complete)} ${String(loose(socket).server === server)}`)
        socket.on('close', () => {
          probe.log('close')
          probe.done()
        })
        socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\nhello', () => socket.destroy())
      }),
    client: (client) => client.write(get('/', 'Connection: Upgrade\r\nUpgrade: foo\r\n')),
    handler: () => {},
  },
  {
    name: 'a response made by hand in an upgrade listener',
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('upgrade', (_req, socket: Duplex) => {
        socket.on('close', probe.done)
        socket.end(
          'HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
        )
      }),
    client: async (client) => {
      client.write(get('/', 'Connection: Upgrade\r\nUpgrade: foo\r\n'))
      await client.until(/\r\n\r\n/)
      client.end()
    },
    handler: () => {},
  },
  {
    name: 'events of the server',
    ofServer: true,
    manual: true,
    last: true,
    unobserved: true,
    setup: (server, probe) => {
      server.on('connection', () => probe.log('connection'))
      server.prependListener('request', (req) => probe.log(`request ${String(req.url)}`))
    },
    client: async (client, probe) => {
      client.write(get('/1'))
      await client.until(/\/1$/)
      client.write(get('/2'))
      await client.until(/\/2$/)
      probe.done()
    },
    handler: (req, res) => res.end(req.url),
  },
]
