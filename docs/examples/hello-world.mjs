// The smallest server: node docs/examples/hello-world.mjs, then curl 'localhost:3000/?name=you'
import { Server } from 'fasthttp'

const server = new Server({
  handler: (ctx) => ctx.setBody(`Hello, ${ctx.queryArgs().peek('name') ?? 'world'}!\n`),
})
server.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`)
})
