import { sep } from 'node:path'
import { unescapePercent } from '../bytes/escape.js'

/** Matches what {@link normalizePath} would change. */
const NOT_NORMAL = /%|\/[/.]|^[^/]|^$/

/**
 * Decodes and normalizes a path given as a byte string: percent escapes are undone first, then a leading `/` is added, repeated `/`
 * become one, and `.` and `..` segments are resolved without ever leaving the root. So `/a/%2e%2e%2fb` is `/b` for whoever compares
 * paths, and no path leads out of a directory. On Windows `\` counts as `/`. (RFC 3986, sections 5.2.4 and 6.2.2)
 */
export function normalizePath(path: string, backslashSeparates = sep === '\\'): string {
  if (!NOT_NORMAL.test(path) && !(backslashSeparates && path.includes('\\'))) return path
  let decoded = unescapePercent(path)
  if (backslashSeparates) decoded = decoded.replaceAll('\\', '/')
  const segments = decoded.split('/')
  const kept: string[] = []
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  const last = segments[segments.length - 1]
  const isDirectory = last === '' || last === '.' || last === '..'
  return kept.length === 0 ? '/' : '/' + kept.join('/') + (isDirectory ? '/' : '')
}
