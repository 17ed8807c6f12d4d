/**
 * Opens connections and keeps them: `fork('idle-client.mjs', [PORT, COUNT, INDEX, ask|wait])`. Tells its parent when all are answered, and again for
 * each message it gets, on which every connection asks once more.
 */
import { connect } from 'node:net'

const [, , port, countText, index, mode] = process.argv
const count = Number(countText)
/** Connections that are opened at a time. */
const AT_A_TIME = 50
/** With `ask`, those that are open ask again until all are: some servers close a connection that is silent for ten seconds. */
const ASK_AGAIN_MS = 5000
const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'

const sockets = []
let asked = 0
let answers = 0
let failed = false

function fail(reason) {
  if (failed) return
  failed = true
  process.send(reason)
}

/** One request at a time, as answers are counted by the reads they arrive in. */
function ask(socket) {
  if (socket.waits) return
  socket.waits = true
  asked++
  socket.write(REQUEST)
}

function open() {
  const socket = connect({
    port: Number(port),
    host: '127.0.0.1',
    // An address of its own gives each client all the ports there are.
    localAddress: `127.0.0.${Number(index) + 2}`,
  })
  sockets.push(socket)
  socket.once('data', () => {
    if (sockets.length < count) open()
    else clearInterval(timer)
  })
  socket.on('data', () => {
    socket.waits = false
    answers++
    if (sockets.length === count && answers === asked) process.send('answered')
  })
  socket.on('error', (err) => fail(err.message))
  socket.on('close', () => fail('the server closed a connection'))
  ask(socket)
}

const timer = mode === 'ask' ? setInterval(() => sockets.forEach(ask), ASK_AGAIN_MS) : undefined
process.on('message', () => sockets.forEach(ask))

for (let i = 0; i < Math.min(AT_A_TIME, count); i++) open()
