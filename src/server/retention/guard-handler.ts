import { InvalidOptionError } from '../../errors.js'
import { checkDebugNames } from '../option-names.js'
import type { RequestCtx, RequestHandler } from '../request-ctx.js'
import { watch } from './audit.js'
import { Guard } from './guard.js'
import { runTraced } from './origins.js'
import { guardReleases } from './releases.js'
import type { RetentionAction } from './report.js'

/** Options of the development-mode detector of kept contexts. */
export interface RetentionOptions {
  /** What a touch after the end does: a warning once per site, a throw, or a call. @default 'off' */
  retention?: 'off' | RetentionAction
  /** Guard one request in this many. @default 1 */
  sample?: number
}

/** What the environment asks for: `FASTHTTP_DEBUG=retention` warns. */
export function retentionFromEnvironment(): RetentionOptions {
  const asked = (process.env['FASTHTTP_DEBUG'] ?? '').split(',')
  return { retention: asked.includes('retention') ? 'warn' : 'off' }
}

// A program that is a client only makes no server that could ask for it.
const asked = retentionFromEnvironment().retention
if (asked !== undefined && asked !== 'off') guardReleases(asked)

/**
 * Wraps `handler` so that it gets guarded contexts; returns `handler` itself when the detector is off, which then costs nothing.
 * Throws `FH_ERR_INVALID_OPTION`.
 */
export function guardHandler(handler: RequestHandler, options: RetentionOptions): RequestHandler {
  checkDebugNames(options)
  const { retention = 'off', sample = 1 } = options
  if (retention === 'off') return handler
  if (retention !== 'warn' && retention !== 'throw' && typeof retention !== 'function') {
    throw new InvalidOptionError("debug.retention must be 'off', 'warn', 'throw' or a function")
  }
  if (!(sample >= 1)) throw new InvalidOptionError('debug.sample must be 1 or more')
  // A canary goes on using objects again.
  if (sample === 1) guardReleases(retention)
  let count = 0
  const guarded: RequestHandler = (ctx) => {
    if (++count % sample !== 0) return handler(ctx)
    return runGuarded(handler, ctx, retention)
  }
  // Marks on the handler, such as the one that asks for exchanges, are the server's to see.
  return Object.defineProperties(guarded, ownMarks(handler))
}

function runGuarded(
  handler: RequestHandler,
  ctx: RequestCtx,
  action: RetentionAction
): void | Promise<void> {
  const guard = new Guard(ctx, action)
  const release = (): void => {
    // A ctx that was given up is its handler's for good.
    if (ctx.lastTimeoutErrorResponse() !== undefined) return
    guard.release()
    watch(guard.ctx, guard.served)
  }
  let settled: void | Promise<void>
  try {
    settled = runTraced(() => handler(guard.ctx))
  } catch (err) {
    release()
    throw err
  }
  if (settled === undefined || settled === null) {
    release()
    return
  }
  return settled.finally(release)
}

function ownMarks(handler: RequestHandler): PropertyDescriptorMap {
  const marks: PropertyDescriptorMap = {}
  for (const key of Object.getOwnPropertySymbols(handler)) {
    marks[key] = Object.getOwnPropertyDescriptor(handler, key)!
  }
  return marks
}
