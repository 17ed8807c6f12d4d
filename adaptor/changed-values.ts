import qs from 'qs'
import { query, setQuery } from '../src/features/compat/url.js'
import { kParams, type RequestCtx } from '../src/server/request-ctx.js'
import { expressParams, setWildcards } from '../src/server/routing.js'

type Fields = Record<string, unknown>

/** What an adapted middleware sees as `req.query` or `req.params`, to be changed in place or replaced. */
interface View {
  read: () => unknown
  write: (value: unknown) => void
  /** Shows on the ctx what was changed, as sanitizers do. */
  publish: () => void
}

/** `req.query`: changes are seen by `query(ctx)` and `ctx.queryArgs()`. */
export function queryView(ctx: RequestCtx): View {
  let value: unknown
  let seen: string | undefined
  const read = (): unknown => {
    const now = query(ctx)
    if (now !== value) {
      value = now
      seen = JSON.stringify(now)
    }
    return value
  }
  const publish = (): void => {
    if (value === undefined) return
    const text = JSON.stringify(value)
    if (text === seen) return
    seen = text
    ctx.queryArgs().parse(qs.stringify(value, { arrayFormat: 'repeat' }))
  }
  const write = (replaced: unknown): void => {
    read()
    value = replaced
    setQuery(ctx, replaced as Fields)
  }
  return { read, write, publish }
}

/** `req.params`: changes are seen by `ctx.param()` as long as the route lasts. */
export function paramsView(ctx: RequestCtx): View {
  let source: unknown
  let value: Fields | undefined
  let seen: string | undefined
  const read = (): Fields => {
    const now = ctx.userValue(kParams)
    if (value === undefined || now !== source) {
      source = now
      value = expressParams(ctx)
      seen = JSON.stringify(value)
    }
    return value
  }
  const publish = (): void => {
    if (value === undefined || ctx.userValue(kParams) !== source) return
    const text = JSON.stringify(value)
    if (text === seen) return
    seen = text
    source = paramsOf(value)
    ctx.setUserValue(kParams, source)
  }
  const write = (replaced: unknown): void => {
    read()
    value = replaced as Fields
  }
  return { read, write, publish }
}

/** Parameters as routers keep them: a wildcard is one text, with the list beside it. */
function paramsOf(value: Fields): Fields {
  const params = { ...value }
  const lists: Record<string, string[]> = {}
  for (const [name, each] of Object.entries(params)) {
    if (!Array.isArray(each)) continue
    lists[name] = each as string[]
    params[name] = each.join('/')
  }
  setWildcards(params, lists)
  return params
}
