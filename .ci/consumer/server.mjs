import assert from 'node:assert/strict'
import { Server } from 'fasthttp'
import { adapt } from 'fasthttp/adaptor'
import { Router } from 'fasthttp/router'
import { send } from 'fasthttp/compat'
import { InmemoryListener } from 'fasthttp/fasthttputil'

assert.equal(typeof InmemoryListener, 'function')
for (const name of ['websocket', 'sse', 'http2', 'expvarhandler', 'pprofhandler']) {
  assert.notEqual(Object.keys(await import(`fasthttp/${name}`)).length, 0, name)
}
const router = new Router()
router.get('/hello/:name', (ctx) => send(ctx, `hello ${ctx.param('name')}`))
router.get(
  '/node',
  adapt((req, res) => res.end(`node ${req.url}`))
)
const server = new Server({ handler: router.handler })
server.listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}`
  assert.equal(await (await fetch(`${url}/hello/esm`)).text(), 'hello esm')
  assert.equal(await (await fetch(`${url}/node`)).text(), 'node /node')
  await server.shutdown()
  console.log('ESM: the server answers')
})
