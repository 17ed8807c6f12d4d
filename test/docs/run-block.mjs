/**
 * Loaded before a code block of the documentation: its servers listen on free ports, clients that ask for the port the text names find
 * them there, each server is asked for `/` once, and the process ends when there is nothing left to do.
 */
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'

const ports = new Map()
const asked = []

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...args) {
  const options = typeof args[0] === 'object' && args[0] !== null ? args[0] : undefined
  const wanted = Number(options?.port ?? args[0])
  if (!Number.isInteger(wanted) || wanted === 0) return listen.apply(this, args)
  this.once('listening', () => {
    ports.set(wanted, this.address().port)
    asked.push(ask(this.address().port))
  })
  if (options !== undefined) return listen.call(this, { ...options, port: 0 }, ...args.slice(1))
  return listen.call(this, 0, ...args.slice(1))
}

const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0]
  if (typeof options === 'object' && ports.has(Number(options.port)))
    options.port = ports.get(Number(options.port))
  return connect.apply(this, args)
}

/** Asks a server for `/`. A TLS server refuses that, which shows as well that it is alive. */
async function ask(port) {
  const socket = net.connect({ port, host: '127.0.0.1' })
  await once(socket, 'connect')
  socket.end('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  await new Promise((resolve) =>
    socket.on('data', resolve).on('close', resolve).on('error', resolve)
  )
  socket.destroy()
}

/** Called by the last line of the block. */
globalThis.blockHasRun = async () => {
  // A server that the block starts is listening by the next turn of the event loop at the latest.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  await Promise.all(asked)
  http.globalAgent.destroy()
  process.exit()
}
