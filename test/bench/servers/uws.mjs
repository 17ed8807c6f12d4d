import { createRequire } from 'node:module'
import { HELLO, host, ITEMS, port } from './payload.mjs'

const uws = createRequire(new URL('../peers/', import.meta.url))('@rjweb/uws')
uws
  .App()
  .get('/', (res) => res.writeHeader('Content-Type', 'text/plain').end(HELLO))
  .get('/json', (res) => {
    res.writeHeader('Content-Type', 'application/json; charset=utf-8').end(JSON.stringify(ITEMS))
  })
  .post('/', (res) => {
    const chunks = []
    res.onAborted(() => {})
    res.onData((chunk, last) => {
      chunks.push(Buffer.from(chunk.slice(0)))
      if (last) res.end(Buffer.concat(chunks))
    })
  })
  .listen(host, port, (socket) => {
    if (!socket) process.exit(1)
  })
