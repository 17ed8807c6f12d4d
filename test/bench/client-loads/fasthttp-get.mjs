import { Client } from 'fasthttp'

export function start({ port, path, inFlight, secure, onResponse }) {
  const client = new Client({ tls: { rejectUnauthorized: false } })
  const url = `${secure ? 'https' : 'http'}://127.0.0.1:${port}${path}`
  const loop = async () => {
    for (;;) onResponse((await client.get(url)).body.length)
  }
  for (let i = 0; i < inFlight; i++) void loop()
}
