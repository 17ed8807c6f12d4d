import os from 'node:os'
import { Worker } from 'node:worker_threads'
import type { MigrationResult } from '../core/migrate.js'
import { migrateUnit, type Request } from './migrate-unit.js'
import type { Unit } from './units.js'

/** A worker loads the compiler anew, so a few small units are faster without. */
const FILES_PER_WORKER = 250
const MAX_WORKERS = 8

export interface PoolOptions {
  /** Most worker threads; 1 keeps to this thread. By default as many as the work is worth. */
  jobs?: number | undefined
  /** Called with the number of files of each unit that is done. */
  onDone?: (files: number) => void
}

/** Migrates units, on several threads when it is worth it. Results come in the order of units. */
export async function migrateUnits(
  units: readonly Unit[],
  request: Request,
  options: PoolOptions = {}
): Promise<MigrationResult[]> {
  const workers = Math.min(options.jobs ?? worthwhile(units), units.length)
  const results: MigrationResult[] = []
  if (workers > 1) return inWorkers(units, request, workers, options.onDone)
  for (const unit of units) {
    results.push(migrateUnit(unit, request))
    options.onDone?.(unit.inputs.length)
    // Lets a progress line be drawn and signals be seen.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return results
}

function worthwhile(units: readonly Unit[]): number {
  const files = units.reduce((sum, each) => sum + each.inputs.length, 0)
  return Math.min(os.availableParallelism(), MAX_WORKERS, Math.floor(files / FILES_PER_WORKER))
}

async function inWorkers(
  units: readonly Unit[],
  request: Request,
  count: number,
  onDone: PoolOptions['onDone']
): Promise<MigrationResult[]> {
  // The largest first, so that no thread is left alone with it at the end.
  const queue = [...units.keys()].sort((a, b) => units[b]!.inputs.length - units[a]!.inputs.length)
  const results = new Array<MigrationResult>(units.length)
  const workers: Worker[] = []
  try {
    await Promise.all(
      Array.from({ length: count }, async () => {
        const worker = new Worker(new URL('./worker.js', import.meta.url))
        workers.push(worker)
        for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
          results[at] = await ask(worker, units[at]!, request)
          onDone?.(units[at]!.inputs.length)
        }
      })
    )
    return results
  } finally {
    await Promise.all(workers.map((each) => each.terminate()))
  }
}

function ask(worker: Worker, unit: Unit, request: Request): Promise<MigrationResult> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      worker.off('message', succeed).off('error', fail)
    }
    const succeed = (result: MigrationResult): void => {
      done()
      resolve(result)
    }
    const fail = (error: Error): void => {
      done()
      reject(error)
    }
    worker.on('message', succeed).on('error', fail)
    worker.postMessage({ unit, request })
  })
}
