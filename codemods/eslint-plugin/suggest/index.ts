import type { TSESLint } from '@typescript-eslint/utils'
import type { Finding } from '../engine/analysis.js'
import { awaitIt } from './await-it.js'
import { awaitCallback } from './await-callback.js'
import { copyIt } from './copy-it.js'
import { endInFinally } from './end-in-finally.js'
import { hoistCopies } from './hoist-copies.js'
import { moveToFinally } from './move-to-finally.js'
import type { Suggestion } from './suggestion.js'

/** Ways to mend a finding, each of which compiles and silences the report; never applied by `--fix`. */
export function suggestionsFor(
  source: TSESLint.SourceCode,
  finding: Finding,
  isTypeScript: boolean
): Suggestion[] {
  const ways = [moveToFinally, hoistCopies, copyIt, awaitIt, awaitCallback]
  const found = ways.flatMap((way) => way(source, finding, isTypeScript) ?? [])
  return found.length > 0 ? found : (endInFinally(source, finding) ?? [])
}
