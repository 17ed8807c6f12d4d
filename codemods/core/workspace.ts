import { Project, ts } from 'ts-morph'
import path from 'node:path'

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
  readonly #options: ts.CompilerOptions

  constructor(inputs: readonly SourceInput[], options: WorkspaceOptions = {}) {
    this.#options = compilerOptions(options.tsconfig)
    // Packages are known by their names alone: their declarations are never loaded, which keeps
    // recognition linear in the size of the project's own code.
    const project = new Project({
      skipAddingFilesFromTsConfig: true,
      skipFileDependencyResolution: true,
      skipLoadingLibFiles: true,
      // Otherwise every file would be read and parsed a second time.
      useInMemoryFileSystem: true,
      compilerOptions: this.#options,
      resolutionHost: () => ({
        resolveModuleNames: (names, from) => names.map((name) => this.#resolvedModule(name, from)),
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
      const target = this.#resolvedModule(specifier, from.fileName)?.resolvedFileName
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

  #resolvedModule(name: string, from: string): ts.ResolvedModuleFull | undefined {
    if (!name.startsWith('.') && !name.startsWith('/') && !this.#isAliased(name)) return undefined
    const base = name.startsWith('.') ? path.resolve(path.dirname(from), name) : name
    for (const candidate of candidates(base)) {
      if (this.#inputs.has(candidate)) {
        return { resolvedFileName: candidate, extension: path.extname(candidate) }
      }
    }
    const host = {
      fileExists: (file: string) => this.#inputs.has(file),
      readFile: () => undefined,
    }
    return ts.resolveModuleName(name, from, this.#options, host).resolvedModule as
      ts.ResolvedModuleFull | undefined
  }

  #isAliased(name: string): boolean {
    const patterns = Object.keys(this.#options.paths ?? {})
    if (patterns.length === 0) return this.#options.baseUrl !== undefined
    return (
      this.#options.baseUrl !== undefined ||
      patterns.some((pattern) => name.startsWith(pattern.replace(/\*.*$/, '')))
    )
  }
}

/** The name a source has for the compiler: a script such as `bin/www` gets an extension. */
function sourceName(file: string): string {
  const full = path.resolve(file)
  return path.extname(full) === '' ? `${full}.js` : full
}

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']

/** File names a relative specifier can mean, TypeScript's `.js` for `.ts` habit included. */
function candidates(base: string): string[] {
  const list = [base]
  const written = /\.([mc]?)jsx?$/.exec(base)
  if (written !== null) {
    const stem = base.slice(0, -written[0].length)
    list.push(`${stem}.${written[1]}ts`, `${stem}.tsx`)
  }
  for (const extension of EXTENSIONS) list.push(base + extension)
  for (const extension of EXTENSIONS) list.push(path.join(base, `index${extension}`))
  return list
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
  if (tsconfig === undefined) return own
  const { config } = ts.readConfigFile(tsconfig, ts.sys.readFile)
  const host = { ...ts.sys, readDirectory: () => [] }
  const parsed = ts.parseJsonConfigFileContent(config ?? {}, host, path.dirname(tsconfig))
  const { paths, baseUrl } = parsed.options
  return {
    ...own,
    ...(paths === undefined ? {} : { paths, pathsBasePath: parsed.options['pathsBasePath'] }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
  }
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
