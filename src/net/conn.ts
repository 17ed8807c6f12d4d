import type { Duplex } from 'node:stream'

/** Network address of one end of a connection. */
export interface Addr {
  /** `tcp`, `unix` or `inmemory`. */
  readonly network: string
  /** IP address, socket path or `''` when unknown. */
  readonly address: string
  /** Port, `0` where there is none. */
  readonly port: number
}

/**
 * What a connection calls as bytes and events arrive. Calls are synchronous and never nested for one connection,
 * except that a receiver may be called from within `Conn.resume()`.
 */
export interface ConnReceiver {
  /** The first `length` bytes of `chunk`, read memory shared by all connections: valid only until this call returns. */
  onRead(chunk: Buffer, length: number): void
  /** The peer has closed its writing side. */
  onEnd(): void
  /** Output fell below the high-water mark after `write` had returned `false`. */
  onWritable(): void
  /** The connection is gone; called exactly once, with the error if there was one. */
  onClose(err: Error | undefined): void
}

/**
 * One connection: a TCP or unix socket, a TLS socket, any Duplex or one end of an in-memory pipe.
 * Reading starts with `open`. Nothing here knows HTTP.
 */
export interface Conn {
  readonly remoteAddr: Addr
  readonly localAddr: Addr
  /** `true` for TLS. */
  readonly encrypted: boolean
  /** Starts delivering to `receiver`; a later call replaces the receiver. */
  open(receiver: ConnReceiver): void
  /** Writes `data`, a string as latin1 (one byte per character). `false` asks to wait for `onWritable`. */
  write(data: string | Uint8Array): boolean
  /** Bytes written that have not reached the kernel yet. */
  readonly pendingBytes: number
  /** Falls as the peer takes what was written, also within one large write; 0 when all was taken. */
  readonly unsentBytes: number
  /** Holds writes back until `uncork`, so that they leave in one system call. */
  cork(): void
  uncork(): void
  /** Stops reading; the peer's end is not seen while paused. */
  pause(): void
  resume(): void
  /** Lets the connection keep the process alive, as it does at first, or not. */
  setRef?(on: boolean): void
  /** Sends what was written, then FIN; reading goes on. */
  end(): void
  /** Sends what was written, then closes. */
  close(): void
  /** Closes at once, dropping unsent output. */
  destroy(err?: Error): void
  /**
   * Hands the connection out as a stream (a real `net.Socket` or `tls.TLSSocket` for TCP and TLS). The receiver is no longer called
   * with reads; `head` are bytes already read that the stream must deliver first.
   */
  detach(head: Uint8Array | undefined): Duplex
  /** The stream below, for its properties and events, without taking the reads over. */
  readonly stream: Duplex
}
