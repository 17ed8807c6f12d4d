/** A parsed Content-Type. */
export interface ContentType {
  /** In lower case, without parameters. */
  readonly type: string
  /** Values by names in lower case, the first of a name. */
  readonly parameters: Record<string, string>
}

/** Parses a Content-Type value leniently, in linear time. (RFC 9110, section 8.3) */
export function parseContentType(value: string): ContentType {
  const parameters = Object.create(null) as Record<string, string>
  let at = endOfPart(value, 0)
  const type = trim(value.slice(0, at)).toLowerCase()
  while (at < value.length) {
    const start = at + 1
    const end = endOfPart(value, start)
    const equals = value.slice(start, end).indexOf('=')
    if (equals === -1) {
      at = end
      continue
    }
    const name = trim(value.slice(start, start + equals)).toLowerCase()
    const parameter = readValue(value, start + equals + 1)
    at = parameter.end
    if (parameter.text !== undefined) parameters[name] ??= parameter.text
  }
  return { type, parameters }
}

/** Reads a token or a quoted string; `text` is missing when the quote does not end. */
function readValue(value: string, from: number): { text: string | undefined; end: number } {
  let at = from
  while (value[at] === ' ' || value[at] === '\t') at++
  if (value[at] !== '"') {
    const end = endOfPart(value, at)
    return { text: trim(value.slice(at, end)), end }
  }
  let text = ''
  for (at++; at < value.length; at++) {
    if (value[at] === '"') return { text, end: endOfPart(value, at) }
    if (value[at] === '\\' && at + 1 < value.length) at++
    text += value[at]
  }
  return { text: undefined, end: value.length }
}

function endOfPart(value: string, from: number): number {
  const semicolon = value.indexOf(';', from)
  return semicolon === -1 ? value.length : semicolon
}

function trim(text: string): string {
  let start = 0
  let end = text.length
  while (text[start] === ' ' || text[start] === '\t') start++
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--
  return text.slice(start, end)
}

/** `type` with its `charset` parameter set. */
export function withCharset(value: string, charset: string): string {
  const { type, parameters } = parseContentType(value)
  parameters['charset'] = charset
  let text = type
  for (const [name, parameter] of Object.entries(parameters))
    text += `; ${name}=${quote(parameter)}`
  return text
}

function quote(value: string): string {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value)
    ? value
    : `"${value.replace(/[\\"]/g, '\\$&')}"`
}
