// Sends the time every second to whoever asks: node docs/examples/server-sent-events.mjs, then curl -N localhost:3000/time
// or open http://localhost:3000
import { Server } from 'fasthttp'
import { sse } from 'fasthttp/sse'

const PAGE = `<!doctype html><title>Time</title><output></output><script>
  const events = new EventSource('/time')
  events.addEventListener('time', (event) => {
    document.querySelector('output').textContent = JSON.parse(event.data).now
  })
</script>`

const server = new Server({
  handler(ctx) {
    if (ctx.path() === '/time') {
      return sse(ctx, async (stream) => {
        const tell = () => stream.send({ event: 'time', data: { now: new Date() } })
        tell()
        const timer = setInterval(tell, 1000)
        await stream.closed
        clearInterval(timer)
      })
    }
    ctx.setContentType('text/html; charset=utf-8')
    ctx.setBody(PAGE)
  },
})
server.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`)
})
