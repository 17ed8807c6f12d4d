import { equalsIgnoreCase, isToken } from '../bytes/ascii.js'
import { normalizeHeaderKey } from './header-key.js'

/** Anything but HTAB, printable ASCII and the bytes above it: what may not stand in a field value (RFC 9110, section 5.5). */
const UNSAFE_VALUE = /[^\t\x20-\x7e\x80-\xff]/
const WIDE = /[^\x00-\xff]/

let lastClean = ''

/**
 * Makes `value` safe to stand in a header line: control characters become spaces, so that no caller's data can start a line of
 * its own, and characters above U+00FF are written as UTF-8 (as latin1 they would lose their high byte and could become CR or LF).
 */
export function cleanValue(value: string): string {
  // Programs set the same few values again and again.
  if (value === lastClean) return value
  if (!UNSAFE_VALUE.test(value)) {
    lastClean = value
    return value
  }
  if (WIDE.test(value)) value = Buffer.from(value, 'utf8').toString('latin1')
  return value.replace(/[^\t\x20-\x7e\x80-\xff]/g, ' ')
}

/**
 * Makes a token of `name` (RFC 9110, section 5.6.2): other characters become `-`. A colon or a space at the end would let a caller's
 * data name the field, and `Content-Length ` is Content-Length to some recipients.
 */
export function cleanName(name: string): string {
  return cleanValue(name).replace(/[^!#$%&'*+\-.^_`|~0-9A-Za-z]/g, '-')
}

/**
 * An ordered list of field lines with case-insensitive names. Order is kept by every operation; names keep the spelling
 * they were given unless `normalize` puts them in Train-Case. The arrays outlive `reset` (only the first `length` entries count), so
 * that a pooled message with a few headers allocates nothing for them.
 */
export class HeaderStore {
  readonly names: string[] = []
  readonly values: string[] = []
  length = 0
  normalize = true

  /** Appends a line without looking at it: for input that was validated already. */
  push(name: string, value: string): void {
    this.names[this.length] = name
    this.values[this.length] = value
    this.length++
  }

  /** `name` as it goes to the wire. */
  key(name: string): string {
    const clean = isToken(name) ? name : cleanName(name)
    return this.normalize ? normalizeHeaderKey(clean) : clean
  }

  indexOf(name: string): number {
    const names = this.names
    for (let i = 0; i < this.length; i++) if (equalsIgnoreCase(names[i]!, name)) return i
    return -1
  }

  has(name: string): boolean {
    return this.indexOf(name) >= 0
  }

  /** First value under `name`. */
  get(name: string): string | undefined {
    const i = this.indexOf(name)
    return i < 0 ? undefined : this.values[i]
  }

  getAll(name: string): string[] {
    const found: string[] = []
    for (let i = 0; i < this.length; i++) {
      if (equalsIgnoreCase(this.names[i]!, name)) found.push(this.values[i]!)
    }
    return found
  }

  add(name: string, value: string): void {
    if (name !== '') this.push(this.key(name), cleanValue(value))
  }

  /** Replaces the first line of that name, as Go does, or appends one. */
  set(name: string, value: string): void {
    const i = this.indexOf(name)
    if (i < 0) this.add(name, value)
    else {
      this.names[i] = this.key(name)
      this.values[i] = cleanValue(value)
    }
  }

  /** Removes every line of that name. */
  delete(name: string): void {
    let kept = 0
    for (let i = 0; i < this.length; i++) {
      if (equalsIgnoreCase(this.names[i]!, name)) continue
      this.names[kept] = this.names[i]!
      this.values[kept] = this.values[i]!
      kept++
    }
    this.#truncate(kept)
  }

  copyTo(dst: HeaderStore): void {
    dst.reset()
    dst.normalize = this.normalize
    for (let i = 0; i < this.length; i++) dst.push(this.names[i]!, this.values[i]!)
  }

  reset(): void {
    this.#truncate(0)
  }

  /** Lets go of the strings above `length`, so that a pooled store keeps nobody's data. */
  #truncate(length: number): void {
    for (let i = length; i < this.length; i++) {
      this.names[i] = ''
      this.values[i] = ''
    }
    this.length = length
  }

  toString(): string {
    let text = ''
    for (let i = 0; i < this.length; i++) text += `${this.names[i]}: ${this.values[i]}\r\n`
    return text
  }
}
