import path from 'node:path'
import { migrate } from './core/migrate.js'

/**
 * The single-file transform for `jscodeshift -t`. It sees one file at a time, so handlers and
 * helpers whose callers live in other files are left alone; the command line tool sees them all.
 */
export default function transform(
  file: { path: string; source: string },
  _api: unknown,
  options: { exact?: boolean } = {}
): string | undefined {
  const target = path.resolve(file.path)
  const result = migrate([{ path: target, text: file.source }], { exact: options.exact === true })
  return result.changes[0]?.after
}
