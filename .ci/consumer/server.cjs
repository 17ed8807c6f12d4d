const assert = require('node:assert/strict')
const { Server } = require('fasthttp')
const { adapt } = require('fasthttp/adaptor')
const { Router } = require('fasthttp/router')
const { send } = require('fasthttp/compat')

for (const name of ['websocket', 'sse', 'http2', 'expvarhandler', 'pprofhandler']) {
  assert.notEqual(Object.keys(require(`fasthttp/${name}`)).length, 0, name)
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
  assert.equal(await (await fetch(`${url}/hello/cjs`)).text(), 'hello cjs')
  assert.equal(await (await fetch(`${url}/node`)).text(), 'node /node')
  await server.shutdown()
  console.log('CommonJS: the server answers')
})
