import { watchReleases } from '../../bytes/free-list.js'
import { RequestHeader } from '../../http/request-header.js'
import { ResponseHeader } from '../../http/response-header.js'
import { report, RetentionError, type RetentionAction } from './report.js'

/** Memory of the byte views an acquired object has given. */
const views = new WeakMap<object, ArrayBuffer[]>()
/** Released objects: what they are, and when they were released, in milliseconds since the epoch. */
const releases = new WeakMap<object, { name: string; time: number }>()

/**
 * Reports what is done with an acquired `Request`, `Response`, `Args`, `URI` or `Cookie` after its release, a second release included.
 * Its byte views (`...Bytes()`) are taken away then. Holds for the whole process.
 */
export function guardReleases(action: RetentionAction): void {
  watchReleases({
    acquired: lendViews,
    released: (object) => {
      const before = releases.get(object)
      if (before !== undefined) {
        return report(new RetentionError(`release${before.name}`, before.time), action)
      }
      bury(object, object.constructor.name, action)
      // A detached view reads as empty, whoever holds it.
      for (const view of views.get(object) ?? []) structuredClone(view, { transfer: [view] })
    },
  })
}

/** Names of the members of an object, own and inherited. */
function* namesOf(object: object): Generator<string> {
  for (let o = object; o !== Object.prototype; o = Object.getPrototypeOf(o) as object) {
    yield* Object.getOwnPropertyNames(o)
  }
}

/** Lets the members that give views give copies, in memory that can be taken away. */
function lendViews(object: object): void {
  const given: ArrayBuffer[] = []
  views.set(object, given)
  for (const name of new Set(namesOf(object))) {
    const method: unknown = name.endsWith('Bytes') && Reflect.get(object, name)
    if (typeof method !== 'function') continue
    const value = (...args: unknown[]): unknown => {
      const result: unknown = Reflect.apply(method, object, args)
      if (!(result instanceof Uint8Array)) return result
      const memory = new ArrayBuffer(result.byteLength)
      given.push(memory)
      const view = Buffer.from(memory)
      view.set(result)
      return view
    }
    Object.defineProperty(object, name, { configurable: true, value })
  }
}

/** From here on, what is asked of the object is reported. It answers all the same, so that a program can be watched as it is. */
function bury(object: object, name: string, action: RetentionAction): void {
  const time = Date.now()
  releases.set(object, { name, time })
  for (const key of Object.getOwnPropertyNames(object)) {
    const value: unknown = Reflect.get(object, key)
    if (key.endsWith('Bytes')) Reflect.deleteProperty(object, key)
    else if (value instanceof RequestHeader || value instanceof ResponseHeader) {
      bury(value, `${name}.${key}`, action)
    }
  }
  const tombstone = new Proxy(Object.getPrototypeOf(object) as object, {
    get: (target, key, receiver) => {
      report(new RetentionError(`${name}.${String(key)}`, time), action)
      return Reflect.get(target, key, receiver)
    },
  })
  Object.setPrototypeOf(object, tombstone)
}
