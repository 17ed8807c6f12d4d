import { Server } from 'fasthttp'

new Server({
  handler: (ctx) => {
    setTimeout(() => console.log(ctx.path()), 1000)
  },
}).listen(3000)
