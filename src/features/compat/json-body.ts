const FIRST = /^[ \t\n\r]*([^ \t\n\r])/

/**
 * Parses the text of a JSON body as body-parser does: an empty one is an empty object.
 *
 * @param strict - take objects and arrays only
 * @throws SyntaxError with the code `FH_ERR_INVALID_JSON` and the message of `JSON.parse`
 */
export function parseJson(
  text: string,
  strict: boolean,
  reviver: ((key: string, value: unknown) => unknown) | undefined
): unknown {
  if (text.length === 0) return {}
  const first = FIRST.exec(text)?.[1]
  try {
    if (strict && first !== '{' && first !== '[') throw strictError(text, first)
    return JSON.parse(text, reviver)
  } catch (err) {
    throw err instanceof SyntaxError ? Object.assign(err, { code: 'FH_ERR_INVALID_JSON' }) : err
  }
}

/** The error JSON.parse would throw if values other than objects and arrays were no JSON. */
function strictError(text: string, first: string | undefined): SyntaxError {
  const at = first === undefined ? -1 : text.indexOf(first)
  const broken = at === -1 ? '' : text.slice(0, at) + '#'.repeat(text.length - at)
  try {
    JSON.parse(broken)
  } catch (err) {
    const error = err as SyntaxError
    error.message = error.message.replace(/#+/g, (run) => text.slice(at, at + run.length))
    return error
  }
  return new SyntaxError('strict violation')
}
