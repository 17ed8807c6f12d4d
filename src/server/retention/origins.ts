import { AsyncLocalStorage, createHook, executionAsyncId, type AsyncHook } from 'node:async_hooks'

/** Where work that runs later was started. */
export interface Origin {
  /** Kind of the async resource, such as `Timeout`, `Immediate`, `TickObject` or `PROMISE`. */
  readonly type: string
  /** Where it was created. */
  readonly stack: string
}

/** Origins kept; the oldest go first. A touch that comes later than this many resources is reported without its origin. */
const MAX_ORIGINS = 20_000

/** Set while a guarded handler runs, and in all that it starts. */
const inHandler = new AsyncLocalStorage<true>()
const origins = new Map<number, Origin>()
let hook: AsyncHook | undefined

function note(asyncId: number, type: string): void {
  if (inHandler.getStore() === undefined) return
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, note)
  origins.set(asyncId, { type, stack: callersOf(holder.stack ?? '') })
  if (origins.size > MAX_ORIGINS) origins.delete(origins.keys().next().value!)
}

/** The lines of a stack that are the program's. */
export function callersOf(stack: string): string {
  return stack
    .split('\n')
    .slice(1)
    .filter((line) => !line.includes('node:') && !isOwnFrame(line))
    .join('\n')
}

/** Folder of the sources or of the build that this module is part of; with source maps a build has frames of its sources. */
const ownFolder = /(?:\(|at )((?:file:\/\/)?\/.*\/)[^/]+:\d+:\d+\)?$/
  .exec((new Error().stack ?? '').split('\n')[1] ?? '')?.[1]
  ?.replace(/server\/retention\/$/, '')

function isOwnFrame(line: string): boolean {
  return ownFolder !== undefined && line.includes(ownFolder)
}

/** Runs a handler so that the timers, ticks and promises it starts are remembered with their place. */
export function runTraced<T>(run: () => T): T {
  hook ??= createHook({ init: note }).enable()
  return inHandler.run(true, run)
}

/** Origin of the work that is running now, if a traced handler started it. */
export function currentOrigin(): Origin | undefined {
  return origins.get(executionAsyncId())
}
