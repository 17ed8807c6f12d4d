import { TOKEN_CHARS } from '../bytes/ascii.js'
import { latin1Slice } from '../bytes/slices.js'
import { commonBytes, copyBytes, NO_VIEW, viewOf } from '../bytes/words.js'
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

const CR = 13
const LF = 10
const SP = 32
const SLASH = 47

/** A longer head is forgotten at the end of its read. */
const MAX_KEPT_BYTES = 2048

/** Methods that need no string of their own, the most frequent first. */
const KNOWN = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'CONNECT', 'TRACE']

/** 1 for what may stand in a request target: anything but controls, SP and DEL. */
const TARGET = new Uint8Array(256)
for (let i = 0; i < 256; i++) TARGET[i] = i > SP && i !== 127 ? 1 : 0

/** Scheme and authority of absolute-form (RFC 3986, sections 3.1 and 3.2), the host apart from user information. */
const ABSOLUTE_FORM = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[\w\-.~!$&'()*+,;=:%@]*@)?([^/?#@:][^/?#@]*)/
/** authority-form (RFC 9112, section 3.2.3). */
const AUTHORITY_FORM = /^(?:\[[0-9A-Fa-f:.%\w~-]+\]|[\w.~!$&'()*+,;=%-]+):\d+$/

/**
 * Parses request heads. What a call found stands in the fields until the next one. Most clients send the same head, or nearly the same,
 * again: bytes that are equal to those before them need no second look.
 */
export class RequestParser {
  method = ''
  target = ''
  minorVersion = 1
  fields = new FieldBlock()
  /** Position behind the head. */
  next = 0

  /** Where the last head that was found stands: in what is being read, and from the end of the read in a copy. */
  #view = NO_VIEW
  #start = 0
  /** 0 when there is none. */
  #length = 0
  /** Bytes of its request line. */
  #lineLength = 0
  /** So many of its first bytes are in the copy. */
  #copied = 0
  #copy: Buffer | null = null
  #copyView = NO_VIEW

  /**
   * Parses one head from `buf[start, end)`, skipping empty lines before it (RFC 9112, section 2.2). `buf` is looked at until `endOfRead`.
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

    const length = this.#length
    const view = viewOf(buf)
    const same = commonBytes(view, p, this.#view, this.#start, Math.min(length, end - p))
    if (same === length && length > 0) {
      this.next = p + length
      return 0
    }
    this.#length = 0
    const result = this.#parse(buf, p, end, same)
    if (result === 0) {
      this.#copied = this.#view === this.#copyView ? same : 0
      this.#view = view
      this.#start = p
      this.#length = this.next - p
    }
    return result
  }

  /** @param same - so many bytes are known to be those of the head before */
  #parse(buf: Buffer, start: number, end: number, same: number): number {
    const lineLength = this.#lineLength
    if (same < lineLength || same === 0) return this.#parseAll(buf, start, end)
    const next = this.fields.scan(buf, start + lineLength, end, same - lineLength)
    if (next < 0) return next
    this.next = next
    return this.#check()
  }

  #parseAll(buf: Buffer, start: number, end: number): number {
    let p = start
    while (p < end && TOKEN_CHARS[buf[p]!] === 1) p++
    if (p >= end) return NEED_MORE
    if (buf[p] !== SP || p === start) return buf[p] === CR ? BAD_REQUEST_LINE : BAD_METHOD
    const methodEnd = p++

    const targetStart = p
    while (p < end && TARGET[buf[p]!] === 1) p++
    if (p >= end) return NEED_MORE
    if (buf[p] !== SP || p === targetStart) return BAD_TARGET
    const targetEnd = p++

    const version = parseVersion(buf, p, end)
    if (version < 0) return version
    p += 10

    const next = this.fields.scan(buf, p, end)
    if (next < 0) return next
    this.next = next
    this.#lineLength = p - start
    this.minorVersion = version
    this.method = methodName(buf, start, methodEnd)
    this.target = isText(buf, targetStart, targetEnd, '/')
      ? '/'
      : latin1Slice(buf, targetStart, targetEnd)
    return this.#check()
  }

  /** Leaves the current fields to a request that outlives its turn. */
  abandonFields(): void {
    const { anyHost } = this.fields
    this.fields.keepText()
    this.fields = new FieldBlock()
    this.fields.anyHost = anyHost
    this.#length = 0
  }

  /**
   * The memory that was parsed is about to be reused.
   *
   * @param inUse - the current fields will be looked at again
   */
  endOfRead(inUse: boolean): void {
    const length = this.#length
    if (length > 0 && length <= MAX_KEPT_BYTES) {
      if (this.#view !== this.#copyView) this.#keep(length)
      return
    }
    this.#length = 0
    if (inUse) return this.fields.keepText()
    this.fields.reset()
    this.method = this.target = ''
  }

  #keep(length: number): void {
    if (this.#copy === null) {
      const copy = (this.#copy = Buffer.allocUnsafe(MAX_KEPT_BYTES))
      this.#copyView = new DataView(copy.buffer, copy.byteOffset, copy.length)
    }
    copyBytes(this.#view, this.#start, this.#copyView, this.#copied, length)
    this.fields.moveTo(this.#copy, this.#copyView, this.#start)
    this.#view = this.#copyView
    this.#start = 0
  }

  /** What needs the whole head: the form of the target, Host and framing (RFC 9112, sections 3.2 and 6). */
  #check(): number {
    if (this.method === 'CONNECT') {
      if (!AUTHORITY_FORM.test(this.target)) return BAD_TARGET
    } else if (
      this.target.charCodeAt(0) !== SLASH &&
      this.target !== '*' &&
      !isAbsoluteForm(this.target)
    ) {
      return BAD_TARGET
    }
    const fields = this.fields
    if (this.minorVersion === 1) {
      if (!fields.anyHost && !fields.hasHost) return MISSING_HOST
      if (fields.chunked && fields.contentLength >= 0) return FRAMING_CONFLICT
    } else if (fields.chunked) {
      return BAD_TRANSFER_ENCODING
    }
    return 0
  }
}

function methodName(buf: Buffer, start: number, end: number): string {
  for (const name of KNOWN) if (isText(buf, start, end, name)) return name
  return latin1Slice(buf, start, end)
}

function isText(buf: Buffer, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false
  for (let i = 0; i < text.length; i++) if (buf[start + i] !== text.charCodeAt(i)) return false
  return true
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
