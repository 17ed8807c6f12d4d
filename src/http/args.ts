import { appendTo, toBuffer, toByteString, toText, type TextOrBytes } from '../bytes/byte-string.js'
import { formatUint, parseUfloat, parseUint, ufloatValue, uintValue } from '../bytes/codec.js'
import { escapeForm, unescapeForm } from '../bytes/escape.js'
import { FreeList } from '../bytes/free-list.js'
import { excerpt, NoArgValueError } from '../errors.js'

const ESCAPED = /[%+]/
const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True', 'y', 'yes', 'Y', 'YES', 'Yes'])

/** Orders two strings: negative when `a` comes first. */
export type Compare = (a: string, b: string) => number

const compareBytes: Compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0)

/**
 * The arguments of a query or of an urlencoded form: pairs in order, keys may repeat, a key may stand without a value (`a`, as opposed
 * to `a=`). Strings are text: escaped bytes are decoded as UTF-8, with U+FFFD for what is not UTF-8; the `...Bytes` methods give the
 * bytes themselves. Go: `Args`.
 */
export class Args {
  // Keys and values by turns, as unescaped byte strings; `undefined` is no value.
  #pairs: (string | undefined)[] = []

  /** @internal Set once the pairs may differ from what was parsed. */
  _modified = false

  /** Replaces all by the pairs of `text`, as in `a=1&b&c=x+y%21`. A malformed escape stands for itself. */
  parse(text: TextOrBytes): void {
    this._load(toByteString(text))
    this._modified = true
  }

  /** @internal {@link parse} for a byte string, which is what is meant to be held: nothing counts as modified. */
  _load(bytes: string): void {
    this.reset()
    this._modified = false
    const pairs = this.#pairs
    const unescape = ESCAPED.test(bytes) ? unescapeForm : (part: string): string => part
    let equals = bytes.indexOf('=')
    for (let start = 0, end; start < bytes.length; start = end + 1) {
      end = bytes.indexOf('&', start)
      if (end === -1) end = bytes.length
      // Searched for again only when passed: text without `=` must not be scanned once for every pair.
      if (equals !== -1 && equals < start) equals = bytes.indexOf('=', start)
      if (end === start) continue
      if (equals === -1 || equals > end) pairs.push(unescape(bytes.slice(start, end)), undefined)
      else pairs.push(unescape(bytes.slice(start, equals)), unescape(bytes.slice(equals + 1, end)))
    }
  }

  /** Number of pairs. */
  len(): number {
    return this.#pairs.length / 2
  }

  /** Whether there is a pair with this key. */
  has(key: TextOrBytes): boolean {
    return this.#indexOf(toByteString(key)) !== -1
  }

  /** Value of the first pair with this key: `''` when it has none, `undefined` when there is no such pair. */
  peek(key: TextOrBytes): string | undefined {
    const value = this.#first(key)
    return value === undefined ? undefined : toText(value)
  }

  /** As {@link peek}, as bytes. */
  peekBytes(key: TextOrBytes): Buffer | undefined {
    const value = this.#first(key)
    return value === undefined ? undefined : toBuffer(value)
  }

  /** Values of all pairs with this key, in order. */
  peekMulti(key: TextOrBytes): string[] {
    return this.#all(key).map(toText)
  }

  /** As {@link peekMulti}, as bytes. */
  peekMultiBytes(key: TextOrBytes): Buffer[] {
    return this.#all(key).map(toBuffer)
  }

  /** Appends a pair. */
  add(key: TextOrBytes, value: TextOrBytes): void {
    this.#push(toByteString(key), toByteString(value))
  }

  /** Appends a key without a value. */
  addNoValue(key: TextOrBytes): void {
    this.#push(toByteString(key), undefined)
  }

  /** Sets the value of the first pair with this key, or appends a pair. Further pairs with the key stay: see {@link del}. */
  set(key: TextOrBytes, value: TextOrBytes): void {
    this.#set(toByteString(key), toByteString(value))
  }

  /** As {@link set}, for a key without a value. */
  setNoValue(key: TextOrBytes): void {
    this.#set(toByteString(key), undefined)
  }

  /** Removes all pairs with this key; the others keep their order. */
  del(key: TextOrBytes): void {
    const wanted = toByteString(key)
    const pairs = this.#pairs
    let kept = 0
    for (let i = 0; i < pairs.length; i += 2) {
      if (pairs[i] === wanted) continue
      pairs[kept++] = pairs[i]
      pairs[kept++] = pairs[i + 1]
    }
    pairs.length = kept
    this._modified = true
  }

