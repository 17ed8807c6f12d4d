import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'
import ts from 'typescript'
import plugin from '../../../../codemods/eslint-plugin/index.js'
import type { Severity } from './lint.js'

/** As much of the package's types as the cases need. */
const TYPES = `
declare module 'fasthttp' {
  export interface RequestHeader { peek(key: string): string | undefined; toString(): string }
  export interface Request { header: RequestHeader; body(): Buffer; copyTo(to: Request): void }
  export interface Response { header: RequestHeader; body(): Buffer; setStatusCode(n: number): void }
  export class RequestCtx {
    request: Request
    response: Response
    signal: AbortSignal
    path(): string
    hostBytes(): Uint8Array
    host(): Uint8Array
    postBody(): Buffer
    setStatusCode(n: number): void
    setBodyString(s: string): void
    writeString(s: string): void
    [member: string]: any
  }
  export type RequestHandler = (ctx: RequestCtx) => void | Promise<void>
  export const serve: any, listenAndServe: any, timeoutHandler: any, acquireRequest: any
  export class Server { constructor(options: any); [member: string]: any }
}
declare module 'fasthttp/router' {
  import type { RequestCtx } from 'fasthttp'
  export type Middleware = (ctx: RequestCtx, next: () => Promise<void>) => void | Promise<void>
  export class Router { [member: string]: any }
}`

/** Lints texts with type information, all in one program. */
export function lintTyped(codes: readonly string[], rules: Severity): Linter.LintMessage[][] {
  const files = new Map(codes.map((code, index) => [`/case-${index}.ts`, code]))
  files.set('/types.d.ts', TYPES)
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    strict: true,
    types: [],
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.fileExists = (name) => files.has(name) || fileExists(name)
  host.getSourceFile = (name, version) => {
    const text = files.get(name)
    return text === undefined
      ? getSourceFile(name, version)
      : ts.createSourceFile(name, text, version, true)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return codes.map((code, index) => {
    const config: any = {
      files: ['**'],
      plugins: { fasthttp: plugin },
      rules,
      languageOptions: { parser, parserOptions: { programs: [program] } },
    }
    return new Linter({ cwd: '/' }).verify(code, config, `/case-${index}.ts`)
  })
}
