import { Server } from 'fasthttp'
import { HELLO, host, ITEMS, port } from './payload.mjs'

new Server({
  handler: (ctx) => {
    if (ctx.isPost()) ctx.setBody(ctx.postBodyBytes())
    else if (ctx.path() === '/json') ctx.setJSON(ITEMS)
    else ctx.success('text/plain', HELLO)
  },
}).listen(port, host)
