import type { RequestCtx } from '../../server/request-ctx.js'

/** A value of one request that is made when it is first asked for. */
export function perRequest<T>(name: string, make: (ctx: RequestCtx) => T): (ctx: RequestCtx) => T {
  const key = Symbol.for(`fasthttp.${name}`)
  return (ctx) => {
    const held = ctx.userValue(key) as T | undefined
    if (held !== undefined) return held
    const value = make(ctx)
    ctx.setUserValue(key, value)
    return value
  }
}
