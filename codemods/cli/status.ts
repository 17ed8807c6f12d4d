import path from 'node:path'
import { percentOf, progressOf } from '../report/progress.js'
import { plural } from '../report/text.js'
import { addToHistory } from './history.js'
import { mergeResults } from './migrate-unit.js'
import { tsconfigOf } from './options.js'
import { migrateUnits } from './pool.js'
import { readSources } from './sources.js'
import { joinInert, unitsOf } from './units.js'

export interface StatusOptions {
  ignore: string[]
  tsconfig?: string
  history?: string
}

const MARKER = /TODO\(fh-migrate\): (.*)$/gm

/** How far a project has come: what is ours, what runs through adapt, what could be converted. */
export async function status(paths: readonly string[], options: StatusOptions): Promise<string> {
  const set = readSources(paths, options.ignore)
  const units = joinInert(unitsOf(set, tsconfigOf(options)))
  const request = { exact: false, adaptOnly: false, only: undefined, routes: undefined }
  const result = mergeResults(await migrateUnits(units, request))
  const progress = progressOf(result, true)
  if (options.history !== undefined) addToHistory(options.history, progress)
  const own = set.inputs.filter((each) => each.readonly !== true)
  const marks = own.flatMap(({ path: file, text }) =>
    [...text.matchAll(MARKER)].map((match) => {
      const line = text.slice(0, match.index).split('\n').length
      return `  ${path.relative(set.root, file)}:${line}  ${match[1]}`
    })
  )
  const lines = [
    `${percentOf(progress)} % native`,
    `${plural(progress.native, 'handler')} native`,
    `${plural(result.present.adapted, 'registration')} on adapt()`,
    `${plural(progress.ready, 'handler')} ready to convert${progress.ready > 0 ? ': run fh-migrate' : ''}`,
    `${plural(marks.length, 'mark')} to work on${marks.length > 0 ? ':' : ''}`,
    ...marks,
  ]
  return `${lines.join('\n')}\n`
}
