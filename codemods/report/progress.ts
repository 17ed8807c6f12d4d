import type { MigrationResult } from '../core/migrate.js'

/** How many registered handlers a project has, by what they are now; helpers do not count. */
export interface Progress {
  /** On `(ctx)`. */
  native: number
  /** Would become native in the next run. */
  ready: number
  /** Stay on `(req, res)` until somebody works on them. */
  left: number
}

/** @param preview nothing was written: what could be converted still waits */
export function progressOf(result: MigrationResult, preview: boolean): Progress {
  const registered = result.handlers.filter((each) => each.kind !== 'helper')
  const converted = registered.filter((each) => each.status === 'native').length
  return {
    native: result.present.native.length + (preview ? 0 : converted),
    ready: preview ? converted : 0,
    left: registered.length - converted,
  }
}

/** Share of native handlers in percent, rounded down so that 100 means all of them. */
export function percentOf({ native, ready, left }: Progress): number {
  const total = native + ready + left
  return total === 0 ? 100 : Math.floor((native / total) * 100)
}
