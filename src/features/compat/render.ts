import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { InvalidOptionError } from '../../errors.js'
import type { RequestCtx } from '../../server/request-ctx.js'
import type { RoutingApp } from '../../server/routing.js'
import { locals } from './locals.js'
import { expectUnanswered, send } from './send.js'
import { appOf } from './settings.js'

type Values = Record<string, unknown>
type Engine = (
  path: string,
  options: Values,
  callback: (err: unknown, text?: string) => void
) => unknown

/** A template file and what renders it. */
interface View {
  readonly path: string
  readonly engine: Engine
}

/** Views found so far, by app and name, for the setting `view cache`. */
const found = new WeakMap<RoutingApp, Map<string, View>>()

/**
 * Renders a view and answers with it: Express's `res.render`. Values come from `data`, then `locals(ctx)`, then the app's locals; the
 * settings `views`, `view engine` and `view cache` apply.
 *
 * @param view - name of the file, with its extension unless the setting `view engine` gives it
 * @returns settles when the response is ready to be sent; rejects when the view is not found or its engine fails
 */
export async function render(ctx: RequestCtx, view: string, data?: Values): Promise<void> {
  expectUnanswered(ctx)
  send(ctx, await renderToString(ctx, view, data))
}

/** Renders a view to text: Express's `res.render` with a callback. See {@link render}. */
export function renderToString(ctx: RequestCtx, view: string, data?: Values): Promise<string> {
  const app = appOf(ctx)
  const values: Values = { ...app.locals, ...locals(ctx), ...data }
  // Express's engines look for these two.
  values['_locals'] = locals(ctx)
  values['cache'] ??= app.enabled('view cache')
  const { path, engine } = viewOf(app, view, Boolean(values['cache']))
  return new Promise((settle, reject) => {
    engine(path, values, (err, text) => (err ? reject(err as Error) : settle(text ?? '')))
  })
}

function viewOf(app: RoutingApp, name: string, cache: boolean): View {
  const views = found.get(app) ?? new Map<string, View>()
  if (!found.has(app)) found.set(app, views)
  const held = cache ? views.get(name) : undefined
  if (held !== undefined) return held
  const view = lookUp(app, name)
  if (cache) views.set(name, view)
  return view
}

function lookUp(app: RoutingApp, name: string): View {
  const extension = extname(name) || dotted(app.get('view engine') as string | undefined)
  if (extension === '') {
    throw new InvalidOptionError(
      'the view has no extension and the setting view engine none either'
    )
  }
  const engine = (app.engines[extension] ??= loadEngine(extension)) as Engine
  const file = extname(name) === '' ? name + extension : name
  const roots = [app.get('views')].flat() as string[]
  for (const root of roots) {
    const path = fileOf(resolve(root, file), extension)
    if (path !== undefined) return { path, engine }
  }
  const list = roots.map((root) => `"${root}"`).join(', ')
  const error = new InvalidOptionError(`Failed to lookup view "${name}" in views ${list}`)
  // Error handlers of Express tell a missing view by this.
  throw Object.assign(error, { view: { name, root: roots, ext: extension } })
}

function dotted(extension: string | undefined): string {
  return !extension || extension.startsWith('.') ? (extension ?? '') : `.${extension}`
}

function fileOf(path: string, extension: string): string | undefined {
  const index = join(dirname(path), basename(path, extension), `index${extension}`)
  return [path, index].find((one) => statSync(one, { throwIfNoEntry: false })?.isFile())
}

/** Loads the package named as the extension, from where the process was started. */
function loadEngine(extension: string): Engine {
  const name = extension.slice(1)
  const require = createRequire(join(process.cwd(), 'package.json'))
  const engine = (require(name) as { __express?: unknown }).__express
  if (typeof engine !== 'function') {
    throw new InvalidOptionError(`the package ${name} is no view engine`)
  }
  return engine as Engine
}
