import { createServer } from 'node:http'
import { HELLO, host, port } from './payload.mjs'

// No time limits: with the defaults some would be over before all connections are open.
const LIMITS = { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 }
createServer(LIMITS, (req, res) => {
  res.setHeader('Content-Type', 'text/plain')
  res.end(HELLO)
}).listen(port, host)
