import { createServer } from 'node:http'
import { HELLO, host, port } from './payload.mjs'

// As long as this package's servers wait; five seconds would be over before all connections are open.
createServer({ keepAliveTimeout: 75_000 }, (req, res) => {
  res.setHeader('Content-Type', 'text/plain')
  res.end(HELLO)
}).listen(port, host)
