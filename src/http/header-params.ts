const NAME = /; *([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=/y
const VALUE = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+)|"((?:[^"\\]|\\[^])*)"/y

/**
 * Calls `fn` for each parameter of a field value: `text/html; charset=utf-8; q="0.5"` has two. Quotation marks are stripped, escapes
 * within them are kept. Stops at the first malformed parameter, and when `fn` returns `false`. Go: `VisitHeaderParams`.
 */
export function visitHeaderParams(
  value: string,
  fn: (name: string, value: string) => boolean | void
): void {
  for (let at = value.indexOf(';'); at !== -1; at = value.indexOf(';', VALUE.lastIndex)) {
    NAME.lastIndex = at
    const name = NAME.exec(value)?.[1]
    if (name === undefined) return
    VALUE.lastIndex = NAME.lastIndex
    const found = VALUE.exec(value)
    if (found === null) return
    const end = VALUE.lastIndex
    if (fn(name, found[1] ?? found[2] ?? '') === false) return
    // `fn` may have visited another value.
    VALUE.lastIndex = end
  }
}
