import net from 'node:net'

/**
 * The one place that leans on undocumented parts of Node: accepting a connection as a `net.Socket` that reads into a buffer shared by
 * all connections (`onread`, documented for clients only). Node offers no option for it on accepted sockets, so the listening handle's
 * `onconnection` is replaced and the socket built over the accepted handle. Where any part is missing, `acceptInto` says so and the
 * caller stays with plain streams.
 */

const READ_BUFFER_BYTES = 64 * 1024

/** Memory every accepted socket reads into; its content lives until the read callback returns. */
const readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES)

export type ReadCallback = (this: net.Socket, length: number, chunk: Buffer) => boolean

interface TcpHandle {
  onconnection?: (err: number, client: TcpHandle) => void
  setNoDelay?(on: boolean): void
}
interface ServerInternals {
  _handle: TcpHandle | null
  _connections: number
  maxConnections?: number
}
type SocketOptions = net.SocketConstructorOpts & { handle: unknown; onread: net.OnReadOpts }

function socketOver(handle: unknown, callback: ReadCallback): net.Socket {
  const options: SocketOptions = {
    handle,
    allowHalfOpen: true,
    readable: true,
    writable: true,
    onread: { buffer: readBuffer, callback: callback as (n: number, b: Uint8Array) => boolean },
  }
  return new net.Socket(options)
}

/** Builds a socket over a stand-in handle and looks whether its parts are taken up as expected. */
function probe(): boolean {
  let usesBuffer = false
  let reads = false
  const handle = {
    reading: false,
    onread: undefined as unknown,
    useUserBuffer: (buffer: unknown) => (usesBuffer = buffer === readBuffer),
    readStart: () => {
      reads = true
      return 0
    },
    readStop: () => 0,
    getAsyncId: () => 0,
    close: (done?: () => void) => done?.(),
  }
  try {
    const socket = socketOver(handle, () => true)
    const works = usesBuffer && reads && typeof handle.onread === 'function'
    socket.destroy()
    return works
  } catch {
    return false
  }
}

let works: boolean | undefined

/**
 * Makes a listening `server` accept through the shared read buffer. `onSocket` gets each socket, `onRead` its bytes.
 * Returns `false`, having changed nothing, where this Node cannot do it.
 */
export function acceptInto(
  server: net.Server,
  onSocket: (socket: net.Socket) => void,
  onRead: ReadCallback
): boolean {
  works ??= probe()
  const internals = server as unknown as ServerInternals
  const listening = internals._handle
  if (!works || listening === null || typeof listening.onconnection !== 'function') return false

  const fallback = listening.onconnection
  listening.onconnection = function (err, client) {
    const max = internals.maxConnections
    if (err !== 0 || !client || (max !== undefined && internals._connections >= max)) {
      fallback.call(this, err, client)
      return
    }
    const socket = socketOver(client, onRead)
    internals._connections++
    // So that net.Server counts the socket and waits for it in close().
    const owned = socket as unknown as { server: net.Server; _server: net.Server }
    owned.server = server
    owned._server = server
    client.setNoDelay?.(true)
    onSocket(socket)
  }
  return true
}
