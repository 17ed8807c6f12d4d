/** Fields that must not stand in a trailer section (RFC 9110, section 6.5.1), in lower case. */
const FORBIDDEN = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'location',
  'max-forwards',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'www-authenticate',
])

/** May a field of this name be sent or accepted in a trailer section? Follows Go's list, X-Forwarded and X-Real-IP included. */
export function isTrailerAllowed(name: string): boolean {
  if (name === '') return false
  const lower = name.toLowerCase()
  return !FORBIDDEN.has(lower) && !lower.startsWith('x-forwarded') && !lower.startsWith('x-real-ip')
}
