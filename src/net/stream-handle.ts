import net from 'node:net'

/**
 * The one place that leans on undocumented parts of Node: connections served over their native handle, without a `net.Socket` in
 * between. Everything used is taken from a socket built over a stand-in handle, and checked there once; where any part is missing
 * `nativeParts` says so, and connections stay what Node makes them.
 */

/** Result of a write: 0 or a negated system error number when it is over, its request object when it is queued. */
type Written = number | WriteReq

/**
 * A native TCP or pipe handle. Results below zero are negated system error numbers. Writes take the request object they may use, or
 * `null` where Node makes it itself, see {@link NativeParts}.
 */
export interface StreamHandle {
  reading: boolean
  onread: unknown
  /** Bytes of queued writes that the kernel has not taken. */
  readonly writeQueueSize: number
  useUserBuffer(buffer: Uint8Array): void
  readStart(): number
  readStop(): number
  writeLatin1String(req: WriteReq | null, text: string): Written
  writeBuffer(req: WriteReq | null, bytes: Uint8Array): Written
  /** Chunks and their encodings by turns. */
  writev(req: WriteReq | null, chunks: unknown[], allBuffers: false): Written
  shutdown(req: ShutdownReq): number
  close(done: () => void): void
  ref(): void
  unref(): void
  setNoDelay?(on: boolean): number
  setKeepAlive?(on: boolean, seconds: number): number
  getpeername?(out: SocketAddress): number
  getsockname?(out: SocketAddress): number
}

interface SocketAddress {
  address?: string
  port?: number
}

/** One write that the kernel did not take at once. */
export interface WriteReq {
  oncomplete: (this: WriteReq, status: number) => void
  owner: unknown
  bytes: number
  /** Keeps the memory alive that is being written. */
  buffer: unknown
  /** The result of a write that was queued and over before its request object was returned. */
  writeStatus?: number | null
  getAsyncId(): number
}

export interface ShutdownReq {
  oncomplete: (this: ShutdownReq, status: number) => void
  owner: unknown
}

export interface NativeParts {
  /** `null` where Node makes the request object of a queued write itself, as in Node 26. */
  readonly WriteWrap: (new () => WriteReq) | null
  readonly ShutdownWrap: new () => ShutdownReq
  readonly ownerKey: symbol
  /** Node's read callback: calls the owner of the handle. */
  readonly onread: unknown
}

export type ReadCallback = (this: net.Socket, length: number, chunk: Buffer) => boolean

const READ_BUFFER_BYTES = 64 * 1024

/** Memory every accepted connection reads into; its content lives until the read callback returns. */
const readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES)

/** A `net.Socket` over `handle` that reads into the shared buffer (`onread`, documented for clients only). */
export function socketOver(
  handle: unknown,
  callback: ReadCallback,
  highWaterMark?: number
): net.Socket {
  const options: net.SocketConstructorOpts & { handle: unknown; onread: net.OnReadOpts } = {
    handle,
    allowHalfOpen: true,
    readable: true,
    writable: true,
    onread: { buffer: readBuffer, callback: callback as (n: number, b: Uint8Array) => boolean },
    ...(highWaterMark !== undefined && {
      readableHighWaterMark: highWaterMark,
      writableHighWaterMark: highWaterMark,
    }),
  }
  return new net.Socket(options)
}

/** Owner of a handle, as Node's read callback takes it to be: the members it touches of a socket. */
export abstract class HandleOwner {
  destroyed = false
  /** Bytes are in `chunk[0, length)`; `false` stops the reading. */
  abstract onBytes(length: number, chunk: Buffer): boolean
  /** The peer has ended its side. */
  abstract onEOF(): void
  abstract destroy(err?: Error): void

  /** @internal Called with `null` at the end. */
  push(): void {
    this.onEOF()
  }
  /** @internal */
  read(): void {}
}

