import { InvalidURIError, excerpt } from '../errors.js'
import { toText } from '../bytes/byte-string.js'

/** The parts of a URI reference, as byte strings, none of them decoded. */
export interface URIParts {
  /** Without `:`; `undefined` when there is none, `''` in `://host`. */
  scheme: string | undefined
  /** Text between `//` and the path; `undefined` when there is none. */
  authority: string | undefined
  path: string
  /** Without `?`. */
  query: string | undefined
  /** Without `#`. */
  hash: string | undefined
}

const CONTROL = /[\x00-\x1f\x7f]/
const SCHEME = /^[A-Za-z][A-Za-z0-9+\-.]*$/
const AUTHORITY_END = /[/?#]/g
const USERINFO = /^[A-Za-z0-9\-._~!$&'()*+,;=:%@]*$/

/**
 * Splits a URI reference into its parts (RFC 3986, appendix B). `//` introduces an authority behind `scheme:` and, unless `rooted`,
 * at the very start; anywhere else it belongs to the path or the query.
 *
 * Throws `FH_ERR_INVALID_URI` for a control character and for an invalid scheme in front of `://`.
 *
 * @param rooted - the reference is a path on a known host: `//` at its start is a path too
 */
export function splitURI(reference: string, rooted: boolean): URIParts {
  if (CONTROL.test(reference)) throw invalid(reference)
  const parts: URIParts = {
    scheme: undefined,
    authority: undefined,
    path: '',
    query: undefined,
    hash: undefined,
  }
  let start = 0
  const slashes = authorityStart(reference, rooted)
  if (slashes !== -1) {
    if (slashes > 0) parts.scheme = reference.slice(0, slashes - 1)
    AUTHORITY_END.lastIndex = slashes + 2
    start = AUTHORITY_END.exec(reference)?.index ?? reference.length
    parts.authority = reference.slice(slashes + 2, start)
  }
  let end = reference.length
  const hash = reference.indexOf('#', start)
  if (hash !== -1) {
    parts.hash = reference.slice(hash + 1)
    end = hash
  }
  const query = reference.indexOf('?', start)
  if (query !== -1 && query < end) {
    parts.query = reference.slice(query + 1, end)
    end = query
  }
  parts.path = reference.slice(start, end)
  return parts
}

/** Index of the `//` that introduces the authority, or -1. */
function authorityStart(reference: string, rooted: boolean): number {
  if (reference.startsWith('/')) return !rooted && reference.startsWith('//') ? 0 : -1
  const colon = reference.indexOf('://')
  if (colon === -1) return -1
  const scheme = reference.slice(0, colon)
  if (scheme === '' || SCHEME.test(scheme)) return colon + 1
  if (/[/?#]/.test(scheme)) return -1
  throw invalid(reference)
}

/**
 * Splits an authority at its last `@`.
 *
 * Throws `FH_ERR_INVALID_URI` when the user information holds a character that RFC 3986, section 3.2.1, does not allow; `@` passes.
 */
export function splitAuthority(authority: string): { userinfo: string; host: string } {
  const at = authority.lastIndexOf('@')
  if (at === -1) return { userinfo: '', host: authority }
  const userinfo = authority.slice(0, at)
  if (!USERINFO.test(userinfo)) throw new InvalidURIError('user information')
  return { userinfo, host: authority.slice(at + 1) }
}

function invalid(reference: string): InvalidURIError {
  return new InvalidURIError(excerpt(toText(reference)))
}
