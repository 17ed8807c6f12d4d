import { BodyCollector } from '../wire/body-collector.js'
import { BodyReader } from '../wire/body-reader.js'
import type { ChunkSink } from '../wire/chunked.js'
import type { BodySink } from './exchange.js'

/** Results below zero of {@link BodyIntake.read}. */
const BROKEN_BODY = -1
export const BODY_TOO_LARGE = -2
export const TOO_MUCH_UNREAD = -3

/** Unread request body that is discarded for the sake of keeping the connection. */
const MAX_DRAIN_BYTES = 256 * 1024

/** Where the body of a request goes: it is gathered, passed to a sink as it arrives, or discarded. */
export class BodyIntake implements ChunkSink {
  /** The body's framing is broken: what follows means nothing. */
  broken = false
  readonly #reader = new BodyReader()
  #collector: BodyCollector | null = null
  #maxBytes = 0
  #sink: BodySink | null = null
  #sinkPaused = false
  #sinkEnded = false
  #discarded = 0

  /**
   * A head is complete.
   *
   * @param length - Content-Length; 0 or less for no body
   * @param maxTrailerBytes - limit of the trailer section
   */
  start(chunked: boolean, length: number, maxTrailerBytes: number): void {
    this.#reader.start(chunked, length, maxTrailerBytes)
    this.reset()
  }

  /** Forgets where the body went. */
  reset(): void {
    this.#collector = null
    this.#sink = null
    this.#sinkPaused = false
    this.#sinkEnded = false
    this.#discarded = 0
  }

  /** Ready for another connection. */
  clear(): void {
    this.start(false, 0, 0)
    this.broken = false
  }

  /** Has the whole body been read? */
  get done(): boolean {
    return this.#reader.done
  }

  /** Trailer fields, names and values by turns. */
  get trailers(): string[] {
    return this.#reader.trailers
  }

  get hasSink(): boolean {
    return this.#sink !== null
  }

  /** A sink is there and takes data. */
  get flows(): boolean {
    return this.#sink !== null && !this.#sinkPaused
  }

  get isPaused(): boolean {
    return this.#sinkPaused
  }

  /** Gathers the body. @param expected - length the head announces, 0 when it is chunked */
  gather(expected: number, maxBytes: number): void {
    this.#collector = new BodyCollector(expected)
    this.#maxBytes = maxBytes
  }

  /** What was gathered. */
  takeGathered(): Buffer {
    const bytes = this.#collector!.take()
    this.#collector = null
    return bytes
  }

  /** Passes the body on to `sink`. */
  passTo(sink: BodySink): void {
    this.#sink = sink
  }

  resumeSink(): void {
    this.#sinkPaused = false
  }

  /** Reads body bytes of `buf[start, end)`: the position reached, or one of the negative results above. */
  read(buf: Buffer, start: number, end: number): number {
    const next = this.#reader.read(buf, start, end, this)
    if (next < 0) return BROKEN_BODY
    const collector = this.#collector
    if (collector !== null) {
      return collector.length + this.#reader.announced > this.#maxBytes ? BODY_TOO_LARGE : next
    }
    if (this.#sink !== null) return next
    this.#discarded += next - start
    return this.#discarded > MAX_DRAIN_BYTES ? TOO_MUCH_UNREAD : next
  }

  onChunkData(buf: Buffer, start: number, end: number): boolean {
    const collector = this.#collector
    if (collector !== null) {
      collector.onChunkData(buf, start, end)
      return collector.length <= this.#maxBytes
    }
    if (this.#sink === null) return true
    this.#sinkPaused = !this.#sink.onData(Buffer.from(buf.subarray(start, end)))
    return !this.#sinkPaused
  }

  /** The body is complete: tells the sink. */
  endSink(): void {
    if (this.#sink === null || this.#sinkEnded) return
    this.#sinkEnded = true
    this.#sink.onEnd(this.#reader.trailers)
  }

  /** Gives the sink a body that was read before. */
  giveAll(body: Buffer, trailers: string[]): void {
    const sink = this.#sink!
    sink.onData(body)
    this.#sinkEnded = true
    sink.onEnd(trailers)
  }

  /** The body will never be complete: tells the sink. */
  failSink(err: Error): void {
    const sink = this.#sink
    if (sink === null || this.#sinkEnded) return
    this.#sinkEnded = true
    sink.onError(err)
  }

  /** The framing of the body failed; nothing more of it is read. */
  breakOff(err: Error): void {
    this.failSink(err)
    this.#reader.start(false, 0, 0)
    this.#sink = null
    this.broken = true
  }
}
