import { readFileSync } from 'node:fs'
import Module from 'node:module'
import path from 'node:path'
import type { migrate as Migrate } from './core/migrate.js'

/**
 * The single-file transform for `jscodeshift -t`. It sees one file at a time, so handlers and
 * helpers whose callers live in other files are left alone; the command line tool sees them all.
 */
export default async function transform(
  file: { path: string; source: string },
  _api: unknown,
  options: { exact?: boolean } = {}
): Promise<string | undefined> {
  const migrate = await (loaded ??= load())
  const target = path.resolve(file.path)
  const result = migrate([{ path: target, text: file.source }], { exact: options.exact === true })
  return result.changes[0]?.after
}

let loaded: Promise<typeof Migrate> | undefined

type Extensions = Record<string, (module: NodeModule, file: string) => void>
type Compiled = NodeModule & { _compile(text: string, file: string): void }

/**
 * jscodeshift compiles every module that its transform loads, packages too, with a Babel that
 * stops at the TypeScript compiler. What we load is JavaScript already, so it goes around that.
 */
async function load(): Promise<typeof Migrate> {
  const { _extensions: extensions } = Module as unknown as { _extensions: Extensions }
  const hooked = { '.js': extensions['.js'], '.cjs': extensions['.cjs'] }
  const plain = (module: NodeModule, file: string): void =>
    (module as Compiled)._compile(readFileSync(file, 'utf8'), file)
  extensions['.js'] = plain
  extensions['.cjs'] = plain
  try {
    return (await import('./core/migrate.js')).migrate
  } finally {
    for (const [name, hook] of Object.entries(hooked)) {
      if (hook === undefined) delete extensions[name]
      else extensions[name] = hook
    }
  }
}
