import type http from 'node:http'
import { GET, post, type Case, type Client, type Probe } from '../helpers/compare.js'

const HALF_POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf'
const HALF_CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'

/** Sends, waits until the handler says `seen`, and goes away. */
function leave(send: string): (client: Client, probe: Probe) => Promise<void> {
  return async (client, probe) => {
    client.write(send)
    await probe.waitFor('seen')
    client.destroy()
  }
}

/** What can be read from the response when the connection is gone. */
function states(req: http.IncomingMessage, res: http.ServerResponse): string {
  return JSON.stringify({
    aborted: req.aborted,
    complete: req.complete,
    errored: [(req.errored as NodeJS.ErrnoException | null)?.code, res.errored],
    response: [res.destroyed, res.closed, res.writableEnded, res.writableFinished],
    sent: [res.headersSent, res.socket === null],
    socket: req.socket.destroyed,
  })
}

/** Notes the states when everything that follows an abort has happened. */
function later(req: http.IncomingMessage, res: http.ServerResponse, probe: Probe): void {
  res.on('close', () => {
    probe.log(`at close ${states(req, res)}`)
    setTimeout(() => {
      // Nodes differ in how soon a request that nobody reads is over.
      probe.log(`later ${states(req, res)} ${String(req.destroyed)} ${String(req.closed)}`)
      probe.done()
    }, 20)
  })
}

const common = { last: true, manual: true } as const

