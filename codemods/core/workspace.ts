import path from 'node:path'
import { Project, ts } from 'ts-morph'
import { ModuleResolver, pathOptions, sourceName } from './module-resolver.js'

export interface SourceInput {
  /** Absolute path. */
  path: string
  text: string
  /** Read for its uses only, never edited: tests, files outside the given paths. */
  readonly?: boolean
}

export interface SyntaxProblem {
  path: string
  line: number
  column: number
  message: string
}

export interface WorkspaceOptions {
  /** Absolute path of a tsconfig whose `paths` and `baseUrl` name modules. */
  tsconfig?: string | undefined
}

const BOM = '\uFEFF'

/** The parsed sources: a ts-morph project that is read and never changed. */
export class Workspace {
  readonly files: ts.SourceFile[] = []
  readonly problems: SyntaxProblem[] = []
  readonly checker: ts.TypeChecker
  readonly #inputs = new Map<string, SourceInput>()
  readonly #byPath = new Map<string, ts.SourceFile>()
  readonly #resolved = new Map<string, ts.SourceFile | undefined>()
  readonly #resolver: ModuleResolver

  constructor(inputs: readonly SourceInput[], options: WorkspaceOptions = {}) {
    const compiler = compilerOptions(options.tsconfig)
    this.#resolver = new ModuleResolver((file) => this.#inputs.has(file), compiler)
    // Packages are known by their names alone: their declarations are never loaded, which keeps
    // recognition linear in the size of the project's own code.
    const project = new Project({
      skipAddingFilesFromTsConfig: true,
      skipFileDependencyResolution: true,
      skipLoadingLibFiles: true,
      // Otherwise every file would be read and parsed a second time.
      useInMemoryFileSystem: true,
      compilerOptions: compiler,
      resolutionHost: () => ({
        resolveModuleNames: (names, from) =>
          names.map((name) => this.#resolver.resolve(name, from)),
      }),
    })
    for (const input of inputs) {
      const text = input.text.startsWith(BOM) ? input.text.slice(1) : input.text
      this.#inputs.set(sourceName(input.path), input)
      project.createSourceFile(sourceName(input.path), text, { overwrite: true })
    }
    const program = project.getProgram().compilerObject
    this.checker = program.getTypeChecker()
    for (const input of inputs) this.#admit(program, sourceName(input.path))
  }

  input(file: ts.SourceFile): SourceInput {
    const input = this.#inputs.get(file.fileName)
    if (input === undefined) throw new Error(`not a source of this workspace: ${file.fileName}`)
    return input
  }

  /** The path of a file as it was given. */
  pathOf(file: ts.SourceFile): string {
    return this.input(file).path
  }

  isReadonly(file: ts.SourceFile): boolean {
    return this.input(file).readonly === true
  }

  /** The project file an import or require names, `undefined` for packages. */
  resolve(specifier: string, from: ts.SourceFile): ts.SourceFile | undefined {
    const key = `${path.dirname(from.fileName)}\0${specifier}`
    if (!this.#resolved.has(key)) {
      const target = this.#resolver.resolve(specifier, from.fileName)?.resolvedFileName
      this.#resolved.set(key, target === undefined ? undefined : this.#byPath.get(target))
    }
    return this.#resolved.get(key)
  }

  symbolOf(node: ts.Node): ts.Symbol | undefined {
    if (ts.isIdentifier(node) && ts.isShorthandPropertyAssignment(node.parent)) {
      return this.checker.getShorthandAssignmentValueSymbol(node.parent)
    }
    return this.checker.getSymbolAtLocation(node)
  }

  #admit(program: ts.Program, fileName: string): void {
    const file = program.getSourceFile(fileName)
    if (file === undefined) return
    const problem = firstSyntaxProblem(program, file)
    if (problem !== undefined) {
      this.problems.push({ ...problem, path: this.pathOf(file) })
      return
    }
    this.files.push(file)
    this.#byPath.set(fileName, file)
  }
}

function compilerOptions(tsconfig: string | undefined): ts.CompilerOptions {
  const own: ts.CompilerOptions = {
    allowJs: true,
    noLib: true,
    types: [],
    strict: true,
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
  }
  return { ...own, ...pathOptions(tsconfig) }
}

function firstSyntaxProblem(program: ts.Program, file: ts.SourceFile): SyntaxProblem | undefined {
  // In JavaScript files the compiler also reports TypeScript-only syntax here (code 8xxx): Flow
  // annotations and decorators land among them, and such a file is not ours to edit.
  const [first] = program.getSyntacticDiagnostics(file)
  if (first === undefined) return undefined
  const at = file.getLineAndCharacterOfPosition(first.start ?? 0)
  return {
    path: file.fileName,
    line: at.line + 1,
    column: at.character + 1,
    message: ts.flattenDiagnosticMessageText(first.messageText, ' '),
  }
}
