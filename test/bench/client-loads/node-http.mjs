import http from 'node:http'

export function start({ port, path, inFlight, onResponse }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: inFlight })
  const options = { agent, port, path, host: '127.0.0.1' }
  const one = () => {
    http.get(options, (res) => {
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
