import type { Duplex } from 'node:stream'
import { getSystemErrorName } from 'node:util'
import net from 'node:net'
import type { Addr, Conn, ConnReceiver } from './conn.js'
import { NULL_RECEIVER, onSharedRead, SocketConn, tcpAddress } from './socket-conn.js'
import {
  HandleOwner,
  own,
  shutdownReq,
  socketOver,
  writeBytes,
  writeChunks,
  writeText,
  type ShutdownReq,
  type StreamHandle,
  type WriteReq,
} from './stream-handle.js'

/** Output that waits for the kernel, above which a writer is asked to wait. As `net.Socket`'s. */
const HIGH_WATER_BYTES = 16 * 1024

/** The listening server's side of a connection: its count and its close. */
export interface ConnCount {
  /** Makes a socket that is built over a counted handle count as one of the server's own. */
  claim(socket: net.Socket): void
  /** A connection is closed. */
  drop(): void
}

/**
 * A connection over a native handle. It is no stream: a `net.Socket` is built over the handle as soon as somebody asks for one, and
 * does all from there on.
 */
export class HandleConn extends HandleOwner implements Conn {
  readonly encrypted = false
  readonly #handle: StreamHandle
  readonly #count: ConnCount
  #receiver: ConnReceiver = NULL_RECEIVER
  #socket: SocketConn | null = null
  #error: Error | undefined = undefined
  #remote: Addr | undefined = undefined
  #local: Addr | undefined = undefined
  /** What was written since `cork`: chunks and their encodings by turns. */
  #corked: unknown[] | null = null
  #corkedBytes = 0
  /** Bytes of writes that are queued. */
  #queuedBytes = 0
  #paused = false
  /** A writer was asked to wait. */
  #awaited = false
  #peerEnded = false
  #ended = false
  /** The FIN is sent. */
  #finished = false
  /** To be closed as soon as all is sent. */
  #closing = false

  constructor(handle: StreamHandle, count: ConnCount) {
    super()
    this.#handle = handle
    this.#count = count
    own(handle, this)
  }

