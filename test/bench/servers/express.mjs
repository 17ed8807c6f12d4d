import { createRequire } from 'node:module'
import { HELLO, host, ITEMS, port } from './payload.mjs'

const express = createRequire(new URL('../peers/', import.meta.url))('express')
const app = express()
app.get('/', (_req, res) => res.type('text/plain').send(HELLO))
app.get('/json', (_req, res) => res.json(ITEMS))
app.post('/', express.raw({ type: '*/*' }), (req, res) => res.send(req.body))
app.listen(port, host)
