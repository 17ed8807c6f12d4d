// Answers what it was asked before it ends: node docs/examples/graceful-shutdown.mjs,
// then curl localhost:3000 and meanwhile press Ctrl-C
import { setTimeout as sleep } from 'node:timers/promises'
import { Server } from 'fasthttp'

const server = new Server({
  // Clients hear with their last answer that the connection closes.
  closeOnShutdown: true,
  async handler(ctx) {
    await sleep(2000)
    ctx.setBody('done\n')
  },
})
server.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`)
})

async function stop() {
  console.log('shutting down')
  try {
    // No new connections, idle ones close, running requests have ten seconds.
    await server.shutdown({ signal: AbortSignal.timeout(10_000) })
    console.log('all requests answered')
  } catch {
    server.closeAllConnections()
    console.log('gave up on some requests')
  }
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
