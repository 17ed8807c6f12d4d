import { ts } from 'ts-morph'
import { contains, isWriteTarget, nameText, unwrap, walk } from './ast.js'
import type { Candidate } from './candidates.js'
import { isExportsObject } from './file-exports.js'
import { nameOf } from './names.js'
import { members, type Service, type Value, type Values } from './values.js'
import type { Workspace } from './workspace.js'

/** Why a function stays that a test replaces: what takes its place is called with req, res and next. */
export const REPLACED = 'a test puts another in its place'

const MODULE_MOCKS =
  /^((jest|vi|vitest)\.(mock|doMock|unstable_mockModule|setMock)|(\w+\.)?mock\.module|td\.replace(Esm|Cjs)?|mockery\.register(Mock|Substitute)|mock|mockRequire)$/
const LOADERS_WITH_STUBS = /^(proxyquire|esmock|quibble)\b/
const MEMBER_MOCKS =
  /^((sinon|sandbox|sinonSandbox|sb|jest|vi|vitest|td|mock|t\.mock|\w+\.mock)\.)?(stub|spyOn|spy|replace|replaceProperty|method|mock)$/

/** What tests put something else in the place of, by mocking modules, stubbing members or assigning to them. */
export class Replacements {
  readonly services = new Set<Service>()
  readonly #workspace: Workspace
  readonly #values: Values
  readonly #files = new Set<ts.SourceFile>()
  /** Files in which any name may be given another value. */
  readonly #rewired = new Set<ts.SourceFile>()
  readonly #nodes = new Set<ts.Node>()
  /** Members of objects that cannot be followed. */
  readonly #names = new Set<string>()

  constructor(workspace: Workspace, values: Values) {
    this.#workspace = workspace
    this.#values = values
    for (const call of values.allCalls) if (ts.isCallExpression(call)) this.#visit(call)
    for (const file of workspace.files) if (workspace.isReadonly(file)) this.#assignments(file)
  }