  /**
   * Value of a key as an integer from 0 to 2^53-1.
   *
   * Throws `FH_ERR_NO_ARG_VALUE` when the key is absent or its value empty, `FH_ERR_INVALID_NUMBER` when it is not such a number.
   */
  getUint(key: TextOrBytes): number {
    return parseUint(this.#number(key))
  }

  /** As {@link getUint}, with 0 in place of an error. */
  getUintOrZero(key: TextOrBytes): number {
    return uintValue(this.#first(key) ?? '') || 0
  }

  /** Sets a value to an integer from 0 to 2^53-1; throws `FH_ERR_INVALID_NUMBER` for any other number. */
  setUint(key: TextOrBytes, value: number): void {
    this.set(key, formatUint(value))
  }

  /**
   * Value of a key as an unsigned decimal number.
   *
   * Throws `FH_ERR_NO_ARG_VALUE` when the key is absent or its value empty, `FH_ERR_INVALID_NUMBER` when it is not such a number.
   */
  getUfloat(key: TextOrBytes): number {
    return parseUfloat(this.#number(key))
  }

  /** As {@link getUfloat}, with 0 in place of an error. */
  getUfloatOrZero(key: TextOrBytes): number {
    return ufloatValue(this.#first(key) ?? '') || 0
  }

  /** Whether the value of a key is `1`, `t`, `T`, `true`, `TRUE`, `True`, `y`, `yes`, `Y`, `YES` or `Yes`. */
  getBool(key: TextOrBytes): boolean {
    return TRUE.has(this.#first(key) ?? '')
  }

  /** The pairs in order, `''` for no value. */
  *all(): Generator<[key: string, value: string], undefined> {
    const pairs = this.#pairs
    for (let i = 0; i < pairs.length; i += 2)
      yield [toText(pairs[i] ?? ''), toText(pairs[i + 1] ?? '')]
  }

  [Symbol.iterator](): Generator<[key: string, value: string], undefined> {
    return this.all()
  }

  /** Calls `fn` for each pair in order. */
  visitAll(fn: (key: string, value: string) => void): void {
    for (const [key, value] of this.all()) fn(key, value)
  }

  /** Sorts by key, then by value; equal pairs keep their order. Without `compare` by their bytes. */
  sort(compare?: Compare): void {
    const order = onText(compare)
    this.#sort((a, b) => order(a[0], b[0]) || order(a[1] ?? '', b[1] ?? ''))
  }

  /** Sorts by key; pairs with the same key keep their order. Without `compare` by their bytes. */
  sortKeys(compare?: Compare): void {
    const order = onText(compare)
    this.#sort((a, b) => order(a[0], b[0]))
  }

  /** The pairs in escaped form, `a=1&b&c=x+y%21`. */
  queryString(): string {
    const pairs = this.#pairs
    let out = ''
    for (let i = 0; i < pairs.length; i += 2) {
      if (i > 0) out += '&'
      out += escapeForm(pairs[i] ?? '')
      const value = pairs[i + 1]
      if (value !== undefined) out += '=' + escapeForm(value)
    }
    return out
  }

  /** As {@link queryString}, as bytes. */
  queryStringBytes(): Buffer {
    return toBuffer(this.queryString())
  }

  /** As {@link queryString}. */
  toString(): string {
    return this.queryString()
  }

  /** A new buffer with the bytes of `dst` and, behind them, those of {@link queryString}. */
  appendBytes(dst?: Uint8Array): Buffer {
    return appendTo(dst, this.queryString())
  }

  /** Writes the bytes of {@link queryString} to `w`; returns their number. */
  writeTo(w: { write(chunk: Buffer): unknown }): number {
    const bytes = this.queryStringBytes()
    w.write(bytes)
    return bytes.length
  }

  /** Makes `dst` a copy of this. */
  copyTo(dst: Args): void {
    dst.#pairs = this.#pairs.slice()
    dst._modified = true
  }

  /** Removes all pairs. */
  reset(): void {
    this.#pairs.length = 0
    this._modified = true
  }

  #indexOf(key: string): number {
    const pairs = this.#pairs
    for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === key) return i
    return -1
  }

  #first(key: TextOrBytes): string | undefined {
    const i = this.#indexOf(toByteString(key))
    return i === -1 ? undefined : (this.#pairs[i + 1] ?? '')
  }

  #all(key: TextOrBytes): string[] {
    const wanted = toByteString(key)
    const pairs = this.#pairs
    const found: string[] = []
    for (let i = 0; i < pairs.length; i += 2)
      if (pairs[i] === wanted) found.push(pairs[i + 1] ?? '')
    return found
  }

  #number(key: TextOrBytes): string {
    const value = this.#first(key)
    if (!value) throw new NoArgValueError(excerpt(toText(toByteString(key))))
    return value
  }

  #push(key: string, value: string | undefined): void {
    this.#pairs.push(key, value)
    this._modified = true
  }

  #set(key: string, value: string | undefined): void {
    const i = this.#indexOf(key)
    if (i === -1) this.#pairs.push(key, value)
    else this.#pairs[i + 1] = value
    this._modified = true
  }

  #sort(compare: (a: Pair, b: Pair) => number): void {
    const pairs: Pair[] = []
    for (let i = 0; i < this.#pairs.length; i += 2)
      pairs.push([this.#pairs[i] ?? '', this.#pairs[i + 1]])
    this.#pairs = pairs.sort(compare).flat()
    this._modified = true
  }
}

type Pair = [key: string, value: string | undefined]

function onText(compare: Compare | undefined): Compare {
  return compare === undefined ? compareBytes : (a, b) => compare(toText(a), toText(b))
}

const free = new FreeList(() => new Args())

/** Empty arguments from the pool. Go: `AcquireArgs`. */
export function acquireArgs(): Args {
  return free.acquire()
}

/** Returns arguments to the pool; they must not be used after that. Go: `ReleaseArgs`. */
export function releaseArgs(args: Args): void {
  free.release(args)
}
