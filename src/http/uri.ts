import { lowerCase, withoutNewlines } from '../bytes/ascii.js'
import { appendTo, toBuffer, toByteString, toText, type TextOrBytes } from '../bytes/byte-string.js'
import { escapeOf, escapePath, unescapePercent } from '../bytes/escape.js'
import { FreeList } from '../bytes/free-list.js'
import { Args } from './args.js'
import { parseHost } from './host.js'
import { normalizePath } from './path.js'
import { splitAuthority, splitURI, type URIParts } from './uri-parts.js'

/** What would end or break a request target, and a fragment; escaped on the way out. */
const UNSAFE_IN_TARGET = /[\x00-\x20\x7f#]/g
const NON_ASCII = /[\x80-\xff]/g
const UNSAFE_IN_HASH = /[\x00-\x20\x7f]/g

/**
 * A URI: `scheme://username:password@host/path?query#hash`. The path is decoded and normalized, the host and the scheme are in lower
 * case. Strings are text: bytes are decoded as UTF-8, with U+FFFD for what is not UTF-8, so that `/%C3%A9` has the path `/é`; the
 * `...Bytes` methods give the bytes themselves. Go: `URI`.
 */
export class URI {
  // All byte strings.
  #scheme = ''
  #username = ''
  #password = ''
  #host = ''
  #pathOriginal = ''
  // `undefined`: not normalized yet.
  #path: string | undefined = undefined
  #query = ''
  #hash = ''
  #args: Args | undefined = undefined
  #argsParsed = false

  /** Makes {@link requestURI} send the path as it was given, neither normalized nor escaped. */
  disablePathNormalizing = false

  /**
   * Reads a URI. With a host, `uri` may be a path on it; an absolute `uri` brings its own host. Without one, `uri` is absolute or
   * starts with `//host`, and `http` is assumed for the scheme.
   *
   * Throws `FH_ERR_INVALID_URI` for control characters, an invalid scheme or user information, `FH_ERR_INVALID_HOST` for an invalid
   * host or port and `FH_ERR_ESCAPE` for a bad escape in a host. The URI is empty then. (RFC 3986)
   *
   * @param host - value of a Host field, or `''`
   */
  parse(host: TextOrBytes, uri: TextOrBytes): void {
    this._parse(toByteString(host), toByteString(uri), false)
  }

  /** @internal {@link parse} for byte strings; a TLS connection makes the scheme `https` whatever the URI says. */
  _parse(host: string, uri: string, isTLS: boolean): void {
    this.#clear()
    this.#assign(splitURI(uri, host !== ''), host)
    if (isTLS) this.#scheme = 'https'
  }

  /**
   * Resolves a reference against this URI (RFC 3986, section 5.2): an absolute one replaces all, `//host/x` keeps the scheme, `/x`
   * scheme and host, `?q` the path too, `#h` all but the hash, and `name` replaces the last segment of the path. An empty one
   * changes nothing.
   *
   * Throws as {@link parse} does; the URI is unchanged then.
   */
  update(reference: TextOrBytes): void {
    const bytes = toByteString(reference)
    const parts = splitURI(bytes, false)
    if (parts.authority !== undefined) {
      this.#assign(parts, '')
    } else if (parts.path !== '') {
      this.#setPath(parts.path.startsWith('/') ? parts.path : this.#directory() + parts.path)
      this.#setQuery(parts.query ?? '')
      this.#hash = parts.hash ?? ''
    } else {
      if (parts.query !== undefined) this.#setQuery(parts.query)
      if (bytes !== '') this.#hash = parts.hash ?? ''
    }
  }

  /** Scheme in lower case, `http` when none is set. */
  scheme(): string {
    return toText(this.#scheme || 'http')
  }

  /** As {@link scheme}, as bytes. */
  schemeBytes(): Buffer {
    return toBuffer(this.#scheme || 'http')
  }

  setScheme(scheme: TextOrBytes): void {
    this.#scheme = lowerCase(withoutNewlines(toByteString(scheme)))
  }

  /** Host in lower case, with the port when there is one; `''` when none is set. */
  host(): string {
    return toText(this.#host)
  }

  /** As {@link host}, as bytes. */
  hostBytes(): Buffer {
    return toBuffer(this.#host)
  }

  /** Sets host and port as they are to be sent; unlike {@link parse} it checks nothing but replaces line breaks by spaces. */
  setHost(host: TextOrBytes): void {
    this.#host = lowerCase(withoutNewlines(toByteString(host)))
  }

  /** User name, decoded; `''` when there is none. */
  username(): string {
    return toText(this.#username)
  }

  /** As {@link username}, as bytes. */
  usernameBytes(): Buffer {
    return toBuffer(this.#username)
  }

  setUsername(username: TextOrBytes): void {
    this.#username = toByteString(username)
  }

  /** Password, decoded; `''` when there is none. */
  password(): string {
    return toText(this.#password)
  }

  /** As {@link password}, as bytes. */
  passwordBytes(): Buffer {
    return toBuffer(this.#password)
  }

  setPassword(password: TextOrBytes): void {
    this.#password = toByteString(password)
  }

  /** Path, decoded and normalized; starts with `/`, has no empty, `.` or `..` segment. May hold any character. */
  path(): string {
    return toText(this.#normalPath())
  }

  /** As {@link path}, as bytes. */
  pathBytes(): Buffer {
    return toBuffer(this.#normalPath())
  }

  /** Sets the path; percent escapes in it are decoded. */
  setPath(path: TextOrBytes): void {
    this.#setPath(toByteString(path))
  }

  /** Path as it was parsed or set, neither decoded nor normalized. */
  pathOriginal(): string {
    return toText(this.#pathOriginal)
  }

  /** As {@link pathOriginal}, as bytes. */
  pathOriginalBytes(): Buffer {
    return toBuffer(this.#pathOriginal)
  }

  /** What follows the last `/` of the path; `''` when the path ends with it. */
  lastPathSegment(): string {
    return toText(this.#lastSegment())
  }

  /** As {@link lastPathSegment}, as bytes. */
  lastPathSegmentBytes(): Buffer {
    return toBuffer(this.#lastSegment())
  }

  /** Query, escaped, without `?`: as parsed or set, or written from {@link queryArgs} once these were changed. */
  queryString(): string {
    return toText(this.#currentQuery())
  }

  /** As {@link queryString}, as bytes. */
  queryStringBytes(): Buffer {
    return toBuffer(this.#currentQuery())
  }

  /** Sets the query, given in escaped form and without `?`. */
  setQueryString(query: TextOrBytes): void {
    this.#setQuery(toByteString(query))
  }

  /** Arguments of the query; changing them changes the URI. Go: `QueryArgs`. */
  queryArgs(): Args {
    const args = (this.#args ??= new Args())
    if (!this.#argsParsed) {
      args._load(this.#query)
      this.#argsParsed = true
    }
    return args
  }

  /** Fragment without `#`, not decoded; `''` when there is none. */
  hash(): string {
    return toText(this.#hash)
  }

  /** As {@link hash}, as bytes. */
  hashBytes(): Buffer {
    return toBuffer(this.#hash)
  }

  setHash(hash: TextOrBytes): void {
    this.#hash = toByteString(hash)
  }

  /** Path and query as they stand in the request line: never empty, and of printable ASCII only (RFC 3986). */
  requestURI(): string {
    return this.#target().replace(NON_ASCII, escapeOf)
  }

  /** As {@link requestURI}, as bytes. */
  requestURIBytes(): Buffer {
    return toBuffer(this.requestURI())
  }

  /**
   * The whole URI without user name and password, `scheme://host/path?query#hash`. As in Go it is for reading: host, query and hash
   * may hold characters beyond ASCII.
   */
  fullURI(): string {
    return toText(this.#fullURI())
  }

  /** As {@link fullURI}, as bytes. */
  fullURIBytes(): Buffer {
    return toBuffer(this.#fullURI())
  }

  /** @internal {@link fullURI} in printable ASCII, as a Location field has it. */
  _asciiURI(): string {
    return this.#fullURI().replace(NON_ASCII, escapeOf)
  }

  /** As {@link fullURI}. */
  toString(): string {
    return this.fullURI()
  }

  /** A new buffer with the bytes of `dst` and, behind them, those of {@link fullURI}. */
  appendBytes(dst?: Uint8Array): Buffer {
    return appendTo(dst, this.#fullURI())
  }

  /** Writes the bytes of {@link fullURI} to `w`; returns their number. */
  writeTo(w: { write(chunk: Buffer): unknown }): number {
    const bytes = this.fullURIBytes()
    w.write(bytes)
    return bytes.length
  }

  /** Makes `dst` a copy of this. */
  copyTo(dst: URI): void {
    dst.#scheme = this.#scheme
    dst.#username = this.#username
    dst.#password = this.#password
    dst.#host = this.#host
    dst.#pathOriginal = this.#pathOriginal
    dst.#path = this.#path
    dst.#setQuery(this.#currentQuery())
    dst.#hash = this.#hash
    dst.disablePathNormalizing = this.disablePathNormalizing
  }

  /** Makes the URI empty. */
  reset(): void {
    this.#clear()
    this.disablePathNormalizing = false
  }

  #clear(): void {
    this.#scheme = ''
    this.#username = ''
    this.#password = ''
    this.#host = ''
    this.#setPath('')
    this.#setQuery('')
    this.#hash = ''
  }

  /** Takes over all parts; nothing is changed when it throws. */
  #assign(parts: URIParts, defaultHost: string): void {
    const { userinfo, host } =
      parts.authority === undefined
        ? { userinfo: '', host: defaultHost }
        : splitAuthority(parts.authority)
    this.#host = parseHost(host)
    const colon = userinfo.indexOf(':')
    this.#username = unescapePercent(colon === -1 ? userinfo : userinfo.slice(0, colon))
    this.#password = colon === -1 ? '' : unescapePercent(userinfo.slice(colon + 1))
    if (parts.scheme) this.#scheme = lowerCase(parts.scheme)
    this.#setPath(parts.path === '' && parts.authority !== undefined ? '/' : parts.path)
    this.#setQuery(parts.query ?? '')
    this.#hash = parts.hash ?? ''
  }

  /** Path and query, free of spaces and control characters. */
  #target(): string {
    const query = this.#currentQuery()
    const path = this.disablePathNormalizing ? this.#rawPath() : escapePath(this.#normalPath())
    return query === '' ? path : path + '?' + query.replace(UNSAFE_IN_TARGET, escapeOf)
  }

  #setPath(path: string): void {
    this.#pathOriginal = path
    this.#path = undefined
  }

  #setQuery(query: string): void {
    this.#query = query
    this.#argsParsed = false
  }

  #normalPath(): string {
    return (this.#path ??= normalizePath(this.#pathOriginal))
  }

  /** The original path as it may stand in a request line; `*` is the target of OPTIONS. */
  #rawPath(): string {
    const path = this.#pathOriginal.replace(UNSAFE_IN_TARGET, escapeOf)
    return path.startsWith('/') || path === '*' ? path : '/' + path
  }

  #lastSegment(): string {
    const path = this.#normalPath()
    return path.slice(path.lastIndexOf('/') + 1)
  }

  /** The path up to its last `/`, escaped: what a relative reference is added to. */
  #directory(): string {
    const path = this.disablePathNormalizing ? this.#rawPath() : escapePath(this.#normalPath())
    return path.slice(0, path.lastIndexOf('/') + 1)
  }

  #currentQuery(): string {
    const args = this.#args
    return this.#argsParsed && args?._modified === true ? args.queryString() : this.#query
  }

  #fullURI(): string {
    const start = `${this.#scheme || 'http'}://${this.#host}${this.#target()}`
    return this.#hash === '' ? start : start + '#' + this.#hash.replace(UNSAFE_IN_HASH, escapeOf)
  }
}

const free = new FreeList(() => new URI())

/** An empty URI from the pool. Go: `AcquireURI`. */
export function acquireURI(): URI {
  return free.acquire()
}

/** Returns a URI to the pool; it must not be used after that. Go: `ReleaseURI`. */
export function releaseURI(uri: URI): void {
  free.release(uri)
}
