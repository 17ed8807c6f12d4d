import { execFileSync } from 'node:child_process'
import path from 'node:path'

/** Files with uncommitted changes among `files`; `undefined` outside of a git repository. */
export function dirtyFiles(root: string, files: readonly string[]): string[] | undefined {
  let out: string
  let top: string
  try {
    top = git(root, 'rev-parse', '--show-toplevel').trim()
    out = git(root, 'status', '--porcelain', '-z', '--untracked-files=all', '--', '.')
  } catch {
    return undefined
  }
  const scope = new Set(files)
  const dirty: string[] = []
  const entries = out.split('\0')
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at]!
    if (entry.length < 4) continue
    // A rename is followed by an entry with the old name alone.
    if (entry.startsWith('R') || entry.startsWith('C')) at++
    const full = path.resolve(top, entry.slice(3))
    if (scope.has(full)) dirty.push(full)
  }
  return dirty
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64 * 1024 * 1024,
  })
}
