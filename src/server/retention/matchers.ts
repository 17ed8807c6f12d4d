import { setImmediate as turn } from 'node:timers/promises'
import { RequestCtx, type RequestHandler } from '../request-ctx.js'
import { auditRetention } from './audit.js'
import { guardHandler } from './guard-handler.js'
import type { RetentionError } from './report.js'

/** Turns of the event loop in which a late touch may still come. */
const TURNS = 10

/**
 * Matchers for vitest and jest: `expect.extend(retentionMatchers)`.
 *
 * `await expect(handler).toReleaseCtx(prepare?)` runs `handler` once on a ctx that `prepare` may fill, and fails when the handler touches
 * it after it settled, or keeps it.
 */
export const retentionMatchers = {
  async toReleaseCtx(
    handler: RequestHandler,
    prepare?: (ctx: RequestCtx) => void
  ): Promise<{ pass: boolean; message: () => string }> {
    const touches: RetentionError[] = []
    const ctx = new RequestCtx()
    ctx.init()
    // A path of its own tells this ctx from others in the audit.
    ctx.request.setRequestURI(`/to-release-ctx/${Math.random()}`)
    prepare?.(ctx)
    const path = ctx.path()
    await guardHandler(handler, { retention: (err) => void touches.push(err) })(ctx)
    for (let i = 0; i < TURNS; i++) await turn()
    const kept = (await auditRetention()).some((retained) => retained.path === path)
    const [touch] = touches
    return {
      pass: touch === undefined && !kept,
      message: () =>
        touch?.message ?? (kept ? 'the handler keeps its ctx' : 'the handler releases its ctx'),
    }
  },
}
