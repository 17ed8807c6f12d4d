import { ts } from 'ts-morph'

/** How one file is written, read from its own text so that new text looks like its neighbours. */
export interface TextStyle {
  eol: '\n' | '\r\n'
  quote: "'" | '"'
  semicolon: '' | ';'
  indent: string
}

export function styleOf(file: ts.SourceFile): TextStyle {
  const { text } = file
  let single = 0
  let double = 0
  let withSemicolon = 0
  let without = 0
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) {
      if (text[node.getStart(file)] === "'") single++
      else double++
    } else if (endsWithSemicolon(node)) {
      if (text[statementEnd(node) - 1] === ';') withSemicolon++
      else without++
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return {
    eol: text.includes('\r\n') ? '\r\n' : '\n',
    quote: double > single ? '"' : "'",
    semicolon: withSemicolon >= without && withSemicolon > 0 ? ';' : '',
    indent: /^(\t| {2,8})\S/m.exec(text)?.[1] ?? '  ',
  }
}

function endsWithSemicolon(node: ts.Node): node is ts.Statement {
  return (
    ts.isExpressionStatement(node) || ts.isVariableStatement(node) || ts.isImportDeclaration(node)
  )
}

/**
 * Where a statement ends on the page: a semicolon on a later line ends it for the compiler, but
 * guards the line it stands on, as in `;(async () => {})()`.
 */
export function statementEnd(statement: ts.Node): number {
  const { text } = statement.getSourceFile()
  if (text[statement.end - 1] !== ';') return statement.end
  const before = statement.getChildren().at(-2)
  if (before === undefined) return statement.end
  return text.slice(before.end, statement.end).includes('\n') ? before.end : statement.end
}

/** The white space that starts the line of `position`. */
export function indentAt(text: string, position: number): string {
  const lineStart = text.lastIndexOf('\n', position - 1) + 1
  return /^[ \t]*/.exec(text.slice(lineStart, position))![0]
}

/** The range of whole lines a node stands on alone, or `undefined` when it shares them. */
export function wholeLines(text: string, start: number, end: number): [number, number] | undefined {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const lineEnd = text.indexOf('\n', end)
  const stop = lineEnd === -1 ? text.length : lineEnd + 1
  if (text.slice(lineStart, start).trim() !== '') return undefined
  return text.slice(end, stop).trim() === '' ? [lineStart, stop] : undefined
}
