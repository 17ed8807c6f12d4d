import { getHeapSnapshot } from 'node:v8'
import { StatusBadRequest, StatusConflict, StatusNotFound } from '../../http/status.js'
import type { RequestCtx } from '../../server/request-ctx.js'
import { cpuProfile, heapProfile, isProfiling } from './profiles.js'

const PREFIX = '/debug/pprof/'
const DEFAULT_SECONDS = { profile: 30, heap: 10 }
/** Longest profile: sampling slows the process down. */
const MAX_SECONDS = 120

const INDEX = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${PREFIX}</title></head>
<body>
<h1>${PREFIX}</h1>
<p>Profiles open in Chrome DevTools: Performance for CPU profiles, Memory for the others.</p>
<ul>
<li><a href="${PREFIX}profile?seconds=10">profile</a>: CPU, for <code>?seconds=</code> (${DEFAULT_SECONDS.profile})</li>
<li><a href="${PREFIX}heap?seconds=10">heap</a>: what is allocated and kept, for <code>?seconds=</code> (${DEFAULT_SECONDS.heap})</li>
<li><a href="${PREFIX}heapsnapshot">heapsnapshot</a>: everything on the heap; the process stands still meanwhile</li>
<li><a href="${PREFIX}resources">resources</a>: what keeps the event loop running, counted by kind</li>
<li><a href="${PREFIX}cmdline">cmdline</a>: command line of the process</li>
</ul>
</body>
</html>
`

/**
 * Answers with profiles of this process below `/debug/pprof/`, whose index lists them. One profile is taken at a time: another gets 409.
 * Profiles tell what a program holds and slow it down: never let the public have them. Go: `PprofHandler`.
 */
export function pprofHandler(ctx: RequestCtx): void | Promise<void> {
  const path = ctx.path()
  const name = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : path
  ctx.response.header.set('X-Content-Type-Options', 'nosniff')
  switch (name) {
    case '':
    case '/debug/pprof':
      return ctx.success('text/html; charset=utf-8', INDEX)
    case 'cmdline':
      return ctx.success('text/plain; charset=utf-8', process.argv.join('\0'))
    case 'resources':
      return ctx.setJSON(countedResources())
    case 'profile':
      return sendProfile(ctx, 'profile', 'cpuprofile')
    case 'heap':
    case 'allocs':
      return sendProfile(ctx, 'heap', 'heapprofile')
    case 'heapsnapshot':
      if (isProfiling()) return refuseConcurrent(ctx)
      attach(ctx, 'heap.heapsnapshot')
      return ctx.setBodyStream(getHeapSnapshot())
    default:
      return ctx.error('unknown profile', StatusNotFound)
  }
}

async function sendProfile(
  ctx: RequestCtx,
  kind: 'profile' | 'heap',
  extension: string
): Promise<void> {
  const asked = ctx.queryArgs().peek('seconds')
  const seconds = asked === undefined ? DEFAULT_SECONDS[kind] : Number(asked)
  if (asked?.trim() === '' || !(seconds > 0 && seconds <= MAX_SECONDS)) {
    return ctx.error(`seconds must be a number up to ${MAX_SECONDS}`, StatusBadRequest)
  }
  if (isProfiling()) return refuseConcurrent(ctx)
  const take = kind === 'profile' ? cpuProfile : heapProfile
  const profile = await take(seconds * 1000, ctx.signal)
  attach(ctx, `${kind}.${extension}`)
  ctx.setBody(JSON.stringify(profile))
}

function refuseConcurrent(ctx: RequestCtx): void {
  ctx.error('a profile is being taken', StatusConflict)
}

function attach(ctx: RequestCtx, name: string): void {
  ctx.setContentType('application/json')
  ctx.response.header.set('Content-Disposition', `attachment; filename="${name}"`)
}

/** Kinds of active resources and how many there are of each. */
function countedResources(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
