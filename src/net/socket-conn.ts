import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Addr, Conn, ConnReceiver } from './conn.js'
import type { ReadCallback } from './stream-handle.js'

const kConn = Symbol('fasthttp.conn')

type ConnStream = Duplex & Partial<Socket> & { [kConn]?: SocketConn }

/** Before `open` and after the close. */
export const NULL_RECEIVER: ConnReceiver = {
  onRead() {},
  onEnd() {},
  onWritable() {},
  onClose() {},
}

/** Bytes arriving through the shared read buffer, see stream-handle. */
export const onSharedRead: ReadCallback = function (this: ConnStream, length, chunk) {
  const conn = this[kConn]
  if (conn === undefined) return true
  if (conn._detached) return this.push(Buffer.from(chunk.subarray(0, length)))
  conn._receiver.onRead(chunk, length)
  return !conn._paused
} as ReadCallback

function onData(this: ConnStream, chunk: Buffer): void {
  this[kConn]?._receiver.onRead(chunk, chunk.length)
}
function onEnd(this: ConnStream): void {
  this[kConn]?._receiver.onEnd()
}
function onDrain(this: ConnStream): void {
  this[kConn]?._receiver.onWritable()
}
function onError(this: ConnStream, err: Error): void {
  const conn = this[kConn]
  if (conn !== undefined) conn._error = err
}
function onClose(this: ConnStream): void {
  const conn = this[kConn]
  if (conn === undefined) return
  const receiver = conn._receiver
  conn._receiver = NULL_RECEIVER
  receiver.onClose(conn._error)
}

/** A connection over a TCP, TLS or unix socket or any other Duplex. */
export class SocketConn implements Conn {
  readonly stream: Duplex
  readonly encrypted: boolean
  /** @internal */ _receiver: ConnReceiver = NULL_RECEIVER
  /** @internal */ _error: Error | undefined = undefined
  /** @internal */ _paused = false
  /** @internal */ _detached = false
  readonly #shared: boolean
  #remote: Addr | undefined = undefined
  #local: Addr | undefined = undefined

  /**
   * @param stream - the socket
   * @param shared - its reads arrive through `onSharedRead` rather than as 'data' events
   */
  constructor(stream: Duplex, shared = false) {
    this.stream = stream
    this.#shared = shared
    this.encrypted = (stream as { encrypted?: boolean }).encrypted === true
    ;(stream as ConnStream)[kConn] = this
  }

  get remoteAddr(): Addr {
    const s = this.stream as Partial<Socket>
    return (this.#remote ??= tcpAddress(s.remoteAddress, s.remotePort))
  }

  get localAddr(): Addr {
    const s = this.stream as Partial<Socket>
    return (this.#local ??= tcpAddress(s.localAddress, s.localPort))
  }

  get pendingBytes(): number {
    return this.stream.writableLength
  }

  get unsentBytes(): number {
    // `writableLength` counts a chunk until all of it is sent. The handle's own count is undocumented, but only refines this one.
    const { _handle } = this.stream as { _handle?: { writeQueueSize?: number } }
    return this.stream.writableLength + (_handle?.writeQueueSize ?? 0)
  }

  /** See `HandleConn.setKeepAlive`. */
  setKeepAlive(ms: number): void {
    ;(this.stream as Partial<Socket>).setKeepAlive?.(true, ms)
  }

  setRef(on: boolean): void {
    const socket = this.stream as Partial<Socket>
    if (on) socket.ref?.()
    else socket.unref?.()
  }

  open(receiver: ConnReceiver): void {
    const first = this._receiver === NULL_RECEIVER
    this._receiver = receiver
    if (!first) return
    const s = this.stream
    s.on('end', onEnd)
    s.on('drain', onDrain)
    s.on('error', onError)
    s.on('close', onClose)
    if (!this.#shared) s.on('data', onData)
    // A shared socket reads already; flowing mode lets its 'end' event through.
    else if (!this._paused) s.resume()
  }

  write(data: string | Uint8Array): boolean {
    if (this.stream.destroyed) return true
    return typeof data === 'string' ? this.stream.write(data, 'latin1') : this.stream.write(data)
  }

  cork(): void {
    this.stream.cork()
  }

  uncork(): void {
    this.stream.uncork()
  }

  pause(): void {
    if (this._paused) return
    this._paused = true
    this.stream.pause()
  }

  resume(): void {
    if (!this._paused) return
    this._paused = false
    this.stream.resume()
  }

  end(): void {
    this.stream.end()
  }

  close(): void {
    const s = this.stream
    if (s.writableFinished) s.destroy()
    else s.end(() => s.destroy())
  }

  destroy(err?: Error): void {
    this.stream.destroy(err)
  }

  detach(head: Uint8Array | undefined): Duplex {
    const s = this.stream
    this._detached = true
    // A socket with a read buffer stops its handle when it is paused, as `unpipe` does, and would miss that the peer has closed.
    if (this.#shared) s.pause = Duplex.prototype.pause
    s.off('data', onData)
    s.off('end', onEnd)
    s.off('drain', onDrain)
    s.pause()
    // As node:http leaves a socket it hands over: neither flowing nor explicitly paused, so that a 'data' listener starts it.
    ;(s as { readableFlowing: boolean | null }).readableFlowing = null
    if (head !== undefined && head.length > 0 && !s.readableEnded) s.unshift(Buffer.from(head))
    // It goes on reading into its buffer: an owner that only writes still has the socket closed when the peer has closed.
    s.read(0)
    return s
  }
}

/** Address of an end; without an IP address it is a unix socket's. */
export function tcpAddress(ip: string | undefined, port: number | undefined): Addr {
  if (ip === undefined) return { network: 'unix', address: '', port: 0 }
  return { network: 'tcp', address: ip, port: port ?? 0 }
}
