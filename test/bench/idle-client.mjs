/**
 * Opens connections and keeps them: `fork('idle-client.mjs', [PORT, COUNT, ask|wait])`. Tells its parent `open` when all are answered,
 * and `again` for each message it gets, on which every connection asks once more.
 */
import { connect } from 'node:net'

const [, , port, countText, mode] = process.argv
const count = Number(countText)
/** Connections that are opened at a time. */
const AT_A_TIME = 50
/** With `ask`, all ask again from time to time: some servers close a connection that is silent for ten seconds. */
const ASK_AGAIN_MS = 4000
const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'

const sockets = []
let asked = 0
let answers = 0
let failed = false
/** What the parent waits for. */
let wanted = 'open'

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
  const socket = connect(Number(port), '127.0.0.1')
  sockets.push(socket)
  socket.once('data', () => {
    if (sockets.length < count) open()
  })
  socket.on('data', () => {
    socket.waits = false
    answers++
    if (wanted === '' || sockets.length < count || answers < asked) return
    process.send(wanted)
    wanted = ''
  })
  socket.on('error', (err) => fail(err.message))
  socket.on('close', () => fail('the server closed a connection'))
  ask(socket)
}

if (mode === 'ask') setInterval(() => sockets.forEach(ask), ASK_AGAIN_MS)
process.on('message', () => {
  wanted = 'again'
  sockets.forEach(ask)
})

for (let i = 0; i < Math.min(AT_A_TIME, count); i++) open()
