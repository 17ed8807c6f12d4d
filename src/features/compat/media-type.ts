import mime from 'mime-types'

/** The media type of a file extension, or a media type without its parameters. */
export function normalizeType(type: string): string {
  if (!type.includes('/')) return mime.lookup(type) || 'application/octet-stream'
  const semicolon = type.indexOf(';')
  return (semicolon === -1 ? type : type.slice(0, semicolon)).trim()
}

/** A media type with the charset that is usual for it. */
export function lookupType(type: string): string {
  return mime.contentType(type) || type
}
