/**
 * One row in a process of its own: `node --expose-gc run.mjs SUBJECT ROW CLIENTS REQUESTS`. Prints nanoseconds and heap bytes per request
 * as JSON.
 */
import process from 'node:process'
import { setInterval } from 'node:timers'

const [subject, row, clients, requests] = process.argv.slice(2)
const { rows } = await import(`./${subject}.mjs`)
// Connections in memory do not keep the process alive.
setInterval(() => {}, 60_000)
const calls = await rows[row](Number(clients))

/** Every client makes requests, one after the other, until there have been `count`. */
async function run(count) {
  let left = count
  await Promise.all(
    calls.map(async (call) => {
      while (left-- > 0) await call()
    })
  )
}

const count = Number(requests)
await run(count)
let best = Infinity
for (let i = 0; i < 3; i++) {
  const start = process.hrtime.bigint()
  await run(count)
  best = Math.min(best, Number(process.hrtime.bigint() - start) / count)
}
// With a young generation that holds all of it, what is on the heap afterwards is what was allocated.
const few = Math.min(count, 500)
globalThis.gc()
const before = process.memoryUsage().heapUsed
await run(few)
const bytes = (process.memoryUsage().heapUsed - before) / few
process.stdout.write(JSON.stringify({ ns: best, bytes }) + '\n')
process.exit()
