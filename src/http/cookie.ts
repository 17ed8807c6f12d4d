import { equalsIgnoreCase } from '../bytes/ascii.js'
import { appendTo, latin1, toBuffer, type TextOrBytes } from '../bytes/byte-string.js'
import { parseUint } from '../bytes/codec.js'
import { FreeList } from '../bytes/free-list.js'
import { formatHTTPDate, parseHTTPDate } from '../bytes/http-date.js'
import { InvalidCookieValueError, InvalidNumberError, NoCookiesError } from '../errors.js'
import { cleanValue } from './header-store.js'
import { normalizePath } from './path.js'

/** What the `SameSite` attribute of a cookie says, under the names and values of Go. */
export type CookieSameSite = 0 | 1 | 2 | 3 | 4
/** No `SameSite` attribute. */
export const CookieSameSiteDisabled = 0
/** `SameSite` without a value. */
export const CookieSameSiteDefaultMode = 1
/** `SameSite=Lax` */
export const CookieSameSiteLaxMode = 2
/** `SameSite=Strict` */
export const CookieSameSiteStrictMode = 3
/** `SameSite=None` */
export const CookieSameSiteNoneMode = 4

const SAME_SITE = ['', 'SameSite', 'SameSite=Lax', 'SameSite=Strict', 'SameSite=None'] as const

/** The `expire` of a cookie that lives as long as the browser session. */
export const CookieExpireUnlimited: Date | undefined = undefined
/** An `expire` in the past, which deletes the cookie in the browser: 10 November 2009, 23:00 UTC. */
export const CookieExpireDelete = new Date(Date.UTC(2009, 10, 10, 23))

