// One process per core: node docs/examples/prefork.mjs, then curl localhost:3000 some times.
// kill -HUP <pid of the master> replaces the processes one by one, Ctrl-C ends them.
import { Server } from 'fasthttp'
import { isChild, Prefork } from 'fasthttp/prefork'

const server = new Server({ handler: (ctx) => ctx.setBody(`answered by ${process.pid}\n`) })

const prefork = new Prefork(server, {
  recoverThreshold: 100,
  recoverInterval: 1000,
  onMasterReady(pids) {
    console.log(`http://localhost:${prefork.address().port} by ${process.pid}: ${pids.join(' ')}`)
  },
})
await prefork.listenAndServe(`:${process.env.PORT ?? 3000}`)

console.log(isChild() ? `${process.pid} has answered its last request` : 'all ended')
