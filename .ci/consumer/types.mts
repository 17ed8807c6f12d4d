import { Client, HostClient, LBClient, PipelineClient, Server, TCPDialer, toFetch } from 'fasthttp'
import { adapt } from 'fasthttp/adaptor'
import { compressHandler } from 'fasthttp/compress'
import { Dialer } from 'fasthttp/proxy'
import { Router } from 'fasthttp/router'

export * as compat from 'fasthttp/compat'
export * as expvarhandler from 'fasthttp/expvarhandler'
export * as fasthttputil from 'fasthttp/fasthttputil'
export * as fs from 'fasthttp/fs'
export * as http2 from 'fasthttp/http2'
export * as metrics from 'fasthttp/metrics'
export * as pprofhandler from 'fasthttp/pprofhandler'
export * as prefork from 'fasthttp/prefork'
export * as reuseport from 'fasthttp/reuseport'
export * as sse from 'fasthttp/sse'
export * as websocket from 'fasthttp/websocket'

const router = new Router()
router.get('/pets/:id', (ctx) => {
  const id: string = ctx.param('id')
  ctx.setJSON({ id })
})
router.use(adapt((_req, res) => res.end()))
new Server({ handler: compressHandler(router.handler) }).listen(0)

const dialer = new TCPDialer()
const client = new Client({ dial: (addr, options) => dialer.dial(addr, options) })
const host = new HostClient({
  addr: 'localhost:80',
  dial: new Dialer({ httpProxy: 'localhost:3128' }).getDialFunc(false),
})
export const ours: typeof fetch = toFetch(client)
export const balanced = new LBClient({
  clients: [host, new PipelineClient({ addr: 'localhost:81' })],
})
// @ts-expect-error an option that does not exist
new Client({ timeout: 5 })