/** The socket's members under symbols, and the one of its state that is looked at. */
function dressOwner(symbols: Map<string | undefined, symbol>): boolean {
  const proto = HandleOwner.prototype as unknown as Record<PropertyKey, unknown>
  const names = ['kUpdateTimer', 'kBuffer', 'kBufferCb', 'kBufferGen'] as const
  const [updateTimer, buffer, callback, generator] = names.map((name) => symbols.get(name))
  if (!updateTimer || !buffer || !callback || !generator) return false
  proto[updateTimer] = () => {}
  proto[buffer] = readBuffer
  proto[generator] = null
  proto[callback] = function (this: HandleOwner, length: number, chunk: Buffer) {
    return this.onBytes(length, chunk)
  }
  proto['_readableState'] = { endEmitted: false }
  return true
}

function symbolsOf(...objects: object[]): Map<string | undefined, symbol> {
  const symbols = objects.flatMap((object) => Object.getOwnPropertySymbols(object))
  return new Map(symbols.map((symbol) => [symbol.description, symbol]))
}

let sharesReads = false

/** Builds a socket over a stand-in handle and looks at what it does with it. */
function capture(): NativeParts | null {
  let usesBuffer = false
  let reads = false
  let write: WriteReq | null | undefined
  let shutdown: ShutdownReq | undefined
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
    writeLatin1String: (req: WriteReq | null) => {
      write = req
      return 0
    },
    shutdown: (req: ShutdownReq) => {
      shutdown = req
      return 0
    },
    close: (done?: () => void) => done?.(),
  }
  const socket = socketOver(handle, () => true)
  sharesReads = usesBuffer && reads
  const ownerKey = symbolsOf(handle).get('owner_symbol')
  const owned = ownerKey !== undefined && Reflect.get(handle, ownerKey) === socket
  const dressed = dressOwner(symbolsOf(socket, net.Socket.prototype))
  socket.write('x', 'latin1')
  socket.end()
  const { onread } = handle
  socket.destroy()
  if (!sharesReads || !owned || !dressed || typeof onread !== 'function') return null
  if (write === undefined || shutdown === undefined) return null
  if (write !== null && write.getAsyncId() >= 0) return null
  return {
    WriteWrap: write === null ? null : (write.constructor as new () => WriteReq),
    ShutdownWrap: shutdown.constructor as NativeParts['ShutdownWrap'],
    ownerKey,
    onread,
  }
}

let parts: NativeParts | null | undefined

/** What serving over native handles takes; `null` where this Node does not have it. */
export function nativeParts(): NativeParts | null {
  if (parts === undefined) {
    try {
      parts = capture()
    } catch {
      parts = null
    }
  }
  return parts
}

/** Can sockets read into one buffer (see {@link socketOver})? */
export function canShareReads(): boolean {
  nativeParts()
  return sharesReads
}

/** Makes `owner` the one that reads of `handle` go to; they begin with `readStart`. */
export function own(handle: StreamHandle, owner: HandleOwner): void {
  const { ownerKey, onread } = parts!
  ;(handle as unknown as Record<symbol, unknown>)[ownerKey] = owner
  handle.onread = onread
  handle.useUserBuffer(readBuffer)
}

/** A write that completes at once leaves its request object untouched, to serve the next one. */
let spare: WriteReq | null = null

function writeReq(): WriteReq | null {
  const { WriteWrap } = parts!
  return WriteWrap === null ? null : (spare ??= new WriteWrap())
}

/** The request object is the write's, until `oncomplete` is called, when the kernel did not take all at once. */
function outcome(req: WriteReq | null, result: Written): Written {
  if (req === null || req.getAsyncId() < 0) return result
  spare = null
  return req
}

/** Writes text, one byte a character. */
export function writeText(handle: StreamHandle, text: string): Written {
  const req = writeReq()
  return outcome(req, handle.writeLatin1String(req, text))
}

/** Writes bytes, which the caller leaves as they are until the write is over. */
export function writeBytes(handle: StreamHandle, bytes: Uint8Array): Written {
  const req = writeReq()
  return outcome(req, handle.writeBuffer(req, bytes))
}

/** Writes chunks, each followed by its encoding. */
export function writeChunks(handle: StreamHandle, chunks: unknown[]): Written {
  const req = writeReq()
  return outcome(req, handle.writev(req, chunks, false))
}

export function shutdownReq(): ShutdownReq {
  return new parts!.ShutdownWrap()
}
