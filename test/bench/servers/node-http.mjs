import { createServer } from 'node:http'
import { HELLO, host, ITEMS, port } from './payload.mjs'

createServer((req, res) => {
  if (req.method === 'POST') {
    const chunks = []
    req.on('data', (chunk) => chunks.push(chunk))
    req.on('end', () => res.end(Buffer.concat(chunks)))
  } else if (req.url === '/json') {
    res.setHeader('Content-Type', 'application/json; charset=utf-8')
    res.end(JSON.stringify(ITEMS))
  } else {
    res.setHeader('Content-Type', 'text/plain')
    res.end(HELLO)
  }
}).listen(port, host)
