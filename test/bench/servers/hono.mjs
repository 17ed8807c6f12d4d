import { createRequire } from 'node:module'
import { HELLO, host, ITEMS, port } from './payload.mjs'

const require = createRequire(new URL('../peers/', import.meta.url))
const { Hono } = require('hono')
const { serve } = require('@hono/node-server')
const app = new Hono()
app.get('/', (c) => c.text(HELLO))
app.get('/json', (c) => c.json(ITEMS))
app.post('/', async (c) => c.body(await c.req.arrayBuffer()))
serve({ fetch: app.fetch, port, hostname: host })
