import { equalsIgnoreCase } from '../bytes/ascii.js'
import type { RequestHeader } from '../http/request-header.js'

/** Content lengths that are none. */
export const CHUNKED = -1
export const NO_LENGTH = -2

/** What a request head has that does not stand in its header. */
export interface RequestTarget {
  /** Request target in origin-form, absolute-form or authority-form (RFC 9112, section 3.2). */
  target: string
  /** Value of Host. */
  host: string
  /** User-Agent of a request that has none, `''` to send none. */
  userAgent: string
  /** Value of Authorization that overrides the header's, `''` for none. */
  authorization: string
}

/**
 * Writes a request head in Go's order: User-Agent, Host, Content-Type, Content-Length, the other lines, Trailer, Cookie, Connection.
 * Framing follows `length` alone, whatever the header says of it.
 *
 * @param length - bytes of the body, or one of the constants above
 * @param contentType - of a body that has none, `''` to send none
 */
export function writeRequestHead(
  header: RequestHeader,
  to: RequestTarget,
  length: number,
  contentType: string
): string {
  const method = header.method()
  const { names, values, length: count } = header._lines()
  const trailerKeys = header._trailerKeys
  let userAgent = to.userAgent
  let type = contentType
  let others = ''
  let cookies = ''
  for (let i = 0; i < count; i++) {
    const name = names[i]!
    const value = values[i]!
    switch (header._special ? typedField(name) : framingField(name)) {
      case USER_AGENT:
        userAgent = value
        break
      case CONTENT_TYPE:
        type = value
        break
      case COOKIE:
        cookies += cookies === '' ? value : '; ' + value
        break
      case WRITTEN_APART:
        break
      case CONNECTION:
        if (header.connectionClose() && equalsIgnoreCase(value, 'close')) break
        others += name + ': ' + value + '\r\n'
        break
      case AUTHORIZATION:
        if (to.authorization !== '') break
      // falls through
      default:
        if (trailerKeys.length === 0 || !trailerKeys.includes(name))
          others += name + ': ' + value + '\r\n'
    }
  }
  let head = method + ' ' + to.target + ' HTTP/1.1\r\n'
  if (!header._special) userAgent = type = ''
  if (userAgent !== '') head += 'User-Agent: ' + userAgent + '\r\n'
  if (header._special) head += 'Host: ' + to.host + '\r\n'
  if (type !== '') head += 'Content-Type: ' + type + '\r\n'
  if (length >= 0) head += 'Content-Length: ' + length + '\r\n'
  else if (length === CHUNKED) head += 'Transfer-Encoding: chunked\r\n'
  if (to.authorization !== '') head += 'Authorization: ' + to.authorization + '\r\n'
  head += others
  if (trailerKeys.length > 0 && length === CHUNKED)
    head += 'Trailer: ' + trailerKeys.join(', ') + '\r\n'
  if (cookies !== '') head += 'Cookie: ' + cookies + '\r\n'
  return header.connectionClose() ? head + 'Connection: close\r\n\r\n' : head + '\r\n'
}

/** The trailer section of a chunked request, with the empty line behind it. */
export function writeRequestTrailer(header: RequestHeader): string {
  let lines = ''
  for (const key of header._trailerKeys) {
    for (const value of header.peekAll(key)) lines += `${key}: ${value}\r\n`
  }
  return lines + '\r\n'
}

const OTHER = 0
const USER_AGENT = 1
const CONTENT_TYPE = 2
const COOKIE = 3
const AUTHORIZATION = 4
const CONNECTION = 5
/** Host, framing and `Trailer`: known better by the writer. */
const WRITTEN_APART = 6

/** What only the writer may say, for a header whose fields are sent as they are. */
function framingField(name: string): number {
  const field = typedField(name)
  return field === WRITTEN_APART && name.length !== 4 ? WRITTEN_APART : OTHER
}

function typedField(name: string): number {
  switch (name.length) {
    case 4:
      return equalsIgnoreCase(name, 'Host') ? WRITTEN_APART : OTHER
    case 6:
      return equalsIgnoreCase(name, 'Cookie') ? COOKIE : OTHER
    case 7:
      return equalsIgnoreCase(name, 'Trailer') ? WRITTEN_APART : OTHER
    case 10:
      if (equalsIgnoreCase(name, 'User-Agent')) return USER_AGENT
      return equalsIgnoreCase(name, 'Connection') ? CONNECTION : OTHER
    case 12:
      return equalsIgnoreCase(name, 'Content-Type') ? CONTENT_TYPE : OTHER
    case 13:
      return equalsIgnoreCase(name, 'Authorization') ? AUTHORIZATION : OTHER
    case 14:
      return equalsIgnoreCase(name, 'Content-Length') ? WRITTEN_APART : OTHER
    case 17:
      return equalsIgnoreCase(name, 'Transfer-Encoding') ? WRITTEN_APART : OTHER
    default:
      return OTHER
  }
}