  has({ fn, references }: Candidate): boolean {
    if (this.#files.has(fn.getSourceFile()) || this.#names.has(nameOf(fn))) return true
    if (references.some((each) => this.#rewired.has(each.getSourceFile()))) return true
    return [...this.#nodes].some((each) => contains(each, fn))
  }

  hasService(service: Service): boolean {
    return this.services.has(service) || this.#files.has(service.node.getSourceFile())
  }

  #visit(call: ts.CallExpression): void {
    const [first, second] = call.arguments
    if (first === undefined) return
    const callee = call.expression.getText().replace(/\s/g, '')
    const specifier = specifierOf(first)
    if (LOADERS_WITH_STUBS.test(callee)) {
      if (specifier !== undefined) this.#stubs(specifier, second, call)
    } else if (callee === 'rewire') {
      for (const file of this.#resolve(specifier, call.getSourceFile())) this.#rewired.add(file)
    } else if (specifier !== undefined) {
      if (MODULE_MOCKS.test(callee)) this.#module(specifier, call.getSourceFile())
    } else if (MEMBER_MOCKS.test(callee)) {
      this.#member(first, second)
    }
  }

  #module(specifier: string, from: ts.SourceFile): void {
    for (const file of this.#resolve(specifier, from)) {
      this.#files.add(file)
      for (const value of this.#values.offeredBy(file)) this.#reach(value)
    }
  }

  /** `proxyquire('../app', { './auth': fake })`: names as the loaded file gives them. */
  #stubs(specifier: string, stubs: ts.Expression | undefined, call: ts.Node): void {
    for (const target of this.#resolve(specifier, call.getSourceFile())) {
      const value = stubs === undefined ? undefined : this.#values.of(stubs)
      const names =
        value?.kind === 'object'
          ? value.node.properties.map((each) => nameText(each.name))
          : [undefined]
      for (const name of names) {
        if (name === undefined) this.#rewired.add(target)
        else this.#module(name, target)
      }
    }
  }

  #resolve(specifier: string | undefined, from: ts.SourceFile): ts.SourceFile[] {
    if (specifier === undefined) return []
    const found = this.#workspace.resolve(specifier, from)
    if (found !== undefined) return [found]
    // An alias that only the test runner knows: `@/auth` and `src/auth` end as the file does.
    const rest = specifier.replace(/^([@~#][^/]*|src|app|lib|\.+)\/|^(\.\.?\/)+/, '')
    if (specifier.startsWith('.') || rest === '' || !specifier.includes('/')) return []
    const end = new RegExp(`/${escape(rest)}(/index)?(\\.[cm]?[jt]sx?)?$`)
    return this.#workspace.files.filter((each) => end.test(each.fileName))
  }

  /** `sinon.stub(auth, 'verify')`, or all of `auth`. */
  #member(target: ts.Expression, name: ts.Expression | undefined): void {
    const inner = unwrap(target)
    const isPrototype = ts.isPropertyAccessExpression(inner) && inner.name.text === 'prototype'
    const owner = this.#values.of(isPrototype ? inner.expression : inner)
    if (name === undefined || !ts.isStringLiteralLike(name)) {
      this.#reach(owner)
      return
    }
    if (owner.kind === 'unknown' && this.#isOfOthers(inner)) return
    this.#memberOf(owner, name.text)
  }

  /** `prisma.user`, `console`: no object of the project's own functions. */
  #isOfOthers(node: ts.Expression): boolean {
    let root = node
    while (ts.isPropertyAccessExpression(root) || ts.isCallExpression(root)) {
      root = unwrap(root.expression)
    }
    if (ts.isIdentifier(root) && this.#workspace.symbolOf(root) === undefined) return true
    return members(this.#values.of(root)).every((each) =>
      /^(module|export|result)$/.test(each.kind)
    )
  }

  #memberOf(owner: Value, name: string): void {
    for (const each of members(owner)) {
      if (each.kind === 'unknown') this.#names.add(name)
      // The methods of a class are its instances' too.
      else if (each.kind === 'class') {
        this.#reach(this.#values.member({ kind: 'instance', node: each.node }, name))
      }
      this.#reach(this.#values.member(each, name))
    }
  }

  /** `auth.verify = (req, res, next) => next()` in a test. */
  #assignments(file: ts.SourceFile): void {
    walk(file, (node) => {
      if (!ts.isPropertyAccessExpression(node) || !isWriteTarget(node)) return
      if (isExportsObject(node) || isExportsObject(node.expression)) return
      const owner = members(this.#values.of(node.expression))
      for (const each of owner) {
        if (this.#isOfProject(each)) this.#memberOf(each, node.name.text)
      }
    })
  }

  /** Whether it is no object of the test's own. */
  #isOfProject(value: Value): boolean {
    if (value.kind === 'file') return !this.#workspace.isReadonly(value.file)
    const isObject = /^(object|class|instance|function)$/.test(value.kind)
    return isObject && 'node' in value && !this.#workspace.isReadonly(value.node.getSourceFile())
  }

  #reach(value: Value, depth = 0): void {
    if (depth > 4) return
    for (const each of members(value)) {
      if (each.kind === 'service') this.services.add(each.service)
      if (each.kind === 'file') {
        for (const inner of this.#values.offeredBy(each.file)) this.#reach(inner, depth + 1)
      } else if (each.kind === 'array') {
        for (const inner of each.node.elements) this.#reach(this.#values.of(inner), depth + 1)
      } else if (each.kind === 'object') {
        this.#nodes.add(each.node)
        for (const { name } of each.node.properties) {
          const text = nameText(name)
          if (text !== undefined) this.#reach(this.#values.member(each, text), depth + 1)
        }
      } else if (/^(function|class|instance)$/.test(each.kind) && 'node' in each) {
        this.#nodes.add(each.node)
      }
    }
  }
}

/** `'../auth'` and `import('../auth')`. */
function specifierOf(node: ts.Expression): string | undefined {
  const inner = unwrap(node)
  if (ts.isStringLiteralLike(inner)) return inner.text
  const isLoad =
    ts.isCallExpression(inner) &&
    (inner.expression.kind === ts.SyntaxKind.ImportKeyword ||
      inner.expression.getText() === 'require.resolve')
  const [name] = isLoad ? inner.arguments : []
  return name !== undefined && ts.isStringLiteralLike(name) ? name.text : undefined
}

function escape(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')
}
