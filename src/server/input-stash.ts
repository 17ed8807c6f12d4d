const NO_BYTES = Buffer.alloc(0)
const FIRST_BYTES = 1024

/** Input of a connection that could not be handled when it arrived: `bytes[start, end)`. */
export class InputStash {
  bytes = NO_BYTES
  start = 0
  end = 0

  get isEmpty(): boolean {
    return this.start === this.end
  }

  get length(): number {
    return this.end - this.start
  }

  /** Makes `buf[start, end)` the content; `buf` may be the stash's own memory. */
  set(buf: Buffer, start: number, end: number): void {
    if (buf === this.bytes) {
      this.start = start
      this.end = end
    } else {
      this.start = this.end = 0
      this.append(buf, start, end)
    }
  }

  append(buf: Buffer, start: number, end: number): void {
    const more = end - start
    if (this.end + more > this.bytes.length) {
      const length = this.length
      const fits = length + more <= this.bytes.length
      const to = fits ? this.bytes : Buffer.allocUnsafe(Math.max((length + more) * 2, FIRST_BYTES))
      this.bytes.copy(to, 0, this.start, this.end)
      this.bytes = to
      this.start = 0
      this.end = length
    }
    buf.copy(this.bytes, this.end, start, end)
    this.end += more
  }

  /** Forgets the content, keeping the memory for the next one. */
  clear(): void {
    this.start = this.end = 0
  }

  /** Forgets the content and lets go of the memory. */
  drop(): void {
    this.bytes = NO_BYTES
    this.start = this.end = 0
  }
}
