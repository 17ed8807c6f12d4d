import http from 'node:http'
import https from 'node:https'

export function start({ port, path, inFlight, secure, onResponse }) {
  const { Agent, get } = secure ? https : http
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
  const options = { agent, port, path, host: '127.0.0.1', rejectUnauthorized: false }
  const one = () => {
    get(options, (res) => {
      let body = ''
      res.setEncoding('latin1')
      res.on('data', (chunk) => (body += chunk))
      res.on('end', () => {
        onResponse(body.length)
        one()
      })
    })
  }
  for (let i = 0; i < inFlight; i++) one()
}