/** What a value or domain must not hold; CR and LF pass because they become spaces. */
const BAD_VALUE = /[\x00-\x09\x0b\x0c\x0e-\x1f\x7f"\\]/
/** What a path must not hold: all but printable ASCII; CR and LF pass because they become spaces. */
const BAD_PATH = /[^\r\n\x20-\x7e]/

/** Start of the date form of old cookies, `10-Nov-2009`; a space takes the place of each dash. */
const DASHED_DATE = /(^[A-Za-z]{3}, [0-9]{2})-([A-Za-z]{3})-(?=[0-9]{4} )/

/**
 * A cookie of a response (RFC 6265, section 4.1). As all header material its strings are latin1, one character a byte; characters
 * above U+00FF are written as UTF-8. Setters replace `;` and control characters by spaces, so that no value can bring attributes or
 * lines of its own. Go: `Cookie`.
 */
export class Cookie {
  #key = ''
  #value = ''
  #expire: Date | undefined = undefined
  #maxAge = 0
  #domain = ''
  #path = ''
  #httpOnly = false
  #secure = false
  #sameSite: CookieSameSite = CookieSameSiteDisabled
  #partitioned = false

  /** Name of the cookie. */
  key(): string {
    return this.#key
  }

  /** As {@link key}, as bytes. */
  keyBytes(): Buffer {
    return toBuffer(this.#key)
  }

  setKey(key: TextOrBytes): void {
    this.#key = clean(key)
  }

  /** Value as it stands in the header, neither decoded nor quoted. */
  value(): string {
    return this.#value
  }

  /** As {@link value}, as bytes. */
  valueBytes(): Buffer {
    return toBuffer(this.#value)
  }

  setValue(value: TextOrBytes): void {
    this.#value = clean(value)
  }

  /** Time at which the cookie expires; `CookieExpireUnlimited`, which is `undefined`, when none is set. */
  expire(): Date | undefined {
    return this.#expire === undefined ? undefined : new Date(this.#expire)
  }

  /** Sets the time at which the cookie expires; throws `FH_ERR_INVALID_DATE` for a date that cannot be written. */
  setExpire(expire: Date | undefined): void {
    if (expire !== undefined) formatHTTPDate(expire)
    this.#expire = expire === undefined ? undefined : new Date(expire)
  }

  /** Seconds the cookie lives, 0 when not set, below 0 when it is to be deleted at once. */
  maxAge(): number {
    return this.#maxAge
  }

  /**
   * Sets the seconds the cookie lives, which wins over {@link setExpire}. 0 takes the attribute away; below 0 deletes the cookie in
   * the browser. Throws `FH_ERR_INVALID_NUMBER` for what is not an integer.
   */
  setMaxAge(seconds: number): void {
    if (!Number.isSafeInteger(seconds)) throw new InvalidNumberError(String(seconds))
    this.#maxAge = seconds
  }

  /** Domain attribute; `''` when there is none. */
  domain(): string {
    return this.#domain
  }

  /** As {@link domain}, as bytes. */
  domainBytes(): Buffer {
    return toBuffer(this.#domain)
  }

  setDomain(domain: TextOrBytes): void {
    this.#domain = clean(domain)
  }

  /** Path attribute; `''` when there is none. */
  path(): string {
    return this.#path
  }

  /** As {@link path}, as bytes. */
  pathBytes(): Buffer {
    return toBuffer(this.#path)
  }

  /** Sets the path attribute, normalized as the path of a URI is. */
  setPath(path: TextOrBytes): void {
    this.#path = clean(normalizePath(clean(path)))
  }

  httpOnly(): boolean {
    return this.#httpOnly
  }

  setHTTPOnly(httpOnly: boolean): void {
    this.#httpOnly = httpOnly
  }

  secure(): boolean {
    return this.#secure
  }

  setSecure(secure: boolean): void {
    this.#secure = secure
  }

  sameSite(): CookieSameSite {
    return this.#sameSite
  }

  /** Sets the `SameSite` attribute; `CookieSameSiteNoneMode` makes the cookie secure, or browsers would refuse it. */
  setSameSite(mode: CookieSameSite): void {
    this.#sameSite = mode
    if (mode === CookieSameSiteNoneMode) this.#secure = true
  }

  partitioned(): boolean {
    return this.#partitioned
  }

  /** Sets the `Partitioned` attribute; `true` makes the cookie secure with the path `/`, or browsers would refuse it. */
  setPartitioned(partitioned: boolean): void {
    this.#partitioned = partitioned
    if (!partitioned) return
    this.#secure = true
    this.#path = '/'
  }

  /**
   * Reads the value of a Set-Cookie field. Unknown attributes are ignored, of a repeated one the last counts.
   *
   * Throws `FH_ERR_NO_COOKIES` when there is nothing to read, `FH_ERR_INVALID_COOKIE_VALUE` when the value, the domain or the path
   * holds a character that is not allowed, `FH_ERR_INVALID_NUMBER` for a bad `Max-Age` and `FH_ERR_INVALID_DATE` for a bad `Expires`.
   */
  parse(text: TextOrBytes): void {
    this.reset()
    const [pair = '', ...attributes] = (typeof text === 'string' ? text : latin1(text)).split(';')
    if (pair === '' && attributes.length === 0) throw new NoCookiesError()
    const { key, value } = splitPair(pair)
    this.#key = clean(key)
    this.#value = clean(checked(value, BAD_VALUE))
    for (const attribute of attributes) {
      const { key, value } = splitPair(attribute)
      this.#parseAttribute(key, value)
    }
  }

  /** The value of a Set-Cookie field; without a key, the value alone comes first. */
  cookie(): string {
    let out = this.#key === '' ? this.#value : `${this.#key}=${this.#value}`
    if (this.#maxAge !== 0) out += `; max-age=${Math.max(this.#maxAge, 0)}`
    else if (this.#expire !== undefined) out += `; expires=${formatHTTPDate(this.#expire)}`
    if (this.#domain !== '') out += `; domain=${this.#domain}`
    if (this.#path !== '') out += `; path=${this.#path}`
    if (this.#httpOnly) out += '; HttpOnly'
    if (this.#secure) out += '; secure'
    if (this.#sameSite !== CookieSameSiteDisabled) out += `; ${SAME_SITE[this.#sameSite]}`
    if (this.#partitioned) out += '; Partitioned'
    return out
  }

  /** As {@link cookie}, as bytes. */
  cookieBytes(): Buffer {
    return toBuffer(this.cookie())
  }

  /** As {@link cookie}. */
  toString(): string {
    return this.cookie()
  }

  /** A new buffer with the bytes of `dst` and, behind them, those of {@link cookie}. */
  appendBytes(dst?: Uint8Array): Buffer {
    return appendTo(dst, this.cookie())
  }

  /** Writes the bytes of {@link cookie} to `w`; returns their number. */
  writeTo(w: { write(chunk: Buffer): unknown }): number {
    const bytes = this.cookieBytes()
    w.write(bytes)
    return bytes.length
  }

  /** Makes this a copy of `src`: other than every other `copyTo`, as in Go. */
  copyTo(src: Cookie): void {
    this.#key = src.#key
    this.#value = src.#value
    this.#expire = src.#expire
    this.#maxAge = src.#maxAge
    this.#domain = src.#domain
    this.#path = src.#path
    this.#httpOnly = src.#httpOnly
    this.#secure = src.#secure
    this.#sameSite = src.#sameSite
    this.#partitioned = src.#partitioned
  }

  /** Makes the cookie empty. */
  reset(): void {
    this.#key = ''
    this.#value = ''
    this.#expire = undefined
    this.#maxAge = 0
    this.#domain = ''
    this.#path = ''
    this.#httpOnly = false
    this.#secure = false
    this.#sameSite = CookieSameSiteDisabled
    this.#partitioned = false
  }

  /** @param key - `''` for an attribute without `=`, whose name is in `value` then */
  #parseAttribute(key: string, value: string): void {
    switch ((key || value).toLowerCase()) {
      case 'httponly':
        this.#httpOnly = true
        return
      case 'secure':
        this.#secure = true
        return
      case 'partitioned':
        this.#partitioned = true
        return
      case 'samesite':
        this.#parseSameSite(key === '' ? 'SameSite' : `SameSite=${value}`)
        return
    }
    switch (key.toLowerCase()) {
      case 'max-age':
        // `Max-Age=0` deletes the cookie, which is what a value below 0 stands for here.
        this.#maxAge = parseUint(value) || -1
        return
      case 'expires':
        this.#expire = parseHTTPDate(value.replace(DASHED_DATE, '$1 $2 '))
        return
      case 'domain':
        this.#domain = clean(checked(value, BAD_VALUE))
        return
      case 'path':
        this.#path = clean(checked(value, BAD_PATH))
    }
  }

  #parseSameSite(attribute: string): void {
    const mode = SAME_SITE.findIndex((text) => equalsIgnoreCase(text, attribute))
    if (mode !== -1) this.#sameSite = mode as CookieSameSite
  }
}

function clean(text: TextOrBytes): string {
  return cleanValue(typeof text === 'string' ? text : latin1(text)).replace(/[;\t]/g, ' ')
}

function checked(value: string, bad: RegExp): string {
  if (bad.test(value)) throw new InvalidCookieValueError()
  return value
}

/** Splits at the first `=`, strips spaces, and quotation marks around the value; without `=` the key is empty. */
function splitPair(pair: string): { key: string; value: string } {
  const equals = pair.indexOf('=')
  const key = equals === -1 ? '' : trimSpaces(pair.slice(0, equals))
  const value = trimSpaces(pair.slice(equals + 1))
  const quoted = value.length > 1 && value.startsWith('"') && value.endsWith('"')
  return { key, value: quoted ? value.slice(1, -1) : value }
}

function trimSpaces(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text[start] === ' ') start++
  while (end > start && text[end - 1] === ' ') end--
  return text.slice(start, end)
}

const free = new FreeList(() => new Cookie())

/** An empty cookie from the pool. Go: `AcquireCookie`. */
export function acquireCookie(): Cookie {
  return free.acquire()
}

/** Returns a cookie to the pool; it must not be used after that. Go: `ReleaseCookie`. */
export function releaseCookie(cookie: Cookie): void {
  free.release(cookie)
}
