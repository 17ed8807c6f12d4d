/* global Bun, Response */
import { HELLO, host, ITEMS, port } from './payload.mjs'

Bun.serve({
  port,
  hostname: host,
  async fetch(request) {
    if (request.method === 'POST') return new Response(await request.arrayBuffer())
    if (new URL(request.url).pathname === '/json') return Response.json(ITEMS)
    return new Response(HELLO, { headers: { 'Content-Type': 'text/plain' } })
  },
})