/** The client goes away, at every stage of a request. */
export const abortCases: Case[] = [
  {
    ...common,
    name: 'aborted before anything was done: states',
    client: leave(GET),
    handler: (req, res, probe) => {
      later(req, res, probe)
      probe.release('seen')
    },
  },
  {
    ...common,
    name: 'aborted with headers set',
    client: leave(GET),
    handler: (req, res, probe) => {
      later(req, res, probe)
      res.setHeader('X-A', '1')
      probe.release('seen')
    },
  },
  {
    ...common,
    name: 'aborted after flushHeaders',
    client: leave(GET),
    handler: (req, res, probe) => {
      later(req, res, probe)
      res.flushHeaders()
      probe.release('seen')
    },
  },
  {
    ...common,
    name: 'aborted after write, then write and end with callbacks',
    client: async (client) => {
      client.write(GET)
      await client.until(/part/)
      client.destroy()
    },
    handler: (req, res, probe) => {
      later(req, res, probe)
      res.write('part')
      res.on('error', (err: NodeJS.ErrnoException) => probe.log(`error ${err.code}`))
      res.on('close', () => {
        probe.log(String(res.write('more', (err) => probe.log(`write ${String(err)}`))))
        res.end('rest', () => probe.log('end called back'))
      })
    },
  },
  {
    ...common,
    name: 'aborted, end without a listener for errors',
    client: leave(GET),
    handler: (req, res, probe) => {
      later(req, res, probe)
      res.on('close', () => {
        res.writeHead(200, { 'X-A': '1' })
        res.end('late')
        probe.log(states(req, res))
      })
      probe.release('seen')
    },
  },
  {
    ...common,
    name: 'aborted, setHeader and writeHead afterwards',
    client: leave(GET),
    handler: (req, res, probe) => {
      later(req, res, probe)
      res.on('close', () => {
        res.setHeader('X-A', '1')
        probe.log(`${String(res.headersSent)} ${String(res.getHeader('x-a'))}`)
        res.writeHead(500)
        probe.log(`${String(res.headersSent)} ${res.statusCode}`)
      })
      probe.release('seen')
    },
  },
  {
    ...common,
    name: 'aborted in a body that nobody reads',
    client: leave(HALF_POST),
    handler: (req, res, probe) => {
      later(req, res, probe)
      probe.release('seen')
    },
  },
  {
    ...common,
    name: 'aborted in a body that is piped away',
    client: leave(HALF_POST),
    handler: (req, res, probe) => {
      later(req, res, probe)
      req.once('data', () => probe.release('seen'))
      req.pipe(res)
    },
  },
  {
    ...common,
    name: 'aborted in a chunked body',
    client: leave(HALF_CHUNKED),
    handler: (req, res, probe) => {
      later(req, res, probe)
      req.once('data', () => probe.release('seen'))
    },
  },
  {
    ...common,
    name: 'aborted in a body, nobody listens to errors',
    client: leave(HALF_POST),
    unobserved: true,
    handler: (req, res, probe) => {
      later(req, res, probe)
      req.once('data', () => probe.release('seen'))
    },
  },
  {
    ...common,
    name: 'aborted in a body that is paused',
    client: leave(HALF_POST),
    handler: (req, res, probe) => {
      later(req, res, probe)
      req.once('data', () => {
        req.pause()
        probe.release('seen')
      })
    },
  },
  {
    ...common,
    name: 'aborted in a body after the answer began',
    client: leave(HALF_POST),
    handler: (req, res, probe) => {
      later(req, res, probe)
      req.once('data', () => {
        res.write('part')
        probe.release('seen')
      })
    },
  },
  {
    ...common,
    name: 'aborted with the body read and the answer begun',
    client: leave(post('hi')),
    handler: (req, res, probe) => {
      later(req, res, probe)
      req.resume().on('end', () => {
        res.write('part')
        probe.release('seen')
      })
    },
  },
  {
    ...common,
    name: 'aborted with the body in the buffer',
    client: leave(post('hi')),
    handler: (req, res, probe) => {
      later(req, res, probe)
      setImmediate(() => probe.release('seen'))
    },
  },
  {
    ...common,
    name: 'aborted and the body read afterwards',
    client: leave(post('hi')),
    handler: (req, res, probe) => {
      later(req, res, probe)
      res.on('close', () => req.on('data', (chunk) => probe.log(`data ${String(chunk)}`)))
      setImmediate(() => probe.release('seen'))
    },
  },
  {
    ...common,
    name: 'aborted while a promise waits',
    client: leave(GET),
    handler: async (req, res, probe) => {
      later(req, res, probe)
      probe.release('seen')
      await new Promise((resolve) => req.on('close', resolve))
      res.end('late')
    },
  },
  {
    ...common,
    name: 'aborted with listeners on the socket',
    client: leave(GET),
    handler: (req, res, probe) => {
      later(req, res, probe)
      req.socket.on('end', () => probe.log('socket end'))
      req.socket.on('close', (failed) => probe.log(`socket close ${String(failed)}`))
      probe.release('seen')
    },
  },
  {
    ...common,
    name: 'res.destroy in the middle of a body',
    client: (client) => client.write(HALF_POST),
    handler: (req, res, probe) => {
      later(req, res, probe)
      req.once('data', () => res.destroy())
    },
  },
  {
    ...common,
    name: 'req.destroy with an error in the middle of a body',
    client: (client) => client.write(HALF_POST),
    handler: (req, res, probe) => {
      later(req, res, probe)
      req.once('data', () => req.destroy(Object.assign(new Error('mine'), { code: 'MINE' })))
    },
  },
  {
    ...common,
    name: 'req.destroy after the answer began',
    handler: (req, res, probe) => {
      later(req, res, probe)
      res.write('part')
      setImmediate(() => req.destroy())
    },
  },
  {
    ...common,
    name: 'res.destroy after end',
    closes: true,
    handler: (req, res, probe) => {
      later(req, res, probe)
      res.end('all')
      res.destroy()
    },
  },
  {
    ...common,
    name: 'req.destroy after end',
    closes: true,
    handler: (req, res, probe) => {
      later(req, res, probe)
      res.end('all')
      req.destroy()
    },
  },
  {
    ...common,
    name: 'socket.destroy with an error',
    handler: (req, res, probe) => {
      later(req, res, probe)
      req.socket.on('error', (err) => probe.log(`socket error ${err.message}`))
      req.socket.destroy(new Error('mine'))
    },
  },
  {
    ...common,
    name: 'socket.end before the answer',
    handler: (req, res, probe) => {
      later(req, res, probe)
      req.socket.end()
    },
  },
  {
    ...common,
    name: 'destroySoon in the middle of the answer',
    closes: true,
    handler: (req, res, probe) => {
      later(req, res, probe)
      res.write('part')
      req.socket.destroySoon()
    },
  },
  {
    ...common,
    name: 'res.destroy right after write',
    closes: true,
    handler: (req, res, probe) => {
      later(req, res, probe)
      res.write('part')
      res.destroy()
    },
  },
  {
    ...common,
    name: 'the socket written to behind a response that has ended',
    closes: true,
    handler: (req, res, probe) => {
      later(req, res, probe)
      res.end('all')
      req.socket.end('HTTP/1.1 200 By hand\r\nContent-Length: 0\r\n\r\n')
    },
  },
  {
    ...common,
    name: 'the socket written to in the middle of the answer',
    closes: true,
    handler: (req, res, probe) => {
      later(req, res, probe)
      res.write('one')
      req.socket.write('by hand')
      res.end('two')
      setTimeout(() => req.socket.end('the end'), 5)
    },
  },
  {
    ...common,
    name: 'a response destroyed twice',
    handler: (req, res, probe) => {
      later(req, res, probe)
      probe.log(String(res.destroy() === res))
      probe.log(String(res.destroy(new Error('late')) === res))
    },
  },
]
