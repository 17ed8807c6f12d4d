import type { OutgoingHttpHeaders } from 'node:http2'

/** Fields that belong to a connection of HTTP/1.1, and must not be sent (RFC 9113, section 8.2.2). */
const CONNECTION_FIELDS = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * Field lines as node:http2 takes them.
 *
 * @param lines - in the form of HTTP/1.1, a status line or none in front of them
 */
export function responseFields(lines: string): OutgoingHttpHeaders {
  const fields: OutgoingHttpHeaders = Object.create(null) as OutgoingHttpHeaders
  for (const line of lines.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon <= 0 || line.startsWith('HTTP/')) continue
    const name = line.slice(0, colon).toLowerCase()
    if (CONNECTION_FIELDS.has(name)) continue
    const value = line.slice(colon + 1).trim()
    const before = fields[name]
    if (before === undefined) fields[name] = value
    else fields[name] = Array.isArray(before) ? [...before, value] : [String(before), value]
  }
  return fields
}
