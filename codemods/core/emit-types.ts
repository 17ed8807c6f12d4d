import { ts } from 'ts-morph'
import { walk, wrapOut } from './ast.js'
import type { Candidate, HelperCall } from './candidates.js'
import { spanOf } from './draft.js'
import type { FileEdits } from './file-edits.js'
import { twinName } from './names.js'
import type { ProjectPlan } from './project.js'
import { members, type Service } from './values.js'
import { importedType, signatureParts } from '../transforms/types.js'

const SERVICE_TYPES: Record<string, string> = {
  Express: 'App',
  Application: 'App',
  Router: 'Router',
  IRouter: 'Router',
}

/** Declared types that speak of requests, apps and servers. */
export class TypeEmitter {
  readonly #plan: ProjectPlan
  readonly #fileOf: (node: ts.Node) => FileEdits
  readonly #done = new Set<ts.Node>()

  constructor(plan: ProjectPlan, fileOf: (node: ts.Node) => FileEdits) {
    this.#plan = plan
    this.#fileOf = fileOf
    for (const candidate of plan.candidates.all.values()) {
      if (plan.reasonOf(candidate) !== undefined) continue
      this.#voidType(candidate)
      for (const helper of candidate.helperCalls) this.#functionType(helper)
    }
    if (this.#isCalledNatively()) this.#functionTypes()
    for (const type of this.#done) this.#keepAlias(type)
    this.#serviceTypes()
    this.#serverTypes()
  }

  /** A handler that hands on a promise now no longer fits `: void`. */
  #voidType({ fn }: Candidate): void {
    const { type } = fn
    if (type?.kind !== ts.SyntaxKind.VoidKeyword || !this.#plan.givesPromise(fn)) return
    this.#fileOf(fn).rewrite(spanOf(type), ['void | Promise<void>'])
  }

  /** The declared type of what is called: `key: (req: Request) => string` takes ctx from now on. */
  #functionType({ call, targets, direct }: HelperCall): void {
    if (direct && !targets.every((fn) => this.#plan.isNative(fn))) return
    const type = this.#plan.workspace.checker.getResolvedSignature(call)?.declaration
    if (type === undefined) return
    if (ts.isFunctionTypeNode(type) || ts.isMethodSignature(type)) this.#convert(type)
  }

  /** Functions that are held as values are all called by native code, and some are. */
  #isCalledNatively(): boolean {
    const callers = [...this.#plan.candidates.all.values()].filter((each) =>
      each.helperCalls.some((helper) => !helper.direct)
    )
    return callers.length > 0 && callers.every((each) => this.#plan.reasonOf(each) === undefined)
  }

  /** The types of handlers in the tables and parameters of a router of the project's own. */
  #functionTypes(): void {
    for (const source of this.#plan.workspace.files) {
      if (!/\.[mc]?tsx?$/.test(source.fileName)) continue
      walk(source, (node) => {
        if (!ts.isFunctionTypeNode(node) && !ts.isMethodSignature(node)) return
        if (this.#takesBoth(node)) this.#convert(node)
      })
    }
  }

  #takesBoth(type: ts.FunctionTypeNode | ts.MethodSignature): boolean {
    const names = type.parameters.map((each) =>
      each.type !== undefined && ts.isTypeReferenceNode(each.type)
        ? importedType(each.type, this.#plan)
        : undefined
    )
    return names.some((name) => /^(ServerResponse|Response)$/.test(name ?? ''))
  }

  #convert(type: ts.FunctionTypeNode | ts.MethodSignature): void {
    const { workspace } = this.#plan
    const first = type.parameters[0]
    if (this.#done.has(type) || first === undefined) return
    if (workspace.isReadonly(type.getSourceFile())) return
    const parts = signatureParts(type.parameters, { ctx: 'RequestCtx', next: 'Next' }, workspace)
    if (parts === undefined) return
    this.#done.add(type)
    const file = this.#fileOf(type)
    file.need('fasthttp', 'RequestCtx', true)
    if (parts.includes(': Next')) file.need('fasthttp/router', 'Next', true)
    file.rewrite({ start: first.getStart(), end: type.parameters.at(-1)!.end }, [parts])
    file.found('types', type)
  }

  /** Keeps the old form of a named function type for the functions that stay. */
  #keepAlias(type: ts.Node): void {
    const alias = type.parent
    if (!ts.isTypeAliasDeclaration(alias)) return
    let isKept = false
    for (const candidate of this.#plan.candidates.all.values()) {
      if (this.#plan.reasonOf(candidate) === undefined) continue
      const annotation = annotationOf(candidate.fn)
      if (annotation === undefined || !this.#namesAlias(annotation, alias)) continue
      isKept = true
      const name = annotation.typeName
      const file = this.#fileOf(name)
      const last = ts.isQualifiedName(name) ? name.right : name
      file.rewrite(spanOf(last), [twinName(last.text)])
      if (ts.isIdentifier(name)) this.#importType(name, file)
    }
    if (!isKept) return
    const file = this.#fileOf(alias)
    const { eol } = file.context.style
    const { text } = file.context.file
    const start = alias.getStart()
    const copy =
      text.slice(start, alias.name.getStart()) +
      twinName(alias.name.text) +
      text.slice(alias.name.end, alias.end)
    file.append(alias, eol + copy)
    walk(alias, (node) => {
      if (ts.isIdentifier(node)) file.keeps.add(node.text)
    })
  }

  #namesAlias(annotation: ts.TypeReferenceNode, alias: ts.TypeAliasDeclaration): boolean {
    const { checker } = this.#plan.workspace
    const symbol = checker.getSymbolAtLocation(annotation.typeName)
    const target =
      symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0
        ? checker.getAliasedSymbol(symbol)
        : symbol
    return target?.declarations?.includes(alias) ?? false
  }

  #importType(name: ts.Identifier, file: FileEdits): void {
    const binding = this.#plan.workspace.checker.getSymbolAtLocation(name)?.declarations?.[0]
    if (binding === undefined || !ts.isImportSpecifier(binding)) return
    file.needs.push({
      module: (binding.parent.parent.parent.moduleSpecifier as ts.StringLiteral).text,
      name: twinName((binding.propertyName ?? binding.name).text),
      local: twinName(name.text),
      typeOnly: true,
    })
  }

  #allConverted(): boolean {
    const ours = [...this.#plan.graph.services].filter((each) => each.kind !== 'server')
    return ours.length > 0 && ours.every((each) => this.#isOurs(each))
  }

  /** `app: Application` where every app and router is ours, or what it declares is. */
  #serviceTypes(): void {
    const isWhole = this.#allConverted()
    this.#eachType((node) => {
      const ours = SERVICE_TYPES[importedType(node, this.#plan) ?? '']
      if (ours === undefined || (!isWhole && !this.#declaresOurs(node))) return
      const file = this.#fileOf(node)
      const isCallable = ours === 'App' && this.#plan.graph.callsApps
      const name = isCallable
        ? file.need('fasthttp/adaptor', 'CallableApp')
        : file.need('fasthttp/router', ours)
      file.rewrite(spanOf(node), [name])
      file.found('types', node)
    })
  }

  /** Whether the type is that of a variable, property or parameter that only ever holds what is ours. */
  #declaresOurs(type: ts.TypeReferenceNode): boolean {
    const owner = type.parent
    const isTyped =
      ts.isVariableDeclaration(owner) || ts.isPropertyDeclaration(owner) || ts.isParameter(owner)
    if (!isTyped || owner.type !== type) return false
    return members(this.#plan.values.declared(owner)).every(
      (each) => each.kind === 'service' && this.#isOurs(each.service)
    )
  }

  #isOurs(service: Service): boolean {
    return service.flavor === 'fasthttp' || this.#plan.isConverted(service)
  }

  /** `http.Server` where every server is ours; a cast where tests expect node's type. */
  #serverTypes(): void {
    const servers = [...this.#plan.graph.services].filter(
      (each) =>
        each.kind === 'server' &&
        ts.isCallExpression(each.node) &&
        isCreateServer(each.node) &&
        !this.#plan.workspace.isReadonly(each.node.getSourceFile())
    )
    const types: ts.TypeReferenceNode[] = []
    let isExpected = false
    this.#eachType((node, isReadonly) => {
      if (importedType(node, this.#plan) !== 'Server') return
      if (isReadonly) isExpected = true
      else types.push(node)
    })
    if (servers.length === 0 || !servers.every((each) => this.#plan.isConverted(each))) return
    if (!isExpected) {
      for (const node of types) {
        const file = this.#fileOf(node)
        file.rewrite(spanOf(node), [file.need('fasthttp', 'Server')])
        file.found('types', node)
      }
      return
    }
    for (const { node } of servers) {
      const type = types.find((each) => each.getSourceFile() === node.getSourceFile())
      if (type === undefined) continue
      const file = this.#fileOf(node)
      file.append(node, ` as unknown as ${type.getText()}`)
      for (const name of type.getText().split('.')) file.keeps.add(name)
    }
  }

  #eachType(visit: (node: ts.TypeReferenceNode, isReadonly: boolean) => void): void {
    const { workspace } = this.#plan
    for (const source of workspace.files) {
      if (!/\.[mc]?tsx?$/.test(source.fileName)) continue
      const isReadonly = workspace.isReadonly(source)
      walk(source, (node) => {
        if (ts.isTypeReferenceNode(node)) visit(node, isReadonly)
      })
    }
  }
}

function isCreateServer(call: ts.CallExpression): boolean {
  return /(^|\.)createServer$/.test(call.expression.getText())
}

function annotationOf(fn: Candidate['fn']): ts.TypeReferenceNode | undefined {
  const owner = ts.isExpression(fn) ? wrapOut(fn).parent : undefined
  if (owner === undefined) return undefined
  if (!ts.isVariableDeclaration(owner) && !ts.isPropertyDeclaration(owner)) return undefined
  const { type } = owner
  return type !== undefined && ts.isTypeReferenceNode(type) ? type : undefined
}
