import { describe, expect, test } from 'vitest'
import { BaseClient, type GetOptions, type PostBody } from '../../src/client/base-client.js'
import { HostClient } from '../../src/client/host-client.js'
import type { ClientOptions } from '../../src/client/options.js'
import { Args } from '../../src/http/args.js'
import { Request } from '../../src/http/request.js'
import { FakeConn } from './helpers/fake-conn.js'
import { until } from './helpers/raw-server.js'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** A client whose requests go to one host, over connections that answer when the test wants it. */
class TestClient extends BaseClient {
  readonly conns: FakeConn[] = []
  readonly routed: string[] = []
  readonly host: HostClient

  constructor(options: ClientOptions = {}) {
    super()
    const dial = (): FakeConn => {
      const conn = new FakeConn()
      this.conns.push(conn)
      return conn
    }
    this.host = new HostClient({ addr: 'a:1', dial, ...options })
  }
  override _route(req: Request): HostClient {
    const uri = req.uri().fullURI()
    this.routed.push(uri)
    if (uri.includes('nobody')) throw new Error('nobody')
    return this.host
  }
  override closeIdleConnections(): void {
    this.host.closeIdleConnections()
  }
  override _closeConns(): void {
    this.host._closeConns()
  }
  /** Sends a response over the connection that was dialed last. */
  async answer(response = OK): Promise<FakeConn> {
    await until(() => this.conns.some((conn) => conn.written !== ''))
    const conn = this.conns.at(-1)!
    conn.feed(response)
    return conn
  }
  async sentBy(call: (client: this) => Promise<unknown>): Promise<string[]> {
    const promise = call(this)
    const { written } = await this.answer()
    await promise
    return written.split('\r\n')
  }
}

describe('what get and post send', () => {
  const USUAL = ['User-Agent: fasthttp', 'Host: h.test']
  test.each<[string, string | URL, GetOptions | undefined, string[]]>([
    ['a plain GET', 'http://h.test/a?b', undefined, ['GET /a?b HTTP/1.1', ...USUAL]],
    ['of a URL object', new URL('http://h.test/a#b'), undefined, ['GET /a HTTP/1.1', ...USUAL]],
    ['of what is normalized', 'http://h.test/x/../a', undefined, ['GET /a HTTP/1.1', ...USUAL]],
    [
      'of text beyond ASCII',
      'http://h.test/é?é',
      undefined,
      ['GET /%C3%A9?%C3%A9 HTTP/1.1', ...USUAL],
    ],
    [
      'fields',
      'http://h.test/a',
      { headers: { 'x-a': 'b', 'x-c': ['d', 'e'] } },
      ['GET /a HTTP/1.1', ...USUAL, 'X-A: b', 'X-C: d', 'X-C: e'],
    ],
    [
      'fields of Headers',
      'http://h.test/a',
      { headers: new Headers({ 'x-a': 'b' }) },
      ['GET /a HTTP/1.1', ...USUAL, 'X-A: b'],
    ],
    [
      'fields as pairs',
      'http://h.test/a',
      {
        headers: [
          ['x-c', 'd'],
          ['x-c', 'e'],
        ],
      },
      ['GET /a HTTP/1.1', ...USUAL, 'X-C: d', 'X-C: e'],
    ],
    [
      'a number and nothing',
      'http://h.test/a',
      { headers: { 'x-n': 5, 'x-u': undefined } },
      ['GET /a HTTP/1.1', ...USUAL, 'X-N: 5'],
    ],
    [
      'what would be two fields',
      'http://h.test/a',
      { headers: { 'x-a': 'b\r\nInjected: yes' } },
      ['GET /a HTTP/1.1', ...USUAL, 'X-A: b  Injected: yes'],
    ],
    [
      'a User-Agent of its own',
      'http://h.test/a',
      { headers: { 'User-Agent': 'me' } },
      ['GET /a HTTP/1.1', 'User-Agent: me', 'Host: h.test'],
    ],
    [
      'a Host of its own',
      'http://h.test/a',
      { headers: { host: 'virtual.test' } },
      ['GET /a HTTP/1.1', 'User-Agent: fasthttp', 'Host: virtual.test'],
    ],
    [
      'user and password',
      'http://u:p@h.test/',
      undefined,
      ['GET / HTTP/1.1', ...USUAL, 'Authorization: Basic dTpw'],
    ],
  ])('%s', async (_, url, options, lines) => {
    // The second time its origin is known.
    const client = new TestClient()
    await client.sentBy((c) => c.get(url, options))
    client.conns[0]!.written = ''
    const again = await client.sentBy((c) => c.get(url, options))
    expect(again).toEqual([...lines, '', ''])
  })

  const form = new Args()
  form.set('a', 'b c')
  test.each<[string, PostBody | undefined, string | undefined, string, string]>([
    ['nothing', undefined, undefined, '0', ''],
    ['text', 'é', 'application/octet-stream', '2', '\xc3\xa9'],
    ['bytes', Buffer.of(0, 255), 'application/octet-stream', '2', '\0\xff'],
    ['Args', form, 'application/x-www-form-urlencoded', '5', 'a=b+c'],
    [
      'URLSearchParams',
      new URLSearchParams([
        ['a', 'b'],
        ['a', 'c'],
      ]),
      'application/x-www-form-urlencoded',
      '7',
      'a=b&a=c',
    ],
  ])('POST of %s', async (_, body, type, length, sent) => {
    const lines = await new TestClient().sentBy((client) => client.post('http://h.test/', body))
    expect(lines[0]).toBe('POST / HTTP/1.1')
    expect(lines.find((line) => line.startsWith('Content-Type'))).toBe(
      type && `Content-Type: ${type}`
    )
    expect(lines).toContain(`Content-Length: ${length}`)
    expect(lines.at(-1)).toBe(sent)
  })

  test.each([{ a: 1 }, 5, [1]])('a body of no such kind rejects: %j', async (body) => {
    const call = new TestClient().post('http://h.test/', body as unknown as string)
    await expect(call).rejects.toMatchObject({ code: 'FH_ERR_INVALID_OPTION' })
  })

  test('the type of a body can be told', async () => {
    const headers = { 'content-type': 'application/json' }
    const lines = await new TestClient().sentBy((c) => c.post('http://h.test/', '{}', { headers }))
    expect(lines.filter((line) => /content-type/i.test(line))).toEqual([
      'Content-Type: application/json',
    ])
  })
})

