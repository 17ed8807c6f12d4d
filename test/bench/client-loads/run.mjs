/**
 * One client under load: `node run.mjs LOAD PORT IN_FLIGHT REQUESTS [tls]`. Prints microseconds of CPU time, user and kernel, per request.
 */
import process from 'node:process'

const [name, port, inFlight, requests, scheme] = process.argv.slice(2)
const { start } = await import(`./${name}.mjs`)
const count = Number(requests)
const warmUp = Math.min(count, 20_000)

let done = 0
let before
/** Called by a load for every complete response, with the length of its body. */
function onResponse(length) {
  if (length !== 16) throw new Error(`a body of ${length} bytes`)
  if (++done === warmUp) before = process.cpuUsage()
  if (done < warmUp + count) return
  const { user, system } = process.cpuUsage(before)
  process.stdout.write(((user + system) / count).toFixed(3) + '\n')
  process.exit()
}

start({
  port: Number(port),
  path: '/foo/bar?baz=123',
  inFlight: Number(inFlight),
  secure: scheme === 'tls',
  onResponse,
})
