import { join, normalize, resolve, sep } from 'node:path'
import { HttpStatusError } from '../../errors.js'

/** What becomes of paths with a segment that starts with a dot. */
export type Dotfiles = 'allow' | 'deny' | 'ignore'

const UP = /(?:^|[\\/])\.\.(?:[\\/]|$)/

/**
 * The file a path names.
 *
 * @param path - decoded
 * @param root - absolute directory the file must be below; `undefined` when the path is absolute and trusted
 * @throws HttpStatusError with status 400, 403 or 404 for what must not be sent
 */
export function resolveFile(path: string, root: string | undefined, dotfiles: Dotfiles): string {
  if (path.includes('\0')) throw new HttpStatusError(400, 'Bad Request')
  const relative = root !== undefined && path !== '' ? normalize(`.${sep}${path}`) : path
  if (UP.test(relative)) throw new HttpStatusError(403, 'Forbidden')
  const parts = (root === undefined ? normalize(relative) : relative).split(sep)
  const isDotfile = parts.some((part) => part.length > 1 && part.startsWith('.'))
  if (isDotfile && dotfiles === 'deny') throw new HttpStatusError(403, 'Forbidden')
  if (isDotfile && dotfiles !== 'allow') throw new HttpStatusError(404, 'Not Found')
  return root === undefined ? resolve(relative) : normalize(join(root, relative))
}

/** Undoes the escapes of a path; `undefined` when one is malformed. */
export function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}
