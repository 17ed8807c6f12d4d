import { afterAll, beforeAll, expect, test } from 'vitest'
import * as fasthttp from '../../src/client/default-client.js'
import { Request } from '../../src/http/request.js'
import { Response } from '../../src/http/response.js'
import { rawServer, type RawServer } from './helpers/raw-server.js'

let server: RawServer

beforeAll(async () => {
  server = await rawServer((socket, _n, request) => {
    const [method, path] = request.split(' ')
    if (path === '/silent') return
    if (path === '/redirect')
      return void socket.write(
        'HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n'
      )
    const body = `${method} ${path} ${request.split('\r\n\r\n')[1]}`
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  })
})
afterAll(() => server.close())

const url = (path: string): string => server.url.replace(/\/$/, '') + path

function requestTo(path: string): Request {
  const req = new Request()
  req.setRequestURI(url(path))
  return req
}

test.each<[string, (path: string) => Promise<{ statusCode: unknown; body: unknown }>, string]>([
  ['get', (path) => fasthttp.get(url(path)), 'GET /there '],
  ['get of a URL object', (path) => fasthttp.get(new URL(url(path))), 'GET /there '],
  ['getTimeout', (path) => fasthttp.getTimeout(url(path), 5000), 'GET /there '],
  ['getDeadline', (path) => fasthttp.getDeadline(url(path), Date.now() + 5000), 'GET /there '],
  ['post', (path) => fasthttp.post(url(path), 'x'), 'GET /there x'],
])('%s follows redirects', async (_, call, expected) => {
  expect(await call('/redirect')).toMatchObject({ statusCode: 200, body: expected })
})

test.each<[string, (req: Request, resp: Response) => Promise<Response>, number]>([
  ['doRequest', (req, resp) => fasthttp.doRequest(req, resp), 302],
  ['doTimeout', (req, resp) => fasthttp.doTimeout(req, resp, 5000), 302],
  ['doDeadline', (req, resp) => fasthttp.doDeadline(req, resp, new Date(Date.now() + 5000)), 302],
  ['doRedirects', (req, resp) => fasthttp.doRedirects(req, resp, 1), 200],
])('%s fills the response', async (_, call, status) => {
  const resp = new Response()
  expect(await call(requestTo('/redirect'), resp)).toBe(resp)
  expect(resp.statusCode()).toBe(status)
})

const enough = (): { signal: AbortSignal } => ({ signal: AbortSignal.abort() })

test.each<[string, () => Promise<unknown>, string]>([
  ['getTimeout', () => fasthttp.getTimeout(url('/silent'), 15), 'FH_ERR_TIMEOUT'],
  ['getDeadline', () => fasthttp.getDeadline(url('/silent'), Date.now() + 15), 'FH_ERR_TIMEOUT'],
  ['doTimeout', () => fasthttp.doTimeout(requestTo('/silent'), null, 15), 'FH_ERR_TIMEOUT'],
  [
    'doDeadline',
    () => fasthttp.doDeadline(requestTo('/silent'), null, new Date(Date.now() + 15)),
    'FH_ERR_TIMEOUT',
  ],
  [
    'doRedirects',
    () => fasthttp.doRedirects(requestTo('/redirect'), null, 0),
    'FH_ERR_TOO_MANY_REDIRECTS',
  ],
  ['get with a signal', () => fasthttp.get(url('/silent'), enough()), 'FH_ERR_ABORTED'],
  ['post with a signal', () => fasthttp.post(url('/silent'), '', enough()), 'FH_ERR_ABORTED'],
  [
    'do with a signal',
    () => fasthttp.doRequest(requestTo('/silent'), null, enough()),
    'FH_ERR_ABORTED',
  ],
])('%s has its limit', async (_, call, code) => {
  await expect(call()).rejects.toMatchObject({ code })
})
