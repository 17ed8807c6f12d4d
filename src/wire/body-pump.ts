import type { Readable } from 'node:stream'
import { BodyStreamLengthError, ConnectionClosedError } from '../errors.js'
import type { BodyWriter, StreamWriter } from '../http/stream-writer.js'

/** Where a streamed body goes. */
export interface BodyTarget {
  /** `false`: wait for {@link BodyPump.onDrain}. */
  write(data: string | Uint8Array): boolean
  readonly signal: () => AbortSignal
}

/** Sends a body piece by piece. */
export interface BodyPump {
  onDrain(): void
  /** The client is gone. */
  abort(): void
}

/** Bytes a writer gathers before they are sent without a flush. */
const GATHER_BYTES = 16 * 1024

/**
 * Sends a Readable as a body.
 *
 * @param size - bytes the head announced, `-1` for none
 * @param chunked - frame with chunked coding
 * @param done - called once: with an error when the body is not complete and the connection must go
 */
export function pumpStream(
  stream: Readable,
  size: number,
  chunked: boolean,
  target: BodyTarget,
  done: (err: Error | undefined) => void
): BodyPump {
  let sent = 0
  let finished = false
  const finish = (err: Error | undefined): void => {
    if (finished) return
    finished = true
    if (!stream.destroyed) stream.destroy()
    done(err)
  }
  // Its events are over already.
  if (stream.destroyed || stream.readableEnded) {
    const over = stream.errored ?? new ConnectionClosedError('the body stream was closed before')
    process.nextTick(finish, stream.readableEnded && sent >= size ? undefined : over)
  }
  stream.on('data', (data: Buffer | string) => {
    if (finished || data.length === 0) return
    const chunk = typeof data === 'string' ? Buffer.from(data) : data
    sent += chunk.length
    if (size >= 0 && sent > size)
      return finish(new BodyStreamLengthError(`more than ${size} bytes`))
    if (!writeChunk(target, chunk, chunked)) stream.pause()
  })
  stream.on('end', () => {
    const short = size >= 0 && sent < size
    finish(short ? new BodyStreamLengthError(`${sent} bytes instead of ${size}`) : undefined)
  })
  stream.on('error', finish)
  stream.on('close', () =>
    finish(new ConnectionClosedError('the body stream closed before its end'))
  )
  return {
    onDrain: () => stream.resume(),
    abort: () => finish(new ConnectionClosedError()),
  }
}

/** Lets `writer` write a body. Parameters as of {@link pumpStream}. */
export function pumpWriter(
  writer: StreamWriter,
  chunked: boolean,
  target: BodyTarget,
  done: (err: Error | undefined) => void
): BodyPump {
  let gathered: Buffer[] = []
  let size = 0
  let gone = false
  let waiting: (() => void)[] = []
  let blocked = false

  const send = (): void => {
    if (size === 0) return
    const chunk = gathered.length === 1 ? gathered[0]! : Buffer.concat(gathered)
    gathered = []
    size = 0
    blocked = !writeChunk(target, chunk, chunked)
  }
  const wake = (): void => {
    const woken = waiting
    waiting = []
    for (const resume of woken) resume()
  }
  const w: BodyWriter = {
    write(data) {
      if (gone) throw new ConnectionClosedError()
      if (data.length === 0) return
      // A copy: the caller may reuse its buffer at once.
      gathered.push(Buffer.from(data as string))
      size += gathered[gathered.length - 1]!.length
      if (size >= GATHER_BYTES) send()
    },
    async flush() {
      if (gone) throw new ConnectionClosedError()
      send()
      if (blocked) await new Promise<void>((resolve) => waiting.push(resolve))
      if (gone) throw new ConnectionClosedError()
    },
    get signal() {
      return target.signal()
    },
  }

  const run = async (): Promise<void> => {
    await writer(w)
    if (!gone) send()
  }
  run().then(
    () => done(gone ? new ConnectionClosedError() : undefined),
    (err: unknown) => done(err instanceof Error ? err : new Error(String(err)))
  )
  return {
    onDrain() {
      blocked = false
      wake()
    },
    abort() {
      gone = true
      wake()
    },
  }
}

function writeChunk(target: BodyTarget, chunk: Buffer, chunked: boolean): boolean {
  if (!chunked) return target.write(chunk)
  target.write(chunk.length.toString(16) + '\r\n')
  target.write(chunk)
  return target.write('\r\n')
}
