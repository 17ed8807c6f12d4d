import path from 'node:path'
import { ts } from 'ts-morph'
import { unwrap } from './ast.js'
import { requireSpecifier } from './values.js'
import type { Workspace } from './workspace.js'

/** Stands for what only the running program knows. */
const ANY = '\0'

/**
 * The files that a `require` or `import()` of a computed name may load, as in
 * `fs.readdirSync(__dirname).forEach((file) => require('./' + file))`: all that the parts of the name which are written out
 * allow, the file itself left out. Empty when no folder is written out.
 */
export function computedFiles(call: ts.CallExpression, workspace: Workspace): ts.SourceFile[] {
  const [name] = call.arguments
  const isLoad =
    call.expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(call.expression) && call.expression.text === 'require')
  if (!isLoad || name === undefined || requireSpecifier(call) !== undefined) return []
  const source = call.getSourceFile()
  const own = path.dirname(source.fileName)
  const text = textOf(name, own, workspace)
  const isPath = text.startsWith('.') || path.isAbsolute(text)
  const full = path.posix.normalize(isPath && text.startsWith('.') ? `${own}/${text}` : text)
  const folder = full.slice(0, full.indexOf(ANY))
  if (!isPath || !full.includes(ANY) || folder.length < own.length / 2) return []
  const pattern = full.split(ANY).map(escape).join('.+')
  const matcher = new RegExp(`^${pattern}(/index)?(\\.[cm]?[jt]sx?)?$`)
  return workspace.files.filter((each) => each !== source && matcher.test(each.fileName))
}

/** Whether a value is what such a call gives, or a member of it. */
export function isComputedLoad(expression: ts.Expression, workspace: Workspace): boolean {
  const node = unwrap(expression)
  if (ts.isCallExpression(node)) return computedFiles(node, workspace).length > 0
  if (ts.isAwaitExpression(node) || ts.isPropertyAccessExpression(node)) {
    return isComputedLoad(node.expression, workspace)
  }
  if (!ts.isIdentifier(node)) return false
  const declaration = workspace.symbolOf(node)?.declarations?.[0]
  return (
    declaration !== undefined &&
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer !== undefined &&
    isComputedLoad(declaration.initializer, workspace)
  )
}

/** The text of an expression, with {@link ANY} for each part that is not written out. */
function textOf(expression: ts.Expression, own: string, workspace: Workspace): string {
  const node = unwrap(expression)
  const read = (each: ts.Expression): string => textOf(each, own, workspace)
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map((span) => read(span.expression) + span.literal.text)
    return node.head.text + spans.join('')
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return read(node.left) + read(node.right)
  }
  if (ts.isCallExpression(node)) {
    const callee = node.expression.getText()
    const parts = /^(path\.)?(join|resolve)$/.test(callee) ? node.arguments.map(read) : []
    // `path.resolve('routes')` starts where the process does.
    return parts[0] !== undefined && path.isAbsolute(parts[0]) ? parts.join('/') : ANY
  }
  if (!ts.isIdentifier(node)) return node.getText() === 'import.meta.dirname' ? own : ANY
  if (node.text === '__dirname') return own
  const declaration = workspace.symbolOf(node)?.declarations?.[0]
  const isConstant =
    declaration !== undefined &&
    ts.isVariableDeclaration(declaration) &&
    (declaration.parent.flags & ts.NodeFlags.Const) !== 0
  const initial = isConstant ? declaration.initializer : undefined
  return initial === undefined ? ANY : read(initial)
}

function escape(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')
}
