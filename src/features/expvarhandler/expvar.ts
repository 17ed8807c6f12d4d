import { retentionTotals } from '../../server/retention/report.js'

/** Gives a value that JSON can hold; called for every answer. */
export type VarFunc = () => unknown

const vars = new Map<string, VarFunc>()

/**
 * Shows `value` under `name`, in place of what was there; a function is asked anew for every answer. Go: `expvar.Publish`.
 */
export function publish(name: string, value: unknown): void {
  vars.set(name, typeof value === 'function' ? (value as VarFunc) : () => value)
}

/** Takes a value back. */
export function unpublish(name: string): void {
  vars.delete(name)
}

/** A number that is shown; made by {@link newInt}. Go: `expvar.Int`. */
export class Int {
  #value = 0

  add(delta: number): void {
    this.#value += delta
  }
  set(value: number): void {
    this.#value = value
  }
  value(): number {
    return this.#value
  }
}

/** Publishes a number that starts at 0. Go: `expvar.NewInt`. */
export function newInt(name: string): Int {
  const int = new Int()
  publish(name, () => int.value())
  return int
}

/** The published names, sorted. */
export function varNames(): string[] {
  return [...vars.keys()].sort()
}

/** What is published under `name`; a value that cannot be had is shown as its error. */
export function readVar(name: string): unknown {
  try {
    return vars.get(name)?.()
  } catch (err) {
    return `error: ${err instanceof Error ? err.message : String(err)}`
  }
}

publish('cmdline', () => process.argv)
publish('memstats', () => process.memoryUsage())
// Touches of a ctx after its handler had settled, by the line that touched it.
publish('fasthttp.retention', () => retentionTotals())
