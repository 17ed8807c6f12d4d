// A chat: node docs/examples/websocket-chat.mjs, then open http://localhost:3000 in two windows
import { Server } from 'fasthttp'
import { FastHTTPUpgrader } from 'fasthttp/websocket'

const PAGE = `<!doctype html><title>Chat</title>
<form><input autofocus autocomplete="off"> <button>Send</button></form><ul></ul><script>
  const socket = new WebSocket(location.href.replace('http', 'ws') + 'chat')
  const input = document.querySelector('input')
  socket.onmessage = ({ data }) => {
    const line = document.createElement('li')
    line.textContent = data
    document.querySelector('ul').append(line)
  }
  document.querySelector('form').onsubmit = (event) => {
    event.preventDefault()
    socket.send(input.value)
    input.value = ''
  }
</script>`

const upgrader = new FastHTTPUpgrader({ maxPayload: 4096 })
let guests = 0

function tellAll(text) {
  for (const conn of upgrader.clients) conn.send(text)
}

const server = new Server({
  handler(ctx) {
    if (ctx.path() !== '/chat') {
      ctx.setContentType('text/html; charset=utf-8')
      return ctx.setBody(PAGE)
    }
    upgrader.upgrade(ctx, (conn) => {
      const name = `Guest ${++guests}`
      tellAll(`${name} came in`)
      conn.on('message', (text) => tellAll(`${name}: ${text}`))
      conn.on('close', () => tellAll(`${name} left`))
    })
  },
})
server.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`)
})
