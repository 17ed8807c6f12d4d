import path from 'node:path'
import { ts } from 'ts-morph'

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']

/** Finds the project file that an import or require names; packages are not followed. */
export class ModuleResolver {
  readonly #has: (file: string) => boolean
  readonly #options: ts.CompilerOptions

  /**
   * @param has whether an absolute path is a file of the project
   * @param options compiler options whose `paths` and `baseUrl` name modules
   */
  constructor(has: (file: string) => boolean, options: ts.CompilerOptions) {
    this.#has = has
    this.#options = options
  }

  resolve(name: string, from: string): ts.ResolvedModuleFull | undefined {
    if (!name.startsWith('.') && !name.startsWith('/') && !this.#isAliased(name)) return undefined
    const base = name.startsWith('.') ? path.resolve(path.dirname(from), name) : name
    const found = candidates(base).find((each) => this.#has(each))
    if (found !== undefined) return { resolvedFileName: found, extension: path.extname(found) }
    const host = { fileExists: this.#has, readFile: () => undefined }
    return ts.resolveModuleName(name, from, this.#options, host).resolvedModule as
      ts.ResolvedModuleFull | undefined
  }

  #isAliased(name: string): boolean {
    if (this.#options.baseUrl !== undefined) return true
    const patterns = Object.keys(this.#options.paths ?? {})
    return patterns.some((pattern) => name.startsWith(pattern.replace(/\*.*$/, '')))
  }
}

/** The `paths` and `baseUrl` of a tsconfig.json, those it extends included. */
export function pathOptions(tsconfig: string | undefined): ts.CompilerOptions {
  if (tsconfig === undefined) return {}
  const { config } = ts.readConfigFile(tsconfig, ts.sys.readFile)
  const host = { ...ts.sys, readDirectory: () => [] }
  const parsed = ts.parseJsonConfigFileContent(config ?? {}, host, path.dirname(tsconfig))
  const { paths, baseUrl } = parsed.options
  return {
    ...(paths === undefined ? {} : { paths, pathsBasePath: parsed.options['pathsBasePath'] }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
  }
}

/** The name a source has for the compiler: a script such as `bin/www` gets an extension. */
export function sourceName(file: string): string {
  const full = path.resolve(file)
  return path.extname(full) === '' ? `${full}.js` : full
}

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
