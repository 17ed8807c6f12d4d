import { BadTrailerError } from '../errors.js'
import { appendTo, toByteString, toBuffer } from '../bytes/byte-string.js'
import { cleanValue, HeaderStore } from './header-store.js'
import { isTrailerAllowed } from './trailer.js'
import { equalsIgnoreCase } from '../bytes/ascii.js'

/** Text or bytes; header material is latin1, one character a byte. */
export type Bytes = string | Uint8Array

export function header(value: Bytes): string {
  return typeof value === 'string' ? value : toByteString(value)
}

/** `close` as a member of a list. (RFC 9110, section 7.6.1) */
const CLOSE = /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i

/** What request and response headers share. Field names are compared without regard to case everywhere. */
export abstract class MessageHeader {
  /** @internal The lines, in order. */
  readonly _store = new HeaderStore()
  /** @internal Names announced in `Trailer`. */
  _trailerKeys: string[] = []
  /** @internal Received or to be sent trailer fields, names and values by turns. */
  _trailerFields: string[] = []
  protected closes = false
  protected noDefaultContentType = false

  /** Names that {@link peekKeys} puts first. */
  protected abstract readonly firstKeys: readonly string[]

  /** First line, lines and the empty line behind them. */
  abstract header(): string

  /** Brings lines that are still in wire form into the store. */
  protected abstract fill(): HeaderStore

  /** First value under `key`, `undefined` when there is none. The value is latin1: one character a byte. */
  peek(key: Bytes): string | undefined {
    return this.fill().get(header(key))
  }

  /** As {@link peek}, as bytes. The bytes are a copy. */
  peekBytes(key: Bytes): Buffer | undefined {
    const value = this.peek(key)
    return value === undefined ? undefined : toBuffer(value)
  }

  /** As {@link peek}. Go's differs where keys are normalized; here no spelling matters. */
  peekCanonical(key: Bytes): string | undefined {
    return this.peek(key)
  }

  /** Every value under `key`, in order. */
  peekAll(key: Bytes): string[] {
    return this.fill().getAll(header(key))
  }

  /** The names of all lines, each once: those a message has a method for first, Connection last, the others in order. */
  peekKeys(): string[] {
    const keys = [...new Set([...this.all()].map(([name]) => name))]
    const rank = (key: string): number => {
      if (equalsIgnoreCase(key, 'Connection')) return this.firstKeys.length + 1
      const i = this.firstKeys.findIndex((first) => equalsIgnoreCase(first, key))
      return i < 0 ? this.firstKeys.length : i
    }
    return keys.sort((a, b) => rank(a) - rank(b))
  }

  /** Appends a line. Line breaks in either part become spaces. */
  add(key: Bytes, value: Bytes): void {
    this.setField(header(key), header(value), true)
  }

  /** Sets the first line named `key`, or appends one. Line breaks in either part become spaces. */
  set(key: Bytes, value: Bytes): void {
    this.setField(header(key), header(value), false)
  }

  /** As {@link set}; the name is written as given. */
  setCanonical(key: Bytes, value: Bytes): void {
    const store = this.fill()
    const normalize = store.normalize
    store.normalize = false
    this.setField(header(key), header(value), false)
    store.normalize = normalize
  }

  /** Removes every line named `key`. */
  del(key: Bytes): void {
    const name = header(key)
    this.fill().delete(name)
    if (equalsIgnoreCase(name, 'Connection')) this.closes = false
    if (equalsIgnoreCase(name, 'Trailer')) this._trailerKeys = []
  }

  /** The lines in order, names in the form they are written in. */
  *all(): IterableIterator<[name: string, value: string]> {
    const { names, values, length } = this.fill()
    for (let i = 0; i < length; i++) yield [names[i]!, values[i]!]
  }

  [Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    return this.all()
  }

  /** Calls `fn` for every line. */
  visitAll(fn: (name: string, value: string) => void): void {
    for (const [name, value] of this.all()) fn(name, value)
  }

  /** Number of lines. */
  len(): number {
    let n = 0
    for (const _ of this.all()) n++
    return n
  }

  /** As {@link header}, as bytes. */
  headerBytes(): Buffer {
    return toBuffer(this.header())
  }

  /** As {@link header}. */
  toString(): string {
    return this.header()
  }

  /** A new buffer with the bytes of `dst` and, behind them, those of {@link header}. */
  appendBytes(dst?: Uint8Array): Buffer {
    return appendTo(dst, this.header())
  }

