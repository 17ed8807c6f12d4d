import { GET, get, post, type Case } from '../helpers/compare.js'

const HEAD = 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n'
const loose = (value: unknown): any => value
const code = (err: unknown): string => String((err as NodeJS.ErrnoException | undefined)?.code)

function attempt(probe: { log(entry: string): void }, what: string, action: () => unknown): void {
  try {
    probe.log(`${what} ${String(action())}`)
  } catch (err) {
    probe.log(`${what} threw ${code(err)}`)
  }
}

/** What the flags of messages say, and what calls that come too late do. */
export const stateCases: Case[] = [
  ...[GET, HEAD, post('hi')].flatMap((send) =>
    [200, 204, 304].map((status): Case => ({
      name: `flags of ${send.slice(0, 4).trim()} answered ${String(status)}`,
      send,
      handler: (req, res, probe) => {
        const note = (when: string): void =>
          probe.log(
            [
              when,
              res.headersSent,
              res.finished,
              res.writableEnded,
              res.writableFinished,
              res.writable,
              res.destroyed,
              res.closed,
              res.errored,
              loose(res).writableAborted,
              loose(res).chunkedEncoding,
              loose(res).shouldKeepAlive,
              res.socket === null,
              req.readable,
              req.readableEnded,
              req.destroyed,
              req.closed,
            ].join()
          )
        note('begin')
        res.writeHead(status)
        note('head')
        attempt(probe, 'write', () => res.write('body'))
        note('written')
        attempt(probe, 'end', () => res.end('more') === res)
        note('ended')
        res.on('finish', () => note('finish'))
        res.on('close', () => note('close'))
      },
    }))
  ),
  ...[
    'end',
    'write',
    'writeHead',
    'setHeader',
    'appendHeader',
    'removeHeader',
    'flushHeaders',
    'addTrailers',
    'writeContinue',
    'writeProcessing',
    'writeEarlyHints',
    'cork',
    'setTimeout',
    'destroy',
    'assignSocket',
  ].flatMap((method) =>
    // Informational answers behind the end are not sent: see the page.
    ['ended', 'finished', 'closed']
      .slice(/Continue|Proc|Hints/.test(method) ? 1 : 0)
      .map((phase): Case => ({
        name: `${method} once ${phase}`,
        last: method === 'destroy',
        manual: true,
        handler: (req, res, probe) => {
          const { socket } = req
          const act = (): void => {
            const args: Record<string, unknown[]> = {
              end: ['late', (err: unknown) => probe.log(`end called back ${code(err)}`)],
              write: ['late', (err: unknown) => probe.log(`write called back ${code(err)}`)],
              writeHead: [201],
              setHeader: ['a', 'b'],
              appendHeader: ['a', 'b'],
              removeHeader: ['a'],
              addTrailers: [{ a: 'b' }],
              writeEarlyHints: [{ link: '</a>; rel=preload' }],
              setTimeout: [1000],
              assignSocket: [socket],
            }
            if (method !== 'assignSocket') {
              attempt(probe, method, () => loose(res)[method](...(args[method] ?? [])) === res)
            }
            setImmediate(() => setImmediate(probe.done))
          }
          res.on('error', () => {})
          if (phase === 'finished') res.on('finish', act)
          if (phase === 'closed') res.on('close', act)
          res.end('answer')
          if (phase === 'ended') act()
        },
      }))
  ),
  ...['destroy', 'pause', 'resume', 'read', 'setEncoding', 'unshift', 'setTimeout'].flatMap(
    (method) =>
      ['begin', 'end', 'closed'].map((phase): Case => ({
        name: `req.${method} at the ${phase}`,
        manual: true,
        last: true,
        send: post('hello'),
        handler: (req, res, probe) => {
          const act = (): void => {
            const args: Record<string, unknown[]> = {
              setEncoding: ['latin1'],
              unshift: [Buffer.from('x')],
              setTimeout: [1000],
            }
            attempt(probe, method, () => loose(req)[method](...(args[method] ?? [])) === req)
            setImmediate(() => {
              res.end('x')
              setImmediate(() => setImmediate(probe.done))
            })
          }
          if (phase === 'begin') return act()
          req.on('data', (data) => probe.log(`data ${String(data)}`))
          req.on(phase === 'end' ? 'end' : 'close', act)
        },
      }))
  ),
  {
    name: 'joinDuplicateHeaders and uniqueHeaders together',
    options: { joinDuplicateHeaders: true, uniqueHeaders: ['x-one', 'set-cookie'] },
    send: get('/', 'From: a\r\nFrom: b\r\nX-A: 1\r\nX-A: 2\r\nCookie: a\r\nCookie: b\r\n'),
    handler: (req, res, probe) => {
      probe.log(JSON.stringify(req.headers))
      res.setHeader('X-One', ['a', 'b'])
      res.setHeader('X-Two', ['a', 'b'])
      res.setHeader('Set-Cookie', ['a', 'b'])
      res.end()
    },
  },
  {
    name: 'informational answers in a row before the answer',
    send: post('hi', 'Expect: 100-continue\r\n'),
    handler: (_req, res) => {
      res.writeProcessing()
      res.writeEarlyHints({ link: ['</a>; rel=preload', '</b>; rel=preload'], 'x-a': 'b' })
      res.writeContinue(() => res.end('x'))
    },
  },
]
