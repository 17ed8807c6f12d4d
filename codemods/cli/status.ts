import path from 'node:path'
import { migrate } from '../core/migrate.js'
import { plural } from '../report/text.js'
import { readSources } from './sources.js'

const MARKER = /TODO\(fh-migrate\): (.*)$/gm

/** How far a project has come: what is ours, what runs through adapt, what could be converted. */
export function status(paths: readonly string[], tsconfig: string | undefined): string {
  const { root, inputs } = readSources(paths, [])
  const own = inputs.filter((each) => each.readonly !== true)
  const result = migrate(inputs, { tsconfig })
  const ready = result.handlers.filter((each) => each.status === 'native').length
  const marks = own.flatMap(({ path: file, text }) =>
    [...text.matchAll(MARKER)].map((match) => {
      const line = text.slice(0, match.index).split('\n').length
      return `  ${path.relative(root, file)}:${line}  ${match[1]}`
    })
  )
  const lines = [
    `${plural(result.present.native, 'registration')} native`,
    `${plural(result.present.adapted, 'registration')} on adapt()`,
    `${plural(ready, 'handler')} ready to convert: run fh-migrate`,
    `${plural(marks.length, 'mark')} to work on${marks.length > 0 ? ':' : ''}`,
    ...marks,
  ]
  return `${lines.join('\n')}\n`
}