  get remoteAddr(): Addr {
    return (this.#remote ??= this.#address('getpeername'))
  }

  get localAddr(): Addr {
    return (this.#local ??= this.#address('getsockname'))
  }

  #address(ask: 'getpeername' | 'getsockname'): Addr {
    const found: { address?: string; port?: number } = {}
    if (!this.destroyed) this.#handle[ask]?.(found)
    return tcpAddress(found.address, found.port)
  }

  get pendingBytes(): number {
    const own = this.#queuedBytes + this.#corkedBytes
    return this.#socket === null ? own : own + this.#socket.pendingBytes
  }

  get unsentBytes(): number {
    if (this.#socket !== null) return this.#socket.unsentBytes
    return this.#queuedBytes === 0 || this.destroyed ? 0 : this.#handle.writeQueueSize
  }

  /** Lets the system ask a silent peer whether it is still there, first after `ms` of silence. */
  setKeepAlive(ms: number): void {
    this.#handle.setKeepAlive?.(true, Math.floor(ms / 1000))
  }

  setRef(on: boolean): void {
    if (this.#socket !== null) this.#socket.setRef(on)
    else if (this.destroyed) return
    else if (on) this.#handle.ref()
    else this.#handle.unref()
  }

  open(receiver: ConnReceiver): void {
    const first = this.#receiver === NULL_RECEIVER
    this.#receiver = receiver
    if (this.#socket !== null) this.#socket.open(receiver)
    else if (first && !this.#paused) this.#startReading()
  }

  #startReading(): void {
    const handle = this.#handle
    if (handle.reading || this.destroyed) return
    handle.reading = true
    const err = handle.readStart()
    if (err !== 0) this.destroy(systemError(err, 'read'))
  }

  onBytes(length: number, chunk: Buffer): boolean {
    this.#receiver.onRead(chunk, length)
    return !this.#paused || this.#socket !== null
  }

  onEOF(): void {
    this.#handle.reading = false
    this.#peerEnded = true
    this.#receiver.onEnd()
    if (this.#finished) this.destroy()
  }

  write(data: string | Uint8Array): boolean {
    if (this.#socket !== null) {
      if (!isPassable(this.#socket.stream)) return this.#socket.write(data)
    } else if (this.destroyed || this.#ended) return true
    else if (this.#corked !== null) {
      this.#corked.push(data, typeof data === 'string' ? 'latin1' : 'buffer')
      this.#corkedBytes += data.length
      if (this.#corkedBytes + this.#queuedBytes < HIGH_WATER_BYTES) return true
      this.#awaited = true
      return false
    }
    const handle = this.#handle
    return typeof data === 'string'
      ? this.#written(writeText(handle, data), data.length, null)
      : this.#written(writeBytes(handle, data), data.length, data)
  }

  cork(): void {
    if (this.#socket !== null) this.#socket.cork()
    else this.#corked ??= []
  }

  uncork(): void {
    if (this.#socket !== null) return this.#socket.uncork()
    const chunks = this.#corked
    if (chunks === null) return
    const bytes = this.#corkedBytes
    this.#corked = null
    this.#corkedBytes = 0
    if (chunks.length === 0 || this.destroyed) return
    const awaited = this.#awaited
    this.#written(writeChunks(this.#handle, chunks), bytes, chunks)
    // The kernel took all of it at once, and whoever was asked to wait still does.
    if (awaited && !this.#awaited) process.nextTick(() => this.#receiver.onWritable())
  }

  /** `memory` was given to the kernel: `true` when it took enough of it. */
  #written(result: number | WriteReq, bytes: number, memory: unknown): boolean {
    if (typeof result === 'number') {
      if (result !== 0) this.destroy(systemError(result, 'write'))
      else if (this.#queuedBytes === 0) this.#awaited = false
      return true
    }
    result.oncomplete = onWritten
    result.owner = this
    result.bytes = bytes
    result.buffer = memory
    this.#queuedBytes += bytes
    const { writeStatus } = result
    if (typeof writeStatus === 'number') {
      result.writeStatus = null
      process.nextTick(() => this._sent(bytes, writeStatus))
    }
    if (this.#queuedBytes < HIGH_WATER_BYTES) return true
    this.#awaited = true
    return false
  }

  /** @internal The kernel has taken a queued write. */
  _sent(bytes: number, status: number): void {
    this.#queuedBytes -= bytes
    if (this.#socket?.stream.destroyed ?? this.destroyed) return
    if (status < 0) return this.destroy(systemError(status, 'write'))
    if (this.#queuedBytes > 0) return
    if (this.#closing && !this.#ended) return this.destroy()
    if (!this.#awaited) return
    this.#awaited = false
    this.#receiver.onWritable()
  }

  pause(): void {
    this.#paused = true
    if (this.#socket !== null) return this.#socket.pause()
    const handle = this.#handle
    if (!handle.reading || this.destroyed) return
    handle.reading = false
    const err = handle.readStop()
    if (err !== 0) this.destroy(systemError(err, 'read'))
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    if (this.#socket !== null) this.#socket.resume()
    else if (!this.#peerEnded && this.#receiver !== NULL_RECEIVER) this.#startReading()
  }

  end(): void {
    if (this.#socket !== null) return this.#socket.end()
    if (this.destroyed || this.#ended) return
    this.#ended = true
    const req = shutdownReq()
    req.oncomplete = onShutdown
    req.owner = this
    const err = this.#handle.shutdown(req)
    // The peer may have reset the connection.
    if (err !== 0) this.destroy()
  }

  /** @internal The FIN is sent, or cannot be. */
  _finished(): void {
    this.#finished = true
    if (this.#socket === null && (this.#closing || this.#peerEnded)) this.destroy()
  }

  close(): void {
    if (this.#socket !== null) return this.#socket.close()
    if (this.#finished || (!this.#ended && this.#queuedBytes === 0)) this.destroy()
    else this.#closing = true
  }

  destroy(err?: Error): void {
    if (this.#socket !== null) return this.#socket.destroy(err)
    if (this.destroyed) return
    this.destroyed = true
    this.#error = err
    this.#handle.close(() => this.#closed())
    this.#count.drop()
  }

  #closed(): void {
    const receiver = this.#receiver
    this.#receiver = NULL_RECEIVER
    receiver.onClose(this.#error)
  }

  detach(head: Uint8Array | undefined): Duplex {
    return this.#streamed().detach(head)
  }

  get stream(): Duplex {
    return this.#streamed().stream
  }

  /** The socket that takes the handle over. */
  #streamed(): SocketConn {
    if (this.#socket !== null) return this.#socket
    if (this.destroyed) return (this.#socket = new SocketConn(new net.Socket().destroy()))
    this.uncork()
    const socket = socketOver(this.#handle, onSharedRead)
    this.#count.claim(socket)
    const conn = (this.#socket = new SocketConn(socket, true))
    if (this.#paused) conn.pause()
    if (this.#receiver !== NULL_RECEIVER) conn.open(this.#receiver)
    if (this.#closing) conn.close()
    else if (this.#ended) conn.end()
    return conn
  }
}

/** May a write go past the stream? It has nothing to send itself and no timeout that a write would put off. */
function isPassable(stream: Duplex & { timeout?: number }): boolean {
  return (
    stream.writable && stream.writableLength === 0 && stream.writableCorked === 0 && !stream.timeout
  )
}

function onWritten(this: WriteReq, status: number): void {
  ;(this.owner as HandleConn)._sent(this.bytes, status)
}

function onShutdown(this: ShutdownReq): void {
  ;(this.owner as HandleConn)._finished()
}

/** As Node's own for a failed call. */
function systemError(errno: number, syscall: string): Error {
  const code = getSystemErrorName(errno)
  return Object.assign(new Error(`${syscall} ${code}`), { errno, code, syscall })
}
