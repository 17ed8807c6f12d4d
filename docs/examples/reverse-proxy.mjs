// Passes requests on to another server over kept connections:
// node docs/examples/reverse-proxy.mjs localhost:8080, then curl localhost:3000/
import { HostClient, Server } from 'fasthttp'

const upstream = new HostClient({
  addr: process.argv[2] ?? 'localhost:8080',
  readTimeout: 30_000,
  writeTimeout: 30_000,
})

// Fields that are about one connection only (RFC 9110, section 7.6.1).
const HOP_BY_HOP = ['Connection', 'Keep-Alive', 'Proxy-Connection', 'TE', 'Trailer', 'Upgrade']

function removeHopByHop(header) {
  const named = (header.peek('Connection') ?? '').split(',').map((name) => name.trim())
  for (const name of [...named.filter(Boolean), ...HOP_BY_HOP]) header.del(name)
}

const server = new Server({
  async handler(ctx) {
    removeHopByHop(ctx.request.header)
    const forwarded = ctx.request.header.peek('X-Forwarded-For')
    const ip = ctx.remoteIP()
    ctx.request.header.set('X-Forwarded-For', forwarded ? `${forwarded}, ${ip}` : ip)
    try {
      await upstream.do(ctx.request, ctx.response, { signal: ctx.signal })
    } catch (err) {
      const isLate = err.timeout === true
      return ctx.error(isLate ? 'Gateway Timeout' : 'Bad Gateway', isLate ? 504 : 502)
    }
    removeHopByHop(ctx.response.header)
  },
})
server.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`)
})
