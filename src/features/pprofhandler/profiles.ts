import type { HeapProfiler, Profiler } from 'node:inspector'
import { Session } from 'node:inspector/promises'
import { setTimeout as delay } from 'node:timers/promises'

/** Microseconds between two samples of the CPU. */
const CPU_INTERVAL_US = 1000
/** Bytes allocated between two samples of the heap, on average. */
const HEAP_INTERVAL_BYTES = 64 * 1024

let busy = false

/** A profile is being taken: there is one profiler in a process. */
export function isProfiling(): boolean {
  return busy
}

/**
 * Samples what the process computes, for the `.cpuprofile` format.
 *
 * @param ms - how long
 * @param signal - ends it early; what was sampled by then is given all the same
 */
export function cpuProfile(ms: number, signal: AbortSignal): Promise<Profiler.Profile> {
  return profiling(async (session) => {
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: CPU_INTERVAL_US })
    await session.post('Profiler.start')
    await pause(ms, signal)
    return (await session.post('Profiler.stop')).profile
  })
}

/** Samples what is allocated and still in use, for the `.heapprofile` format. Parameters as of {@link cpuProfile}. */
export function heapProfile(
  ms: number,
  signal: AbortSignal
): Promise<HeapProfiler.SamplingHeapProfile> {
  return profiling(async (session) => {
    await session.post('HeapProfiler.enable')
    await session.post('HeapProfiler.startSampling', { samplingInterval: HEAP_INTERVAL_BYTES })
    await pause(ms, signal)
    return (await session.post('HeapProfiler.stopSampling')).profile
  })
}

async function profiling<T>(take: (session: Session) => Promise<T>): Promise<T> {
  busy = true
  const session = new Session()
  try {
    session.connect()
    return await take(session)
  } finally {
    session.disconnect()
    busy = false
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {})
}