describe('who serves a request', () => {
  test('is asked once for an origin', async () => {
    const client = new TestClient()
    for (const path of ['/a', '/b', '/c?d'])
      await client.sentBy((c) => c.get('http://h.test' + path))
    expect(client.routed).toEqual(['http://h.test/'])
  })

  test('is asked each time after the URI was changed', async () => {
    const client = new TestClient()
    for (let i = 0; i < 2; i++) {
      const req = new Request()
      req.setRequestURI('http://h.test/')
      req.uri().setPath('/changed')
      const lines = await client.sentBy((c) => c.do(req))
      expect(lines[0]).toBe('GET /changed HTTP/1.1')
      client.conns[0]!.written = ''
    }
    expect(client.routed).toEqual(['http://h.test/changed', 'http://h.test/changed'])
  })

  test.each<[string, (client: TestClient) => Promise<unknown>]>([
    ['get', (client) => client.get('http://nobody/')],
    ['get of a path that is parsed', (client) => client.get('http://nobody/a/../b')],
    ['post', (client) => client.post('http://nobody/', 'x')],
    [
      'do',
      (client) => {
        const req = new Request()
        req.setRequestURI('http://nobody/')
        return client.do(req)
      },
    ],
  ])('nobody: %s rejects', async (_, call) => {
    const client = new TestClient()
    await expect(call(client)).rejects.toThrow('nobody')
    expect(client.routed).toHaveLength(1)
    await client.close()
  })

  test.each(['no url', 'http:///x', '/path', 'http://h.test:x/', 'http://[::1/'])(
    'what is no URL: %s',
    async (url) => {
      await expect(new TestClient().get(url)).rejects.toMatchObject({
        code: expect.stringMatching(/^FH_ERR_INVALID_(URI|HOST)$/) as string,
      })
    }
  )
})

describe('close', () => {
  test('waits for the calls under way, and refuses others', async () => {
    const client = new TestClient()
    const call = client.get('http://h.test/')
    await until(() => client.conns.length === 1)
    let closed = false
    const closing = client.close().then(() => (closed = true))
    const refused = { code: 'FH_ERR_CLIENT_CLOSED' }
    await expect(client.get('http://h.test/')).rejects.toMatchObject(refused)
    await expect(client.post('http://h.test/')).rejects.toMatchObject(refused)
    await expect(client.do(new Request())).rejects.toMatchObject(refused)
    expect(closed).toBe(false)
    await client.answer()
    expect((await call).body).toBe('ok')
    await closing
    expect(client.conns[0]!.destroyed).toBe(true)
  })

  test('is at once without calls, and what await using does', async () => {
    const client = new TestClient()
    await client.sentBy((c) => c.get('http://h.test/'))
    await client[Symbol.asyncDispose]()
    expect(client.conns[0]!.destroyed).toBe(true)
    await client.close()
  })
})

test('maxRedirects', async () => {
  const client = new TestClient()
  const call = client.get('http://h.test/', { maxRedirects: 1 })
  const moved = 'HTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n'
  await client.answer(moved)
  await client.answer(moved)
  await expect(call).rejects.toMatchObject({ code: 'FH_ERR_TOO_MANY_REDIRECTS' })
})
