import type { RequestCtx } from '../../server/request-ctx.js'
import { newInt, readVar, varNames } from './expvar.js'
import { matchingNames } from './matching-names.js'

const calls = newInt('expvarHandlerCalls')
const regexpErrors = newInt('expvarRegexpErrors')

/**
 * Answers with all published values as one JSON object, or those whose names match the regular expression in the argument `r`. 400 for
 * one that is malformed or takes too long. Values tell much of a program: keep it from the public. Go: `ExpvarHandler`.
 */
export function expvarHandler(ctx: RequestCtx): void {
  calls.add(1)
  const source = ctx.queryArgs().peek('r') ?? ''
  let names = varNames()
  if (source !== '') {
    try {
      names = matchingNames(source, names)
    } catch (err) {
      regexpErrors.add(1)
      ctx.error(`error when obtaining expvar regexp: ${(err as Error).message}`, 400)
      return
    }
  }
  const lines = names.map((name) => `${JSON.stringify(name)}: ${shown(readVar(name))}`)
  ctx.success('application/json; charset=utf-8', `{\n${lines.join(',\n')}\n}\n`)
}

/** `null` for what JSON cannot hold, so that the rest can be read. */
function shown(value: unknown): string {
  try {
    return (
      JSON.stringify(value, (_, part: unknown) =>
        typeof part === 'bigint' ? Number(part) : part
      ) ?? 'null'
    )
  } catch {
    return 'null'
  }
}
