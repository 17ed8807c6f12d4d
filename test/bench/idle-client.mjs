/**
 * Opens connections and keeps them: `fork('idle-client.mjs', [PORT, COUNT, INDEX])`. Tells its parent when all are answered, and again for
 * each message it gets.
 */
import { connect } from 'node:net'

const [, , port, countText, index] = process.argv
const count = Number(countText)
/** Connections that are opened at a time. */
const AT_A_TIME = 100
const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'

const sockets = []
let answers = 0
let failed = false

function fail(reason) {
  if (failed) return
  failed = true
  process.send(reason)
}

function open() {
  const socket = connect({
    port: Number(port),
    host: '127.0.0.1',
    // An address of its own gives each client all the ports there are.
    localAddress: `127.0.0.${Number(index) + 2}`,
  })
  socket.on('data', () => {
    answers++
    if (answers === count) process.send('answered')
    else if (sockets.length < count) open()
  })
  socket.on('error', (err) => fail(err.message))
  socket.on('close', () => fail('the server closed a connection'))
  socket.write(REQUEST)
  sockets.push(socket)
}

process.on('message', () => {
  answers = 0
  for (const socket of sockets) socket.write(REQUEST)
})

for (let i = 0; i < Math.min(AT_A_TIME, count); i++) open()
