import process from 'node:process'
import { Duplex } from 'node:stream'

/** As little of a socket as node:http and undici want to see. */
class FakeSocket extends Duplex {
  constructor() {
    super({ allowHalfOpen: true })
  }
  _read() {}
  setTimeout() {
    return this
  }
  setNoDelay() {
    return this
  }
  setKeepAlive() {
    return this
  }
  ref() {
    return this
  }
  unref() {
    return this
  }
}

/** One end of a pipe: what is written to it is read from its peer. */
class PipeEnd extends FakeSocket {
  peer = null
  _write(chunk, _encoding, done) {
    this.peer.push(chunk)
    done()
  }
  _final(done) {
    this.peer.push(null)
    done()
  }
}

/** Two connected sockets in memory. */
export function pipe() {
  const a = new PipeEnd()
  const b = new PipeEnd()
  a.peer = b
  b.peer = a
  return [a, b]
}

/** Answers every write with the same bytes. */
export class CannedSocket extends FakeSocket {
  #answer
  constructor(answer) {
    super()
    this.#answer = answer
  }
  _write(_chunk, _encoding, done) {
    process.nextTick(() => this.push(this.#answer))
    done()
  }
  _final(done) {
    this.push(null)
    done()
  }
}
