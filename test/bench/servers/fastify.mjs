import { createRequire } from 'node:module'
import { HELLO, host, ITEMS, port } from './payload.mjs'

const fastify = createRequire(new URL('../peers/', import.meta.url))('fastify')
const app = fastify()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.get('/', (_request, reply) => reply.type('text/plain').send(HELLO))
app.get('/json', () => ITEMS)
app.post('/', (request) => request.body)
await app.listen({ port, host })
