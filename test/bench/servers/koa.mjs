import { createRequire } from 'node:module'
import { HELLO, host, ITEMS, port } from './payload.mjs'

const Koa = createRequire(new URL('../peers/', import.meta.url))('koa')
const app = new Koa()
app.use(async (ctx) => {
  if (ctx.method === 'POST') {
    const chunks = []
    for await (const chunk of ctx.req) chunks.push(chunk)
    ctx.body = Buffer.concat(chunks)
  } else if (ctx.path === '/json') {
    ctx.body = ITEMS
  } else {
    ctx.type = 'text/plain'
    ctx.body = HELLO
  }
})
app.listen(port, host)
