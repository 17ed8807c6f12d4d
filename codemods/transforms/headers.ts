import { ts } from 'ts-morph'
import { nameText, unwrap } from '../core/ast.js'
import { spanOf } from '../core/draft.js'
import type { Part } from '../core/edits.js'
import { compatCall, isKnownString, literalText, type Scope } from './scope.js'

/** Types `res.type()` is called with in practice; any other is looked up at run time. */
const MIME_TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  json: 'application/json; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  text: 'text/plain; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  pdf: 'application/pdf',
}

export function mimeType(written: string | undefined): string | undefined {
  if (written === undefined) return undefined
  const extension = written.replace(/^\./, '')
  return Object.hasOwn(MIME_TYPES, extension) ? MIME_TYPES[extension] : undefined
}

/** `res.setHeader(name, value)`, `res.set(name, value)`, `res.header(name, value)`. */
export function headerStatements(method: string, call: ts.CallExpression, scope: Scope): Part[][] {
  const { draft } = scope
  const helper = method === 'setHeader' ? 'setHeader' : 'set'
  const [name, value] = call.arguments
  const literal = literalText(name)
  if (literal === undefined || value === undefined) return [compatCall(helper, call, draft)]
  const known = setOne(name!, literal, value, method !== 'setHeader', scope)
  return [known ?? compatCall(helper, call, draft)]
}

/**
 * The direct form of setting one header, or `undefined` when the helper is needed: values that
 * may be arrays or numbers, cookies, and content types that Express gives a charset.
 */
function setOne(
  nameNode: ts.Node,
  name: string,
  value: ts.Expression,
  isExpress: boolean,
  scope: Scope
): Part[] | undefined {
  const { draft } = scope
  const lower = name.toLowerCase()
  if (scope.exact || lower === 'set-cookie') return undefined
  if (lower === 'content-type') {
    const literal = literalText(value)
    if (isExpress && literal === undefined) return undefined
    if (!isKnownString(value, scope)) return undefined
    if (isExpress && literal !== undefined) {
      return [`${draft.ctx}.setContentType(${draft.context.quote(withCharset(literal))})`]
    }
    return [`${draft.ctx}.setContentType(`, spanOf(value), ')']
  }
  const set = `${draft.ctx}.response.header.set(${draft.context.quoteAs(nameNode, name)}, `
  if (isKnownString(value, scope)) return [set, spanOf(value), ')']
  if (ts.isNumericLiteral(unwrap(value))) return [`${set}${draft.context.quote(value.getText())})`]
  return undefined
}

/** What Express makes of a content type: text and JSON get a charset. */
function withCharset(type: string): string {
  if (type.includes(';') || !type.includes('/')) return mimeType(type) ?? type
  return /^text\/|^application\/(json|javascript)$/.test(type) ? `${type}; charset=utf-8` : type
}

/** `res.writeHead(status, message?, headers?)`, one statement a header where they are literal. */
export function writeHeadStatements(call: ts.CallExpression, scope: Scope): Part[][] {
  const { draft } = scope
  const [status, second, third] = call.arguments
  const direct = status !== undefined && third === undefined && !scope.exact
  if (direct && second === undefined) return [[`${draft.ctx}.setStatusCode(`, spanOf(status), ')']]
  const entries = direct && second !== undefined ? literalHeaders(second, scope) : undefined
  if (status === undefined || entries === undefined) return [compatCall('writeHead', call, draft)]
  return [[`${draft.ctx}.setStatusCode(`, spanOf(status), ')'], ...entries]
}

function literalHeaders(node: ts.Expression, scope: Scope): Part[][] | undefined {
  const inner = unwrap(node)
  if (!ts.isObjectLiteralExpression(inner) || hasComment(inner)) return undefined
  const statements: Part[][] = []
  for (const property of inner.properties) {
    if (!ts.isPropertyAssignment(property)) return undefined
    const name = nameText(property.name)
    if (name === undefined || ts.isComputedPropertyName(property.name)) return undefined
    const statement = setOne(property.name, name, property.initializer, false, scope)
    if (statement === undefined) return undefined
    statements.push(statement)
  }
  return statements
}

function hasComment(node: ts.Node): boolean {
  return /\/\/|\/\*/.test(node.getText().replace(/(['"`])(?:\\.|(?!\1).)*\1/g, ''))
}
