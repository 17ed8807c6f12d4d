import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { RequestCtx } from '../request-ctx.js'

/** A ctx that is kept although its handler has settled. */
export interface RetainedCtx {
  readonly method: string
  readonly path: string
}

/** Released handles by what they served. */
const released = new Map<WeakRef<RequestCtx>, RetainedCtx>()

/** Remembers a handle, weakly, from its release on. */
export function watch(ctx: RequestCtx, served: RetainedCtx): void {
  released.set(new WeakRef(ctx), served)
}

/** Rounds of collection before what is left counts as kept: a suspended frame may hold a handle a little longer. */
const ROUNDS = 3

/**
 * Collects garbage and lists the contexts that are still reachable: kept, even if nothing has touched them yet. For tests;
 * sees requests served in debug mode only.
 */
export async function auditRetention(): Promise<RetainedCtx[]> {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  for (let round = 0; round < ROUNDS; round++) {
    await delay(0)
    gc()
  }
  const kept: RetainedCtx[] = []
  for (const [ref, served] of released) {
    if (ref.deref() === undefined) released.delete(ref)
    else kept.push(served)
  }
  return kept
}
