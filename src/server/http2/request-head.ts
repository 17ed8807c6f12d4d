/** What may not stand in a line: the parser would take it for the line's end. */
const LINE_BREAK = /[\r\n\0]/

/**
 * Writes the head of an HTTP/2 request in the form of HTTP/1.1, so that one parser checks both. (RFC 9113, section 8.3.1)
 *
 * @param raw - names and values by turns, pseudo-header fields first
 * @param hasBody - a body follows; one of unknown length is chunked in HTTP/1.1
 * @returns `undefined` for a malformed request
 */
export function requestHead(raw: readonly string[], hasBody: boolean): string | undefined {
  let method = ''
  let path: string | undefined
  let authority: string | undefined
  let host: string | undefined
  let cookies = ''
  let isLengthKnown = false
  let lines = ''
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    const value = raw[i + 1]!
    if (LINE_BREAK.test(value) || LINE_BREAK.test(name)) return undefined
    switch (name) {
      case ':method':
        method = value
        break
      case ':path':
        path = value
        break
      case ':authority':
        authority = value
        break
      case ':scheme':
        break
      case 'host':
        if (host !== undefined) return undefined
        host = value
        break
      case 'cookie':
        // Clients send crumbs for the sake of compression (section 8.2.3).
        cookies += cookies === '' ? value : `; ${value}`
        break
      case 'transfer-encoding':
        return undefined
      default:
        if (name === 'content-length') isLengthKnown = true
        lines += `${name}: ${value}\r\n`
    }
  }
  if (authority !== undefined && host !== undefined && !sameHost(authority, host)) return undefined
  if (!isTarget(method, path)) return undefined
  if (hasBody && !isLengthKnown && method !== 'CONNECT') lines += 'transfer-encoding: chunked\r\n'
  const target = method === 'CONNECT' ? authority : path
  if (cookies !== '') lines += `cookie: ${cookies}\r\n`
  return `${method} ${target ?? ''} HTTP/1.1\r\nHost: ${authority ?? host ?? ''}\r\n${lines}\r\n`
}

function isTarget(method: string, path: string | undefined): boolean {
  if (method === 'CONNECT') return path === undefined
  return path !== undefined && (path.startsWith('/') || (path === '*' && method === 'OPTIONS'))
}

function sameHost(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