  /** Writes the bytes of {@link header} to `w`; returns their number. */
  writeTo(w: { write(chunk: Buffer): unknown }): number {
    const bytes = this.headerBytes()
    w.write(bytes)
    return bytes.length
  }

  /** As {@link writeTo}. Go: `Write`. */
  write(w: { write(chunk: Buffer): unknown }): void {
    this.writeTo(w)
  }

  /** Does the message ask to close the connection? */
  connectionClose(): boolean {
    return this.closes
  }

  /** Makes the message ask to close the connection. */
  setConnectionClose(): void {
    this.closes = true
  }

  resetConnectionClose(): void {
    this.closes = false
    this.fill().delete('Connection')
  }

  /** Names are written as they are given from here on. */
  disableNormalizing(): void {
    this._store.normalize = false
  }

  enableNormalizing(): void {
    this._store.normalize = true
  }

  /** With `true` no Content-Type is written unless one was set. */
  setNoDefaultContentType(on: boolean): void {
    this.noDefaultContentType = on
  }

  /**
   * Announces trailer fields, replacing those announced before.
   * Throws `FH_ERR_BAD_TRAILER` for a name that must not stand in a trailer, having taken the allowed ones.
   */
  setTrailer(list: string): void {
    this._trailerKeys = []
    this.addTrailer(list)
  }

  /** As {@link setTrailer}, keeping those announced before. */
  addTrailer(list: string): void {
    let bad: string | undefined
    for (const part of list.split(',')) {
      const name = this._store.key(part.replace(/^[ \t]+|[ \t]+$/g, ''))
      if (!isTrailerAllowed(name)) bad = name
      else if (!this._trailerKeys.includes(name)) this._trailerKeys.push(name)
    }
    if (bad !== undefined) throw new BadTrailerError(bad)
  }

  /** The announced names. */
  peekTrailerKeys(): string[] {
    return [...this._trailerKeys]
  }

  /** The fields announced as trailers, with the empty line behind them. */
  trailerHeader(): string {
    return this._trailerSection()
  }

  /** As {@link trailerHeader}, as bytes. */
  trailerHeaderBytes(): Buffer {
    return toBuffer(this._trailerSection())
  }

  /** @internal The trailer section, with the empty line behind it. */
  _trailerSection(): string {
    let lines = ''
    for (const key of this._trailerKeys) {
      for (const value of this.fill().getAll(key)) lines += `${key}: ${value}\r\n`
    }
    return lines + '\r\n'
  }

  /** Trailer fields: received ones once the body was read, or those to be sent. They never stand among the header lines. */
  *trailers(): IterableIterator<[name: string, value: string]> {
    for (let i = 0; i < this._trailerFields.length; i += 2) {
      yield [this._trailerFields[i]!, this._trailerFields[i + 1]!]
    }
  }

  /** Calls `fn` for each of {@link trailers}. */
  visitAllTrailer(fn: (name: string, value: string) => void): void {
    for (const [name, value] of this.trailers()) fn(name, value)
  }

  protected setField(name: string, value: string, append: boolean): void {
    const store = this.fill()
    if (append) store.add(name, value)
    else store.set(name, value)
  }

  /** Trailers announced by a line; names that must not stand in a trailer are left out, as in Go. */
  protected setTrailerLine(value: string, append: boolean): void {
    try {
      if (append) this.addTrailer(value)
      else this.setTrailer(value)
    } catch (err) {
      if (!(err instanceof BadTrailerError)) throw err
    }
  }

  /** Takes over the value of a Connection line; `true` when nothing is left to keep of it. */
  protected setConnectionLine(value: string): boolean {
    this.closes = CLOSE.test(value)
    return equalsIgnoreCase(value, 'close')
  }

  protected setTyped(name: string, value: string): void {
    const store = this.fill()
    const i = store.indexOf(name)
    if (i < 0) store.push(name, cleanValue(value))
    else store.values[i] = cleanValue(value)
  }

  protected resetMessage(): void {
    this._store.reset()
    if (this._trailerKeys.length > 0) this._trailerKeys = []
    if (this._trailerFields.length > 0) this._trailerFields = []
    this.closes = false
    this.noDefaultContentType = false
  }

  protected copyMessageTo(dst: MessageHeader): void {
    this.fill().copyTo(dst._store)
    dst._trailerKeys = [...this._trailerKeys]
    dst._trailerFields = [...this._trailerFields]
    dst.closes = this.closes
    dst.noDefaultContentType = this.noDefaultContentType
  }
}
