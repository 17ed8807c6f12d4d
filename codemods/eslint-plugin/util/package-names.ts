import type { TSESLint, TSESTree } from '@typescript-eslint/utils'

export const isPackage = (specifier: string): boolean => /^fasthttp(\/|$)/.test(specifier)

/** Frameworks whose handlers also take a `ctx`, a context or a request of their own. */
const FOREIGN =
  /^(express|koa|@koa\/.*|koa-.*|fastify|@fastify\/.*|hono|hono\/.*|h3|elysia|telegraf|grammy|graphql|graphql-.*|@apollo\/.*|apollo-.*|@nestjs\/.*|@hapi\/.*|restify|polka|oak|@oak\/.*|discord\.js|moleculer|canvas|@napi-rs\/canvas|three|next|next\/.*|@trpc\/.*|egg|midway|@midwayjs\/.*|@adonisjs\/.*|nuxt|vue|react)$/

export interface Imports {
  readonly fromPackage: boolean
  readonly foreign: boolean
}

/** Which of the two worlds a file belongs to. */
export function importsOf(program: TSESTree.Program, text: string): Imports {
  let fromPackage = /\brequire\(\s*['"]fasthttp[/'"]|import\(\s*['"]fasthttp[/'"]/.test(text)
  let foreign = false
  for (const node of program.body) {
    if (
      node.type === 'ImportDeclaration' ||
      node.type === 'ExportNamedDeclaration' ||
      node.type === 'ExportAllDeclaration'
    ) {
      const source = node.source?.value
      if (source === undefined) continue
      if (isPackage(source)) fromPackage = true
      else if (FOREIGN.test(source)) foreign = true
    } else if (node.type === 'VariableDeclaration') {
      for (const { init } of node.declarations) {
        if (init?.type !== 'CallExpression' || init.callee.type !== 'Identifier') continue
        const [first] = init.arguments
        if (
          init.callee.name === 'require' &&
          first?.type === 'Literal' &&
          FOREIGN.test(String(first.value))
        ) {
          foreign = true
        }
      }
    }
  }
  return { fromPackage, foreign }
}

const GATE =
  /fasthttp|RequestCtx|RequestHandler|\b(?:setBodyString|postBody|postArgs|queryArgs|setStatusCode|(?:setU|u)serValue|timeoutError\w*|hijack|setBodyStream\w*|successString|setContentType|remoteIP|multipartForm|connRequestNum|setConnectionClose|visitUserValues|requestBodyStream|copyTo)\b|\.(?:method|path|host|referer|userAgent|requestURI|formValue|formFile|remoteAddr|localAddr|writeString|setBody|resetBody|notFound|notModified|is(?:Get|Post|Put|Delete|Patch|Head|Options|TLS)|setJSON|bodyJSON|earlyHints|peek\w*)\(/

/** Files that the test below was made on: several rules ask. */
const tested = new WeakMap<TSESLint.SourceCode, boolean>()

/** The cheap test: can the text hold a request handler at all? */
export function mayHoldHandlers(source: TSESLint.SourceCode, names: readonly string[]): boolean {
  let may = tested.get(source)
  if (may === undefined) tested.set(source, (may = GATE.test(source.text)))
  return may || names.some((name) => source.text.includes(name))
}
