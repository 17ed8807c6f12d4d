import { TOKEN_CHARS } from '../bytes/ascii.js'
import { latin1Slice } from '../bytes/slices.js'
import {
  BAD_LINE_END,
  BAD_METHOD,
  BAD_REQUEST_LINE,
  BAD_TARGET,
  BAD_TRANSFER_ENCODING,
  BAD_VERSION,
  FieldBlock,
  FRAMING_CONFLICT,
  MISSING_HOST,
  NEED_MORE,
} from '../http/field-block.js'
import { isValidHost } from '../http/host.js'

/** Decoded at once: a few pipelined heads, but not a large body behind the head. A target that is kept pins this much memory. */
const DECODE_WINDOW_BYTES = 8 * 1024

const CR = 13
const LF = 10
const SP = 32
const SLASH = 47
const LETTER_G = 71

/** Methods that come first in the comparison below, as their constant strings. */
const KNOWN = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'CONNECT', 'TRACE']

/** 1 for what may stand in a request target: anything but controls, SP and DEL. */
const TARGET = new Uint8Array(256)
for (let i = 0; i < 256; i++) TARGET[i] = i > SP && i !== 127 ? 1 : 0

/** Scheme and authority of absolute-form (RFC 3986, sections 3.1 and 3.2), the host apart from user information. */
const ABSOLUTE_FORM = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[\w\-.~!$&'()*+,;=:%@]*@)?([^/?#@:][^/?#@]*)/
/** authority-form (RFC 9112, section 3.2.3). */
const AUTHORITY_FORM = /^(?:\[[0-9A-Fa-f:.%\w~-]+\]|[\w.~!$&'()*+,;=%-]+):\d+$/

/**
 * Parses request heads. One parser serves one connection: the field lines of the last request are kept, since most clients send
 * the same lines again, and equal text needs no second look. What a call found stands in the fields until the next one.
 */
export class RequestParser {
  method = ''
  target = ''
  minorVersion = 1
  fields = new FieldBlock()
  /** Position behind the head. */
  next = 0

  /** Chunk decoded to latin1, kept while several requests of one read are parsed. */
  #text = ''
  #textBuf: Buffer | null = null
  #textStart = 0
  #textEnd = 0

  /**
   * Parses one head from `buf[start, end)`, skipping empty lines before it (RFC 9112, section 2.2).
   *
   * @returns `0` when complete, or a negative result of field-block
   */
  parse(buf: Buffer, start: number, end: number): number {
    let p = start
    while (p < end && (buf[p] === CR || buf[p] === LF)) {
      if (buf[p] === LF) return BAD_LINE_END
      if (p + 1 >= end) return NEED_MORE
      if (buf[p + 1] !== LF) return BAD_LINE_END
      p += 2
    }
    if (p >= end) return NEED_MORE

    const methodStart = p
    while (p < end && TOKEN_CHARS[buf[p]!] === 1) p++
    if (p >= end) return NEED_MORE
    if (buf[p] !== SP || p === methodStart) return buf[p] === CR ? BAD_REQUEST_LINE : BAD_METHOD
    const methodEnd = p++

    const targetStart = p
    while (p < end && TARGET[buf[p]!] === 1) p++
    if (p >= end) return NEED_MORE
    if (buf[p] !== SP || p === targetStart) return BAD_TARGET
    const targetEnd = p++

    const version = parseVersion(buf, p, end)
    if (version < 0) return version
    p += 10

    this.#decode(buf, methodStart, end, Math.max(p + this.fields.length, targetEnd))
    if (!this.#sameFields(p)) {
      const next = this.fields.scan(buf, p, end)
      if (next < 0) return next
      this.fields.keepText(buf, p)
    }
    this.next = p + this.fields.length
    this.minorVersion = version
    this.method = this.#methodName(buf, methodStart, methodEnd)
    this.target = this.#slice(targetStart, targetEnd)
    return this.#check(buf[targetStart]!)
  }

  /** Forgets the last request's text; called when a connection falls idle. */
  forget(): void {
    this.fields.reset()
    this.endOfRead()
  }

  /** Leaves the current fields to a request that outlives its turn. */
  abandonFields(): void {
    const { anyHost } = this.fields
    this.fields = new FieldBlock()
    this.fields.anyHost = anyHost
  }

  /** The read buffer is about to be reused: its text must not be taken for the next read's. */
  endOfRead(): void {
    this.#text = ''
    this.#textBuf = null
  }

  /** Makes the text of `buf[start, need)` available, and more of it for the requests behind. */
  #decode(buf: Buffer, start: number, end: number, need: number): void {
    need = Math.min(need, end)
    if (this.#textBuf === buf && start >= this.#textStart && need <= this.#textEnd) return
    this.#textStart = start
    // Behind a GET there may be the next request; behind most others there is a body, which is nobody's text.
    const window = buf[start] === LETTER_G ? start + DECODE_WINDOW_BYTES : 0
    this.#textEnd = Math.min(end, Math.max(need, window))
    this.#text = latin1Slice(buf, start, this.#textEnd)
    this.#textBuf = buf
  }

  #slice(start: number, end: number): string {
    return this.#text.slice(start - this.#textStart, end - this.#textStart)
  }

  /** Are the bytes at `p` the very field lines of the request before? */
  #sameFields(p: number): boolean {
    const { text, length } = this.fields
    return length > 0 && p + length <= this.#textEnd && this.#slice(p, p + length) === text
  }

  #methodName(buf: Uint8Array, start: number, end: number): string {
    const length = end - start
    if (length === 3 && buf[start] === 71 && buf[start + 1] === 69 && buf[start + 2] === 84)
      return 'GET'
    const name = this.#slice(start, end)
    const i = KNOWN.indexOf(name)
    return i < 0 ? name : KNOWN[i]!
  }

  /** What needs the whole head: the form of the target, Host and framing (RFC 9112, sections 3.2 and 6). */
  #check(first: number): number {
    if (this.method === 'CONNECT') {
      if (!AUTHORITY_FORM.test(this.target)) return BAD_TARGET
    } else if (first !== SLASH && this.target !== '*' && !isAbsoluteForm(this.target)) {
      return BAD_TARGET
    }
    const fields = this.fields
    if (this.minorVersion === 1) {
      if (fields.host < 0 || (!fields.anyHost && fields.value(fields.host) === ''))
        return MISSING_HOST
      if (fields.chunked && fields.contentLength >= 0) return FRAMING_CONFLICT
    } else if (fields.chunked) {
      return BAD_TRANSFER_ENCODING
    }
    return 0
  }
}

/** Is `target` in absolute-form, with a host that can be told apart from what is around it? */
function isAbsoluteForm(target: string): boolean {
  const host = ABSOLUTE_FORM.exec(target)?.[1]
  return host !== undefined && isValidHost(host)
}

const VERSION_PREFIX = [72, 84, 84, 80, 47, 49, 46] // HTTP/1.

/** Reads `HTTP/1.0` or `HTTP/1.1` and the line end: the minor version or a negative result. */
function parseVersion(buf: Uint8Array, p: number, end: number): number {
  for (let i = 0; i < 7; i++) {
    if (p + i >= end) return NEED_MORE
    if (buf[p + i] !== VERSION_PREFIX[i]) return BAD_VERSION
  }
  if (p + 7 >= end) return NEED_MORE
  const minor = buf[p + 7]! - 48
  if (minor !== 0 && minor !== 1) return BAD_VERSION
  if (p + 8 >= end) return NEED_MORE
  if (buf[p + 8] !== CR) return buf[p + 8] === LF ? BAD_LINE_END : BAD_VERSION
  if (p + 9 >= end) return NEED_MORE
  return buf[p + 9] === LF ? minor : BAD_LINE_END
}
