import { Args } from '../../http/args.js'
import { RequestHeader } from '../../http/request-header.js'
import { Request } from '../../http/request.js'
import { ResponseHeader } from '../../http/response-header.js'
import { Response } from '../../http/response.js'
import { URI } from '../../http/uri.js'

/** Classes whose instances belong to a request as the ctx does. */
export const HANDLES = [Request, Response, RequestHeader, ResponseHeader, URI, Args] as const

interface Target {
  readonly object: object
  /** Reports the use if the request is over. */
  readonly touch: () => void
}

/** What the guarded handles stand for. */
const targets = new WeakMap<object, Target>()
let seesThrough = false

/** Remembers what `handle` stands for, so that it can be the argument of a copy. */
export function setTarget(handle: object, target: Target): void {
  targets.set(handle, target)
  if (seesThrough) return
  seesThrough = true
  for (const { prototype } of HANDLES) seeThrough(prototype)
}

/** A copy writes private fields of its argument, which a Proxy has none of: `copyTo` gets what the handle stands for. */
function seeThrough(prototype: { copyTo(dst: never): void }): void {
  const { copyTo } = prototype
  Object.defineProperty(prototype, 'copyTo', {
    configurable: true,
    writable: true,
    value(this: object, dst: object): void {
      const target = targets.get(dst)
      target?.touch()
      Reflect.apply(copyTo, this, [target?.object ?? dst])
    },
  })
}
