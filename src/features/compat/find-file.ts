import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { HttpStatusError } from '../../errors.js'
import type { ResolvedFileOptions } from './file-options.js'

/** A file to send. */
export interface FoundFile {
  readonly path: string
  readonly stat: Stats
}

const MISSING = new Set(['ENAMETOOLONG', 'ENOENT', 'ENOTDIR'])

/**
 * Looks for a file, with its extensions and index files.
 *
 * @param path - absolute
 * @param isDirectory - the request asked for a directory: an index file is meant
 * @returns `'directory'` when the path is one and no index file was asked for
 * @throws an error of the file system with a `status`, 404 when there is no file
 */
export async function findFile(
  path: string,
  isDirectory: boolean,
  options: ResolvedFileOptions
): Promise<FoundFile | 'directory'> {
  if (isDirectory && options.index.length > 0) {
    return firstFile(options.index.map((name) => join(path, name)))
  }
  try {
    const found = await stat(path)
    if (found.isDirectory()) return 'directory'
    if (path.endsWith(sep)) throw new HttpStatusError(404, 'Not Found')
    return { path, stat: found }
  } catch (err) {
    const missing = (err as NodeJS.ErrnoException).code === 'ENOENT'
    const mayExtend = missing && extname(path) === '' && !path.endsWith(sep)
    if (!mayExtend || options.extensions.length === 0) throw withStatus(err)
    return firstFile(options.extensions.map((extension) => `${path}.${extension}`))
  }
}

async function firstFile(paths: readonly string[]): Promise<FoundFile> {
  let failed: unknown
  for (const path of paths) {
    try {
      const found = await stat(path)
      if (!found.isDirectory()) return { path, stat: found }
    } catch (err) {
      failed = err
    }
  }
  throw failed === undefined ? new HttpStatusError(404, 'Not Found') : withStatus(failed)
}

function withStatus(err: unknown): unknown {
  if (!(err instanceof Error) || err instanceof HttpStatusError) return err
  const status = MISSING.has((err as NodeJS.ErrnoException).code ?? '') ? 404 : 500
  return Object.assign(err, { status, statusCode: status, expose: false })
}
