import path from 'node:path'

/** A path as reports show it: relative, with forward slashes on every system. */
export function relative(file: string, root: string): string {
  return path.relative(root, file).split(path.sep).join('/')
}
