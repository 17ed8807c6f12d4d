import { createTwoFilesPatch } from 'diff'
import type { Colors } from 'picocolors/types.js'
import type { FileChange } from '../core/migrate.js'
import { relative } from './place.js'

/** One unified diff over all changes, with paths relative to `root`, as `git apply` reads it. */
export function unifiedDiff(changes: readonly FileChange[], root: string): string {
  return changes
    .map((change) => {
      const name = relative(change.path, root)
      const patch = createTwoFilesPatch(
        `a/${name}`,
        `b/${name}`,
        change.before,
        change.after,
        '',
        '',
        {
          context: 3,
        }
      )
      return patch.replace(/^=+\n/, '').replace(/^(---|\+\+\+) (.*?)\t$/gm, '$1 $2')
    })
    .join('')
}

export function colourDiff(diff: string, colors: Colors): string {
  return diff
    .split('\n')
    .map((line) => {
      if (line.startsWith('+++') || line.startsWith('---')) return colors.bold(line)
      if (line.startsWith('@@')) return colors.cyan(line)
      if (line.startsWith('+')) return colors.green(line)
      return line.startsWith('-') ? colors.red(line) : line
    })
    .join('\n')
}
